import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { barsOf, storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import { type OtherTimes, atOtherTimes } from '../../../src/core/checks/other-times.ts';
import type { Interval } from '../../../src/core/session/interval.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** So many bars, one an hour, of all different prices unless `kinds` says how many there are. */
function walk(count: number, { kinds = count, step = HOUR } = {}): Ohlcv[] {
  return Array.from({ length: count }, (_, i) => {
    const open = 100 + (((i % kinds) * 37) % 101) / 10;
    const prices = { open, high: open + 2, low: open - 2, close: open + 1 };
    return { ts: i * step, ...prices, volume: 10 + (i % kinds), vwap: null, trades: null };
  });
}

/** Bars at other times, by so much earlier; what falls before the first stored one is left out. */
const moved = (bars: readonly Ohlcv[], by: number): Ohlcv[] =>
  bars.map((bar) => ({ ...bar, ts: bar.ts - by }));

/** What is found of an answer; `same`: the stamps at which it agrees with what is stored. */
function found(
  stored: readonly Ohlcv[],
  answered: readonly Ohlcv[],
  { interval = '1h', same = [] }: { interval?: Interval; same?: readonly number[] } = {},
): OtherTimes | undefined {
  const kept = storedBarsOf(stored.map((bar) => ({ ...bar, source: 'test', fetchedAt: 0 })));
  return atOtherTimes(kept, barsOf(answered), interval, (i) => same.includes(answered[i]?.ts ?? Number.NaN));
}

describe('bars of an answer', () => {
  const stored = walk(120);
  const overlap = stored.slice(60, 100);

  it.each([-26, -5, -0.75, 0.25, 1, 13, 26])('are found where they are stored, %d hours away', (hours) => {
    const by = hours * HOUR;
    expect(found(stored, moved(overlap, by))).toMatchObject({
      moved: 40,
      repeated: 40,
      moves: Array(40).fill(by),
    });
  });

  it('are not looked for farther than two clocks are apart, nor between their steps', () => {
    expect(found(stored, moved(overlap, 28 * HOUR))).toBeUndefined();
    expect(found(stored, moved(overlap, HOUR / 5))).toBeUndefined();
  });

  it('are found a bar away, be that no step of a clock', () => {
    const step = HOUR / 12;
    const short = walk(200, { step });
    const late = moved(short.slice(100, 140), -step);
    expect(found(short, late, { interval: '5m' })?.moves).toEqual(Array(40).fill(-step));
    expect(found(short, moved(late, HOUR), { interval: '5m' })?.moves).toEqual(Array(40).fill(HOUR - step));
  });

  it('are found at two times an hour apart, and at their own', () => {
    const half = (by: number): Ohlcv[] => [...overlap.slice(0, 20), ...moved(overlap.slice(20), by)];
    const changed = [...moved(overlap.slice(0, 20), 5 * HOUR), ...moved(overlap.slice(20), 4 * HOUR)];
    expect(found(stored, changed)?.moves).toEqual([...Array(20).fill(5 * HOUR), ...Array(20).fill(4 * HOUR)]);
    const same = overlap.slice(0, 20).map(({ ts }) => ts);
    const put = found(stored, half(-HOUR).slice(0, 32), { same });
    expect(put).toMatchObject({ moved: 12, repeated: 32 });
    expect(put?.moves).toEqual([...Array(20).fill(0), ...Array(12).fill(-HOUR)]);
    expect(found(stored, half(-HOUR).slice(0, 31), { same })).toBeUndefined();
  });

  it('are found of days one or two sessions away, whatever days lie between', () => {
    const days = walk(30, { step: DAY }).filter((_, i) => i % 7 < 5);
    const answered = days.slice(10, 14).map((bar, i) => ({ ...bar, ts: days[i + 12]?.ts ?? 0 }));
    expect(found(days, answered, { interval: '1d' })).toMatchObject({ moved: 4, moves: [-2, -2, -2, -2] });
    const far = answered.map((bar, i) => ({ ...bar, ts: days[i + 13]?.ts ?? 0 }));
    expect(found(days, far, { interval: '1d' })).toBeUndefined();
  });

  it('are found where a tenth was corrected besides, and not where more was', () => {
    const corrected = (count: number) =>
      moved(overlap, HOUR).map((bar, i) => (i < count ? { ...bar, close: bar.close + 0.05 } : bar));
    expect(found(stored, corrected(4))?.moved).toBe(36);
    expect(found(stored, corrected(5))).toBeUndefined();
  });

  it('are not taken for others by a few of them, or where few are stored at all where they would lie', () => {
    const answered = moved(overlap.slice(0, 3), HOUR);
    expect(found(stored, answered)?.moved).toBe(3);
    expect(found(stored, answered.slice(1))).toBeUndefined();
    expect(found(stored.slice(0, 80), moved(overlap, HOUR))?.moved).toBe(20);
    expect(found(stored.slice(0, 79), moved(overlap, HOUR))).toBeUndefined();
  });

  it('are not taken for others where all have one of a few prices', () => {
    expect(
      found(walk(120, { kinds: 2 }), moved(walk(120, { kinds: 2 }).slice(60, 100), HOUR)),
    ).toBeUndefined();
    expect(
      found(walk(120, { kinds: 9 }), moved(walk(120, { kinds: 9 }).slice(60, 100), HOUR)),
    ).toBeUndefined();
    expect(found(walk(120, { kinds: 10 }), moved(walk(120, { kinds: 10 }).slice(60, 100), HOUR))?.moved).toBe(
      40,
    );
  });

  it('are not looked for where they agree, or are other ones', () => {
    const ts = overlap.map((bar) => bar.ts);
    expect(found(stored, overlap, { same: ts })).toBeUndefined();
    expect(
      found(
        stored,
        overlap.map((bar) => ({ ...bar, close: bar.close + 0.07 })),
      ),
    ).toBeUndefined();
  });
});
