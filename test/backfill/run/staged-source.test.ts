import { expect, it } from 'vitest';
import { stagedAs } from '../../../src/backfill/run/staged-source.ts';

it('answers are staged by what gives them, however patiently it is asked', () => {
  const source = { id: 'polygon', url: 'http://127.0.0.1:1', settings: { tier: 'free' } };
  const name = stagedAs(source);
  expect(name).toMatch(/^polygon-[0-9a-f]{8}$/);
  expect(stagedAs({ ...source, timeoutMs: 5, maxRetries: 0 })).toBe(name);
  expect(stagedAs({ ...source, settings: { tier: 'starter' } })).not.toBe(name);
  expect(stagedAs({ id: 'polygon' })).not.toBe(name);
});
