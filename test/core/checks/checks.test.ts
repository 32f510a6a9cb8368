import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { utcDayOf } from '../../../src/core/session/day.ts';
import { isOutsideRange } from '../../../src/core/checks/outside-range.ts';
import { checkBars, rejectSpoiltSessions } from '../rows.ts';

const sound: Ohlcv = {
  ts: Date.UTC(2025, 0, 2),
  open: 10,
  high: 11,
  low: 9,
  close: 10.5,
  volume: 1000,
  vwap: null,
  trades: null,
};

function reasonOf(change: Partial<Ohlcv>): string | undefined {
  return checkBars([{ ...sound, ...change }]).rejected[0]?.reason;
}

describe('a bar', () => {
  it('that is sound is accepted', () => {
    expect(checkBars([sound])).toEqual({ accepted: [sound], rejected: [] });
  });

  it.each([
    [{ open: 13.2 }, 'open 13.2 is above high 11'],
    [{ open: 6.8 }, 'open 6.8 is below low 9'],
    [{ close: 14 }, 'close 14 is above high 11'],
    [{ close: 7 }, 'close 7 is below low 9'],
    [{ high: 8 }, 'high 8 is below low 9'],
    [{ low: 0 }, 'low 0 is no positive price'],
    [{ open: -1 }, 'open -1 is no positive price'],
    [{ close: Number.NaN }, 'close NaN is no positive price'],
    [{ high: Number.POSITIVE_INFINITY }, 'high Infinity is no positive price'],
    [{ volume: -5 }, 'volume -5 is no volume'],
    [{ volume: Number.POSITIVE_INFINITY }, 'volume Infinity is no volume'],
    [{ ts: -Date.UTC(2025, 0, 2) * 2 }, 'is not in ms since 1970'],
    [{ ts: Date.UTC(2025, 0, 2) * 1000 }, 'is not in ms since 1970'],
  ])('with %o is rejected with the reason', (change, reason) => {
    expect(reasonOf(change)).toContain(reason);
  });

  it('may be off by what a float32 wire loses', () => {
    expect(reasonOf({ high: 10.5 * (1 - 2e-7), close: 10.5 })).toBeUndefined();
  });

  it('may have traded nothing, and may not say how much it traded', () => {
    expect(reasonOf({ volume: 0 })).toBeUndefined();
    expect(reasonOf({ volume: Number.NaN })).toBeUndefined();
  });

  it.each([
    { open: 13, high: 11, low: 9, close: 10.5 },
    { open: 7, high: 11, low: 9, close: 10.5 },
    { open: 10, high: 11, low: 9, close: 13.5 },
    // As thin London shares are opened and closed at a quote, while one trade made high and low.
    { open: 0.6875, high: 0.67, low: 0.67, close: 0.6825 },
    { open: 0.275, high: 0.235, low: 0.235, close: 0.275 },
  ])('may open or close outside high and low by a fifth of its close, as it came: %o', (prices) => {
    for (const volume of [5000, 0, Number.NaN]) {
      const bar = { ...sound, ...prices, volume };
      expect(checkBars([bar]).accepted).toEqual([bar]);
      expect(isOutsideRange(bar)).toBe(true);
    }
  });

  it('is within its range up to what a float32 wire loses', () => {
    expect(isOutsideRange(sound)).toBe(false);
    expect(isOutsideRange({ ...sound, open: 11 * (1 + 9e-7) })).toBe(false);
    expect(isOutsideRange({ ...sound, open: 11 * (1 + 2e-6) })).toBe(true);
    expect(isOutsideRange({ ...sound, close: 9 * (1 - 9e-7) })).toBe(false);
    expect(isOutsideRange({ ...sound, open: -1, high: -1, low: -2, close: -2 })).toBe(false);
  });
});

describe('the bounds of what is stored', () => {
  const flat = { ...sound, open: 10, high: 10, low: 10, close: 10 };
  const isStored = (change: Partial<Ohlcv>): boolean =>
    checkBars([{ ...flat, ...change }]).accepted.length === 1;

  it.each<[string, Partial<Ohlcv>, Partial<Ohlcv>]>([
    ['the first stamp', { ts: Date.UTC(1900, 0, 1) }, { ts: Date.UTC(1900, 0, 1) - 1 }],
    ['the last stamp', { ts: Date.UTC(2100, 0, 1) - 1 }, { ts: Date.UTC(2100, 0, 1) }],
    ['the smallest price', { open: 10, low: 8 }, { low: 0 }],
    ['no volume', { volume: 0 }, { volume: -1e-9 }],
    ['the largest volume', { volume: 1e18 * (1 - 1e-9) }, { volume: 1e18 }],
    ['high and low, as a wire is precise', { high: 10 * (1 - 0.9e-6) }, { high: 10 * (1 - 1.1e-6) }],
    ['an open above its range', { open: 11.99 }, { open: 12.01 }],
    ['an open below its range', { open: 8.01 }, { open: 7.99 }],
    // A fifth of the close itself.
    ['a close above its range', { close: 12.49 }, { close: 12.51 }],
    ['a close below its range', { close: 8.34 }, { close: 8.33 }],
  ])('are kept on both sides: %s', (_, within, beyond) => {
    expect([isStored(within), isStored(beyond)]).toEqual([true, false]);
  });

  it('hold for the largest and the smallest price', () => {
    const at = (price: number): Partial<Ohlcv> => ({ open: price, high: price, low: price, close: price });
    expect([isStored(at(1e12 * (1 - 1e-9))), isStored(at(1e12))]).toEqual([true, false]);
    expect([isStored(at(1e-12)), isStored(at(0))]).toEqual([true, false]);
  });

  it.each(['open', 'high', 'low', 'close', 'volume'] as const)(
    'reject two rows of one stamp that differ in the %s alone',
    (field) => {
      const other = { ...sound, [field]: sound[field] * 1.0001 };
      expect(checkBars([sound, other])).toEqual({
        accepted: [],
        rejected: [sound, other].map((bar) => ({
          bar,
          reason: 'another row has the same stamp and other values',
        })),
      });
    },
  );

  it.each<[string, (part: number) => Partial<Ohlcv>]>([
    ['high below close', (part) => ({ high: 10, close: 10 * (1 + part), low: 9, open: 10 })],
    ['high below open', (part) => ({ high: 10, open: 10 * (1 + part), low: 9 })],
    ['low above close', (part) => ({ low: 10 * (1 + part), close: 10, high: 11, open: 10.5 })],
    ['low above open', (part) => ({ low: 10 * (1 + part), open: 10, high: 11, close: 10.5 })],
  ])('say of a bar that it is outside its range from what no wire explains on: %s', (_, change) => {
    const isOutside = (part: number): boolean => isOutsideRange({ ...flat, ...change(part) });
    expect([0.8e-6, 1.2e-6, 0.001].map(isOutside)).toEqual([false, true, true]);
  });
});

describe('prices that are 0 or negative', () => {
  const crash = { ...sound, open: 17.73, high: 17.85, low: -40.32, close: -37.63 };
  const yields = { ...sound, open: 0.003, high: 0.005, low: 0, close: -0.105, volume: 0 };
  const reasonFor = (type: string | null, bar: Ohlcv): string | undefined =>
    checkBars([bar], type).rejected[0]?.reason;

  it('are prices of a future, and of an index that may be a yield', () => {
    expect(reasonFor('future', crash)).toBeUndefined();
    expect(reasonFor('future', { ...sound, open: 0, high: 0.05, low: -0.1, close: 0 })).toBeUndefined();
    expect(reasonFor('future', { ...sound, open: 0, high: 0, low: 0, close: 0 })).toBeUndefined();
    expect(reasonFor('future', { ...sound, open: -14, high: -5, low: -16, close: -7 })).toBeUndefined();
    expect(reasonFor('index', { ...yields, close: 0.003 })).toBeUndefined();
    expect(reasonFor('index', { ...yields, low: -0.105 })).toBeUndefined();
  });

  it.each(['equity', 'etf', 'fund', 'crypto', 'fx', 'other', null])('are none of type %s', (type) => {
    expect(reasonFor(type, crash)).toBe('low -40.32 is no positive price');
    expect(reasonFor(type, { ...sound, open: 0, low: 0 })).toBe('open 0 is no positive price');
  });

  it('are no prices where the vendor has none', () => {
    const nothing = { ...sound, open: 0, high: 0, low: 0, close: 0, volume: 0 };
    for (const type of ['future', 'index']) {
      expect(reasonFor(type, nothing)).toBe('open 0 is no positive price');
      expect(reasonFor(type, { ...sound, open: 0, low: 0 })).toBe('open 0 is no positive price');
      expect(reasonFor(type, { ...sound, low: Number.NEGATIVE_INFINITY })).toBe('low -Infinity is no price');
    }
    const index = { ...sound, open: 4000, high: 4010, low: -3990, close: 4005 };
    expect(reasonFor('index', index)).toBe('low -3990 is no positive price');
  });

  it('have their high above their low too', () => {
    expect(reasonFor('future', { ...crash, high: -41 })).toBe('high -41 is below low -40.32');
  });
});

describe('the bars of one answer', () => {
  const later = { ...sound, ts: sound.ts + 86_400_000 };

  it('are sorted', () => {
    expect(checkBars([later, sound]).accepted).toEqual([sound, later]);
  });

  it('are sorted whatever lies among them without a stamp', () => {
    const days = [5, 3, 8, 1, 9, 2, 7, 4, 6].map((day) => ({ ...sound, ts: day * 86_400_000 }));
    const bars = days.flatMap((bar) => [bar, { ...sound, ts: Number.NaN }]);
    const { accepted, rejected } = checkBars(bars);
    expect(accepted.map(({ ts }) => ts / 86_400_000)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rejected).toHaveLength(days.length);
  });

  it('count once where they are repeated', () => {
    expect(checkBars([sound, { ...sound }, later]).accepted).toEqual([sound, later]);
  });

  it('count once, with their volume, where only one of two knows it', () => {
    const unknown = { ...sound, volume: Number.NaN };
    for (const bars of [
      [sound, unknown],
      [unknown, sound],
    ])
      expect(checkBars(bars)).toEqual({ accepted: [sound], rejected: [] });
    expect(checkBars([unknown, unknown]).accepted).toEqual([unknown]);
  });

  it('are all rejected where they contradict each other', () => {
    const other = { ...sound, close: 10.6 };
    const { accepted, rejected } = checkBars([sound, other, later]);
    expect(accepted).toEqual([later]);
    expect(rejected.map(({ bar }) => bar)).toEqual([sound, other]);
  });
});

describe('a session of which most bars were rejected', () => {
  const minute = (i: number, change: Partial<Ohlcv> = {}): Ohlcv => ({
    ...sound,
    ts: sound.ts + i * 60_000,
    ...change,
  });
  const wrong = { high: 1 };

  it('is rejected whole', () => {
    const bars = [minute(0), minute(1, wrong), minute(2, wrong), minute(1440)];
    const { accepted, rejected } = rejectSpoiltSessions(checkBars(bars), utcDayOf);
    expect(accepted).toEqual([minute(1440)]);
    expect(rejected.map(({ reason }) => reason)).toEqual([
      ...Array.from({ length: 2 }, () => 'high 1 is below low 9'),
      'most bars of its session were rejected',
    ]);
  });

  it('is not, where most bars are sound', () => {
    const bars = [minute(0), minute(1, wrong), minute(2)];
    expect(rejectSpoiltSessions(checkBars(bars), utcDayOf).accepted).toHaveLength(2);
  });
});
