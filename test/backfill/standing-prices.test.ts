import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../src/core/bars/bars.ts';
import { beginEmpty } from './store-at.ts';
import { barsOf, honest, run, values, vendor } from './vendor.ts';

beginEmpty();

const YEAR = { start: '2024-06-03', end: '2025-05-30' };
const LATER = { ...YEAR, end: '2025-06-10' };

/** A vendor whose bars all have one price, from open to close. */
const standing = (price: number, change: Partial<Ohlcv> = {}, type = 'equity') =>
  vendor((answer) => ({
    ...answer,
    identity: { ...answer.identity, type },
    bars: answer.bars.map((bar) => ({
      ...{ ...bar, open: price, high: price, low: price, close: price },
      ...change,
    })),
  }));

describe('prices that stand still', () => {
  it.each([5, 10, 12, 25, 100])('replace no stored series, be it at %d', async (price) => {
    await run(honest(), YEAR);
    const before = await barsOf();
    const summary = await run(standing(price), LATER);
    expect(summary).toMatchObject({ failed: 1, inserted: 0, revised: 0 });
    expect(summary.failures[0]?.message).toMatch(/contradicts \d+ of \d+ stored sessions/);
    expect(values(await barsOf())).toEqual(values(before));
  });

  it('are no first answer where their volume stands too', async () => {
    const summary = await run(standing(10, { volume: 1000 }), YEAR);
    expect(summary).toMatchObject({ failed: 1, failures: [{ code: 'mostly-rejected' }] });
    expect(await barsOf()).toHaveLength(1);
  });

  it('are stored and named without a volume, once', async () => {
    const still = standing(10, { volume: 0 });
    expect(await run(still, YEAR)).toMatchObject({ failed: 0, warnings: [{ kind: 'repeat' }] });
    expect(await run(still, LATER)).toMatchObject({ failed: 0, inserted: 7, warnings: [] });
  });

  it('are not named of a fund', async () => {
    const summary = await run(standing(10, { volume: 0 }, 'fund'), YEAR);
    expect(summary).toMatchObject({ failed: 0, warnings: [] });
    expect(summary.inserted).toBeGreaterThan(200);
  });
});
