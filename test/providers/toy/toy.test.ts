import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { contractOf } from '../../../src/testing/index.ts';
// @ts-expect-error: it is plain JavaScript, as it stands in the README.
import wire from './wire.mjs';

const module = fileURLToPath(new URL('toy.mjs', import.meta.url));

describe('the provider of the README', async () => {
  const checks = await contractOf({ module, wire });
  it.each(checks.map(({ name, run }) => [name, run] as const))('%s', (_, run) =>
    expect(run()).resolves.toBeUndefined(),
  );
});
