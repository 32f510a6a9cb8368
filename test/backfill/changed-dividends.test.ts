import { describe, expect, it } from 'vitest';
import { beginEmpty, AAPL, type Vendor, dateOf, fill, notes, store } from './split-vendor.ts';

beginEmpty();

describe('a dividend', () => {
  const dividends = [
    [3, 0.5],
    [10, 0.5],
  ] as const;

  it('that is gone is withdrawn on the third day, and no price is touched', async () => {
    await fill({ dividends }, [0, 14], 16);
    const gone: Vendor = { dividends: [[3, 0.5]] };
    for (const on of [22, 23]) {
      const summary = await fill(gone, [0, 20], on, true);
      expect(summary).toMatchObject({ failures: [], changed: 0 });
      expect(notes(summary)).toEqual([
        `${dateOf(10)} yahoo leaves out the dividend of 0.5 (${on - 21} of 3 days): in force until then`,
      ]);
    }
    expect(await store.readActions('AAPL')).toHaveLength(2);
    await fill(gone, [0, 20], 24, true);
    expect(await store.readActions('AAPL')).toHaveLength(1);
    expect(await store.readRevisions(AAPL)).toEqual([]);
  });

  it('that is changed is revised, with its old value kept', async () => {
    await fill({ dividends }, [0, 14], 16);
    const summary = await fill(
      {
        dividends: [
          [3, 0.5],
          [10, 0.6],
        ],
      },
      [0, 20],
      22,
      true,
    );
    expect(notes(summary)).toEqual([`${dateOf(10)} the dividend of 0.5 is a dividend of 0.6 now, by yahoo`]);
    expect(await store.readActions('AAPL')).toMatchObject([{ amount: 0.5 }, { amount: 0.6 }]);
  });
});
