import { describe, expect, it } from 'vitest';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { formatDay, startOfDay } from '../../../src/core/session/day.ts';
import { joinBars } from '../../../src/core/bars/merge-bars.ts';
import { staleTails } from '../../../src/core/checks/copies.ts';
import { type RowContext, copiedBars, findOddities, rejectStandstill } from '../rows.ts';

const calendar = calendarById('XNYS');
const sessions = calendar.sessions({ from: 20_000, to: 20_020 });
const context: RowContext = { interval: '1d', calendar, actions: [], known: [] };

/** Bars of consecutive sessions; the same letter means the same values. */
function bars(letters: string, change: Partial<Ohlcv> = {}): Ohlcv[] {
  return Array.from(letters, (letter, i) => {
    const price = letter.charCodeAt(0);
    const values = { open: price, high: price + 2, low: price - 1, close: price + 1, volume: price * 1000 };
    return { ts: startOfDay(sessions[i] ?? 0), ...values, vwap: null, trades: null, ...change };
  });
}
const indexesOf = (found: readonly { bar: Ohlcv }[], all: readonly Ohlcv[]) =>
  found.map(({ bar }) => all.findIndex(({ ts }) => ts === bar.ts));

describe('copied bars', () => {
  it('are those that repeat the session before, with the first one’s date', () => {
    const all = bars('abbcdddde');
    const copied = copiedBars(all, context);
    expect(copied.map(({ at }) => at)).toEqual([2, 5, 6, 7]);
    expect(copied.map(({ copies }) => copies)).toEqual([1, 3, 3, 3]);
    expect(copied[3]).toMatchObject({ session: sessions[7], original: sessions[4] });
  });

  it.each(['open', 'high', 'low', 'close', 'volume'] as const)('are none that differ in %s', (field) => {
    const [first, second] = bars('bb');
    const other = { ...second, [field]: (second?.[field] ?? 0) + 0.5 } as Ohlcv;
    expect(copiedBars([first as Ohlcv, other], context)).toEqual([]);
  });

  it('are none without volume, none that are flat, and none within a session', () => {
    expect(copiedBars(bars('bbb', { volume: 0 }), context)).toEqual([]);
    expect(copiedBars(bars('bbb', { open: 5, high: 5, low: 5, close: 5 }), context)).toEqual([]);
    expect(copiedBars(bars('bbb'), { ...context, interval: '1m' })).toEqual([]);
  });

  it('may repeat a stored bar, which itself is not judged', () => {
    const [stored, ...given] = bars('bbc');
    const known = stored === undefined ? [] : [stored];
    expect(copiedBars(given, { ...context, known }).map(({ at }) => at)).toEqual([0]);
    expect(copiedBars(given.slice(1), { ...context, known: bars('bb') })).toEqual([]);
  });
});

describe('a feed that stands still', () => {
  it('is rejected but for the bar that it repeats; a single copy is not', () => {
    const all = bars('abbcdddde');
    const { accepted, rejected } = rejectStandstill({ accepted: all, rejected: [] }, context);
    expect(accepted).toEqual([0, 1, 2, 3, 4, 8].map((i) => all[i]));
    expect(indexesOf(rejected, all)).toEqual([5, 6, 7]);
    expect(rejected[0]?.reason).toBe(
      `one of 3 bars that repeat the one of ${formatDay(sessions[4] ?? 0)}, volume and all`,
    );
  });

  it('keeps what was rejected before', () => {
    const before = [{ bar: bars('z')[0] as Ohlcv, reason: 'for a reason' }];
    expect(rejectStandstill({ accepted: bars('ab'), rejected: before }, context).rejected).toEqual(before);
    expect(rejectStandstill({ accepted: bars('aaa'), rejected: before }, context).rejected).toHaveLength(3);
  });

  it('is no feed but a thin share where it is flat, by the day', () => {
    const flat = bars(`${'a'.repeat(19)}b`, { open: 5, high: 5, low: 5, close: 5 });
    expect(rejectStandstill({ accepted: flat, rejected: [] }, context).rejected).toEqual([]);
  });

  it('is one by the day too where it has nothing but that flat bar, from eleven of them on', () => {
    const flat = { open: 5, high: 5, low: 5, close: 5 };
    const rejected = (all: readonly Ohlcv[], known: readonly Ohlcv[] = []): number =>
      rejectStandstill({ accepted: all, rejected: [] }, { ...context, known }).rejected.length;
    expect(rejected(bars('a'.repeat(11), flat))).toBe(10);
    expect(rejected(bars('a'.repeat(10), flat))).toBe(0);
    expect(rejected(bars('a'.repeat(11), { ...flat, volume: 0 }))).toBe(0);
    const all = bars('a'.repeat(12), flat);
    expect(rejected(all.slice(1), all.slice(0, 1))).toBe(11);
    const moved = all.slice(0, 1).map((bar) => ({ ...bar, high: 6 }));
    expect(rejected(all.slice(1), moved)).toBe(0);
  });

  it('is rejected within a session where it is longer than minutes of one lot may repeat each other', () => {
    const minutes = (count: number, change: Partial<Ohlcv> = {}): Ohlcv[] =>
      bars('a'.repeat(count), change).map((bar, i) => ({ ...bar, ts: startOfDay(20_000) + i * 60_000 }));
    const stands = (all: readonly Ohlcv[]): number =>
      rejectStandstill({ accepted: all, rejected: [] }, { ...context, interval: '1m' }).rejected.length;
    expect(stands(minutes(4))).toBe(0);
    expect(stands(minutes(5))).toBe(4);
    const flat = { open: 5, high: 5, low: 5, close: 5 };
    expect(stands(minutes(10, flat))).toBe(0);
    expect(stands(minutes(11, flat))).toBe(10);
    expect(stands(minutes(200, { ...flat, volume: 0 }))).toBe(0);
    expect(stands(minutes(200, { ...flat, volume: Number.NaN }))).toBe(0);
    expect(stands(minutes(200, flat).map((bar, i) => ({ ...bar, volume: 1000 + (i % 7) })))).toBe(0);
  });
});

describe('bars of a session that stand still', () => {
  const minutes = (letters: string, change: Partial<Ohlcv> = {}, from = 0): Ohlcv[] =>
    bars(letters, change).map((bar, i) => ({ ...bar, ts: Date.UTC(2025, 2, 6, 15, from + i) }));
  const sound: RowContext = { ...context, interval: '1m' };
  const tails = (letters: string, change: Partial<Ohlcv> = {}, known: readonly Ohlcv[] = []) =>
    staleTails(joinBars(barsOf(known), barsOf(minutes(letters, change, known.length))), {
      ...sound,
      known: barsOf(known),
    }).map(formatDay);

  it('are named from two copies on, with their number and time, once a session', () => {
    const odd = (letters: string) => findOddities(minutes(letters), sound);
    expect(odd('abbc')).toEqual([]);
    expect(odd('abbbc')).toMatchObject([
      {
        kind: 'repeat',
        ts: Date.UTC(2025, 2, 6, 15, 2),
        note: '2 bars from 15:02 UTC on repeat the one before them, volume and all',
      },
    ]);
    expect(odd('abbbcdddd')).toHaveLength(1);
  });

  it('are a stale tail where the session ends with them', () => {
    expect(tails('abccc')).toEqual(['2025-03-06']);
    expect(tails('abcc')).toEqual([]);
    expect(tails('acccb')).toEqual([]);
    expect(tails('cc', {}, minutes('abc'))).toEqual(['2025-03-06']);
  });

  it('are none that are flat or without volume', () => {
    expect(tails('abccc', { open: 5, high: 5, low: 5, close: 5, volume: 100 })).toEqual([]);
    expect(tails('abccc', { volume: 0 })).toEqual([]);
  });

  it('are some that are flat, where hardly any other bar is', () => {
    const flat = { open: 5, high: 5, low: 5, close: 5, volume: 100 };
    const tailAfter = (count: number): string[] => {
      const before = minutes('ab'.repeat(count / 2));
      const tail = minutes('ccc', flat, count);
      return staleTails(joinBars(barsOf([]), barsOf([...before, ...tail])), {
        ...sound,
        known: barsOf([]),
      }).map(formatDay);
    };
    expect(tailAfter(58)).toEqual(['2025-03-06']);
    expect(tailAfter(56)).toEqual([]);
  });
});
