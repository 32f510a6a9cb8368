import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { contractOf } from '../../../src/testing/index.ts';
// @ts-expect-error: it is plain JavaScript, as a module of one's own is.
import wire from './wire.mjs';

const module = fileURLToPath(new URL('apart.mjs', import.meta.url));

describe('a provider whose splits and dividends have endpoints of their own', async () => {
  const checks = await contractOf({ module, wire });
  it.for(checks.map(({ name, run }) => [name, run] as const))('%s', async ([, run], context) => {
    expect(await run(context)).toBeUndefined();
  });
});
