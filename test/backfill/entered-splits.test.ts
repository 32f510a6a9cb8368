import { describe, expect, it } from 'vitest';
import { enterAction } from '../../src/core/actions/action-book.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { beginEmpty, adjusted, closes, dateOf, fill, flat, splitDays, store } from './split-vendor.ts';

beginEmpty();

describe('a split that a user entered', () => {
  const enter = async (session: number): Promise<void> => {
    const entered = { kind: 'split', exDay: parseDay(dateOf(session)), ratio: 2 } as const;
    const now = Date.parse(`${dateOf(17)}T12:00:00Z`);
    await store.updateActions('AAPL', (book) => enterAction(book, entered, now));
  };

  it('is not missed in answers whose prices show it', async () => {
    await fill({}, [0, 14], 16);
    await enter(10);
    for (const on of [22, 23, 24, 25]) expect((await fill({}, [0, 20], on, true)).failures).toEqual([]);
    expect(await splitDays()).toEqual([dateOf(10)]);
    expect(await closes()).toEqual([...flat(10, 200), ...flat(11, 100)]);
    expect(await adjusted()).toEqual(flat(21, 100));
  });

  it('is missed in answers whose prices are adjusted for it, until it is listed', async () => {
    await fill({ dividedBefore: 10 }, [0, 14], 16);
    await enter(10);
    await expect(adjusted()).rejects.toThrow(`its bars around ${dateOf(10)} do not show the split 2:1`);
    const { failures } = await fill({ dividedBefore: 10 }, [0, 20], 22, true);
    expect(failures).toMatchObject([{ code: 'basis-unknown' }]);
    expect(failures[0]?.message).toContain(
      `leaves out the split 2:1 of ${dateOf(10)} that was entered by hand, and its prices are adjusted for it`,
    );
    expect(failures[0]?.message).toContain(`backfill actions AAPL --withdraw ${dateOf(10)},split`);
    expect((await fill({ dividedBefore: 10 }, [12, 20], 23)).failures).toEqual([]);
    const listed = { dividedBefore: 10, splits: [[10, 2]] } as const;
    expect((await fill(listed, [0, 20], 24, true)).failures).toEqual([]);
    expect(await closes()).toEqual([...flat(10, 200), ...flat(11, 100)]);
    expect(await adjusted()).toEqual(flat(21, 100));
  });
});
