import { describe, expect, it } from 'vitest';
import { LONG_RUNS } from '../needs.ts';
import { exportStore } from './export-store.mjs';
import { simulatedSample } from './simulated-sample.ts';

const SEEDS = LONG_RUNS ? [1, 2, 3, 4, 5] : [1];

const { simulate, backfill, pathOf, requests } = simulatedSample();

describe('every fault at 5 %', () => {
  it.each(SEEDS)('costs time and nothing else (seed %i)', { timeout: 240_000 }, async (seed) => {
    await simulate('--fault', 'all=5%', '--fault-seed', String(seed));
    let last = await backfill('hostile', '--timeout', '2s', '--workers', '2', '--concurrency', '8');
    const hit = (await requests()).filter(({ outcome }) => outcome !== 'ok');
    expect(hit.length).toBeGreaterThan(20);
    for (let again = 0; last.code !== 0 && again < 2; again++) {
      // What failed is named, with its reason, and is what the next run asks for.
      expect(last.code).toBe(1);
      expect(last.stderr).toMatch(/^\S+ 1d \d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d [a-z-]+$|^Stopped after/m);
      last = await backfill('hostile', '--timeout', '2s', '--workers', '2', '--concurrency', '8');
    }
    expect(last.code).toBe(0);
    await simulate();
    await backfill('undisturbed');
    expect(await exportStore(pathOf('hostile'))).toBe(await exportStore(pathOf('undisturbed')));
  });
});
