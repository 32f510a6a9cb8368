import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { SESSIONS, context, dayBar, dayBars } from '../daily-bars.ts';
import { type RowContext, findOddities, rejectStraightLines } from '../rows.ts';

const hourly = { interval: '1h', calendar: calendarById('24-7') } as const;

/** Numbers from 0 to 1 that look random and are always the same. */
function noise(i: number): number {
  const value = Math.sin(i * 127.1 + 3.7) * 43_758.545;
  return value - Math.floor(value);
}

/** A walk of hours at about 8,500 with volume, each bar with a range of its own. */
function walk(count: number, digits = 8): Ohlcv[] {
  const bars: Ohlcv[] = [];
  let close = 8500;
  for (let i = 0; i < count; i++) {
    const open = close;
    close = Number((open * (1 + (noise(i) - 0.5) / 50)).toFixed(digits));
    const [high, low] = [
      Math.max(open, close) + 9 * noise(i + 0.5),
      Math.min(open, close) - 9 * noise(i + 0.7),
    ];
    bars.push({
      ...dayBar(0, close),
      ts: i * 3_600_000,
      open,
      high,
      low,
      volume: 100 + 900 * noise(i + 0.3),
    });
  }
  return bars;
}

const COLUMNS = ['open', 'high', 'low', 'close', 'volume'] as const;

/** The bars inside `(from, to)` on straight lines between the two, column by column. */
function interpolated(bars: readonly Ohlcv[], from: number, to: number, digits = 12): Ohlcv[] {
  const [first, last] = [bars[from] as Ohlcv, bars[to] as Ohlcv];
  const at = (i: number, field: (typeof COLUMNS)[number]): number =>
    Number((first[field] + ((last[field] - first[field]) * (i - from)) / (to - from)).toFixed(digits));
  return bars.map((bar, i) =>
    i <= from || i >= to
      ? bar
      : { ...bar, ...Object.fromEntries(COLUMNS.map((field) => [field, at(i, field)])) },
  );
}

/** Indexes of the rejected bars. */
function onLine(bars: readonly Ohlcv[], change: Partial<RowContext> = hourly): number[] {
  const { accepted, rejected } = rejectStraightLines({ accepted: bars, rejected: [] }, context(change));
  expect([...accepted, ...rejected.map(({ bar }) => bar)].toSorted((a, b) => a.ts - b.ts)).toEqual(bars);
  return rejected.map(({ bar }) => bars.findIndex(({ ts }) => ts === bar.ts));
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('hours that were interpolated', () => {
  const bars = walk(400);

  it.each([2, 3, 4, 6, 33])(
    '%d in a row are rejected, volume and all, and the two that they connect stay',
    (count) => {
      expect(onLine(interpolated(bars, 99, 100 + count))).toEqual(range(100, 100 + count));
    },
  );

  it('are rejected with what they connect, beside what was rejected before', () => {
    const before = { bar: dayBar(0, 1), reason: 'why' };
    const line = interpolated(bars, 99, 120);
    const { rejected } = rejectStraightLines({ accepted: line, rejected: [before] }, context(hourly));
    expect(rejected[0]).toBe(before);
    expect(rejected[1]?.reason).toBe(
      `one of 20 bars on a straight line from ${bars[99]?.close} to ${bars[120]?.close}`,
    );
  });

  it.each<[string, (bar: Ohlcv, i: number) => Partial<Ohlcv>]>([
    ['flat, of one volume', ({ close }) => ({ open: close, high: close, low: close, volume: 77 })],
    [
      'flat, of volumes of their own',
      ({ close }, i) => ({ open: close, high: close, low: close, volume: i * i }),
    ],
    ['flat, without volume', ({ close }) => ({ open: close, high: close, low: close, volume: 0 })],
    ['of unknown volume', () => ({ volume: Number.NaN })],
    ['with a range of their own', ({ high, low }, i) => ({ high: high + noise(i), low: low - noise(i) })],
  ])('are rejected %s', (_, change) => {
    const line = interpolated(bars, 99, 110).map((bar, i) =>
      i > 99 && i < 110 ? { ...bar, ...change(bar, i) } : bar,
    );
    expect(onLine(line)).toEqual(range(100, 110));
  });

  it('are rejected on a float32 wire and where they are printed in cents', () => {
    const wire = interpolated(bars, 99, 110).map((bar) => ({ ...bar, close: Math.fround(bar.close) }));
    expect(onLine(wire)).toEqual(range(100, 110));
    expect(onLine(interpolated(walk(400, 2), 99, 110, 2))).toEqual(range(100, 110));
  });

  it('are rejected in every stretch of an answer, falling or rising', () => {
    const several = [20, 60, 100, 140].reduce((all, from) => interpolated(all, from, from + 9), bars);
    expect(onLine(several)).toEqual([20, 60, 100, 140].flatMap((from) => range(from + 1, from + 9)));
  });

  it('are found where the line began in the stored bars, which are not judged', () => {
    const line = interpolated(bars, 99, 120);
    expect(onLine(line.slice(117), { ...hourly, known: line.slice(0, 117) })).toEqual([0, 1, 2]);
  });

  it('are found at prices far below one, and below nought', () => {
    const scaled = (factor: number): Ohlcv[] =>
      interpolated(bars, 99, 110).map((bar) => ({ ...bar, close: bar.close * factor }));
    expect(onLine(scaled(1e-11))).toEqual(range(100, 110));
    expect(onLine(scaled(-1))).toEqual(range(100, 110));
  });
});

describe('no line', () => {
  it.each([
    ['one line', (i: number) => i],
    ['lines of nine', (i: number) => i % 9],
    ['lines of four', (i: number) => i % 4],
  ])('is in a series that is nothing but %s', (_, at) => {
    const bars = Array.from({ length: 60 }, (__, i) => ({
      ...dayBar(0, 500 + at(i)),
      ts: i * 3_600_000,
      ...{ open: 499 + at(i), high: 502 + at(i), low: 498 + at(i), volume: 1000 + 7 * at(i) },
    }));
    expect(onLine(bars)).toEqual([]);
    expect(onLine(bars.slice(40), { ...hourly, known: bars.slice(0, 40) })).toEqual([]);
  });

  it('is a price that is held, whatever was traded at it', () => {
    const held = Array.from({ length: 300 }, (_, i) =>
      dayBar(SESSIONS[i] ?? i, 10, { volume: 1000 + i * 37 }),
    );
    expect(onLine(held.slice(0, 150), {})).toEqual([]);
    expect(onLine([...dayBars([9, 9.3]), ...held.slice(2, 100)], {})).toEqual([]);
  });

  it('is the interest of a fund, day by day', () => {
    const fund = Array.from({ length: 120 }, (_, i) => dayBar(i, 100 + i * 0.014));
    expect(onLine(fund, { calendar: calendarById('24-7') })).toEqual([]);
  });

  it.each([0.4, 0.6, 0.8])(
    'is a walk in whole ticks, however coarse, that rises %d of the time',
    (rising) => {
      let price = 800;
      const bars = Array.from({ length: 20_000 }, (_, i) => {
        price += noise(i) < rising ? 1 : -1;
        return { ...dayBar(0, price / 1e8), ts: i * 60_000 };
      });
      expect(onLine(bars, { ...hourly, interval: '1m' })).toEqual([]);
      expect(onLine(bars.slice(0, 300))).toEqual([]);
    },
  );

  it('are five closes that happen to lie on one', () => {
    const bars = walk(400);
    expect(onLine(bars)).toEqual([]);
    const closes = [100, 101, 102, 103, 104];
    const lucky = bars.map((bar, i) => (i >= 100 && i < 105 ? { ...bar, close: closes[i - 100] ?? 0 } : bar));
    expect(onLine(lucky)).toEqual([]);
  });
});

describe('a series of which a larger part lies on lines', () => {
  const bars = interpolated(walk(100), 50, 80);

  it('is left as it is, and its lines are named', () => {
    expect(onLine(bars)).toEqual([]);
    const odd = findOddities(bars, context(hourly)).filter(({ kind }) => kind === 'line');
    expect(odd).toMatchObject([
      { ts: 51 * 3_600_000, note: expect.stringMatching(/^29 bars on a straight line/) },
    ]);
  });

  it('is no longer one where more of it does not', () => {
    expect(onLine(interpolated(walk(300), 100, 130))).toEqual(range(101, 130));
  });
});

describe('the bounds of a line', () => {
  const bars = walk(400);
  /** The bars from 99 to `to` with closes that go on by `by`, and volumes and ranges of their own. */
  const stepping = (to: number, by: number, of: readonly Ohlcv[] = bars): Ohlcv[] =>
    of.map((bar, i) => (i > 99 && i <= to ? { ...bar, close: (of[99]?.close ?? 0) + by * (i - 99) } : bar));
  const at = bars[99]?.close ?? 0;

  it('are five equal steps where only the closes go on', () => {
    expect(onLine(stepping(104, 3))).toEqual(range(100, 104));
    expect(onLine(stepping(103, 3))).toEqual([]);
  });

  it.each([
    ['within a millionth of the price', 0.9e-6, range(100, 107)],
    ['beyond it', 1.1e-6, []],
  ])('are steps that are the same %s', (_, part, expected) => {
    const line = stepping(107, 3).map((bar, i) =>
      i >= 104 && i <= 107 ? { ...bar, close: bar.close + at * part } : bar,
    );
    expect(onLine(line)).toEqual(expected);
  });

  it('is a step that pays more than a tenth a year', () => {
    const hour = 0.1 / (365 * 24);
    expect(onLine(stepping(120, at * hour * 1.02))).toEqual(range(100, 120));
    expect(onLine(stepping(120, at * hour * 0.98))).toEqual([]);
  });

  it('is a step of more than ten times what a wire may make of none', () => {
    const cents = walk(400, 2);
    const price = cents[99]?.close ?? 0;
    const every15m = (by: number): Ohlcv[] =>
      stepping(120, by, cents).map((bar) => ({
        ...bar,
        ts: bar.ts / 4,
        close: Number(bar.close.toFixed(2)),
      }));
    const onLineOf = (by: number): number[] => onLine(every15m(by), { ...hourly, interval: '15m' });
    const least = price * 1e-5;
    const [within, beyond] = [Math.floor(least * 100) / 100, Math.ceil(least * 100) / 100];
    expect([onLineOf(within), onLineOf(beyond)]).toEqual([[], range(100, 120)]);
  });

  it('is a step that the series has too seldom to make a line of by chance', () => {
    const line = stepping(104, 3);
    const alsoAt = (count: number): Ohlcv[] => {
      const others = new Set(Array.from({ length: count }, (_, i) => 130 + 20 * i));
      return line.map((bar, i) => (others.has(i) ? { ...bar, close: (line[i - 1]?.close ?? 0) + 3 } : bar));
    };
    expect(onLine(alsoAt(7))).toEqual(range(100, 104));
    expect(onLine(alsoAt(8))).toEqual([]);
  });

  it('is a quarter of the series: of what lies more on lines nothing is rejected', () => {
    expect(onLine(interpolated(bars, 99, 200))).toEqual(range(100, 200));
    expect(onLine(interpolated(bars, 99, 201))).toEqual([]);
  });
});
