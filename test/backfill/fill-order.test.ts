import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import { UNKNOWN_IDENTITY, type Ohlcv } from '../../src/core/bars/bars.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { type Day, formatDay, MS_PER_DAY, parseDay } from '../../src/core/session/day.ts';
import { partOver } from '../../src/providers/part-over.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { openStore } from '../../src/store/open.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { toolsInProcess } from './in-process.ts';
import { rowsIn } from '../store/rows.ts';
import { barsOf } from '../../src/core/bars/bar-builder.ts';
import { rounds } from '../needs.ts';

const FIRST = parseDay('2026-10-05');
const LAST = parseDay('2026-11-06');
const sample = openSample({ id: 'sample' });

/** A vendor of daily bars on the given days, whatever a calendar says. */
function vendor(days: readonly Day[]): Provider {
  const bars = days.map((day): Ohlcv => {
    const price = 100 + ((day * 7) % 17) / 8;
    const prices = { open: price, high: price + 1, low: price - 1, close: price + 0.5 };
    return { ts: day * MS_PER_DAY, ...prices, volume: 1000 + ((day * 31) % 101), vwap: null, trades: null };
  });
  return {
    ...sample,
    capabilities: { ...sample.capabilities, actions: false },
    fetchBars: ({ series, range, now }) => {
      const { from, to } = range;
      return Promise.resolve({
        bars: barsOf(bars.filter(({ ts }) => ts >= from * MS_PER_DAY && ts < to * MS_PER_DAY)),
        ...{
          unusable: [],
          explained: [],
          actions: [],
          identity: UNKNOWN_IDENTITY,
          delistedOn: null,
          dropped: 0,
        },
        ...{ wireBasis: 'raw' as const, proven: partOver(range, calendarFor(series.ticker), now) },
      });
    },
  };
}

/** First and last day of a fill. */
type Fill = readonly [start: Day, end: Day];

/** Days of what is stored after some fills, each in the evening of its last day. */
async function storedDays(ticker: string, days: readonly Day[], fills: readonly Fill[]): Promise<string[]> {
  const folder = await temporaryFolder();
  try {
    const store = openStore(folder.path);
    for (const [start, end] of fills) {
      const now = (end + 1) * MS_PER_DAY;
      const request = { tickers: [ticker], start: formatDay(start), end: formatDay(end) };
      await backfill(
        request,
        toolsInProcess(vendor(days), store, () => now),
      );
    }
    const bars = await rowsIn(store, { ticker, interval: '1d' });
    return bars.map(({ ts }) => formatDay(ts / MS_PER_DAY));
  } finally {
    await folder.remove();
  }
}

const everyDay = Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i);
const fill = fc
  .tuple(fc.constantFrom(...everyDay), fc.constantFrom(...everyDay))
  .map(([a, b]): Fill => [Math.min(a, b), Math.max(a, b)]);
const weekday = (day: Day): number => ((day % 7) + 10) % 7;

type Trades = (day: Day) => boolean;

/** Tickers, the days that their vendor has, and those of them that are stored; default: all. */
const CASES: readonly (readonly [ticker: string, trades: Trades, stored?: Trades])[] = [
  // Sunday to Thursday, by a calendar that is a guess.
  ['NBK.KW', (day) => weekday(day) !== 4 && weekday(day) !== 5],
  // Every day, on a calendar of weekdays.
  ['XYZ.XD', () => true],
  ['000001', () => true],
  // A Saturday session that was called after the calendar was compiled.
  ['TCS.NS', (day) => weekday(day) < 5 || formatDay(day) === '2026-10-17'],
  // Two holidays that were not kept.
  ['7203.T', (day) => weekday(day) < 5],
  // Saturdays on which New York has never traded since its calendar begins.
  ['AAPL', (day) => weekday(day) < 5 || formatDay(day) === '2026-10-24', (day) => weekday(day) < 5],
];

it.each(CASES.map(([ticker, trades, stored = trades]) => ({ ticker, trades, stored })))(
  '$ticker: a history filled in any order is the history filled at once',
  async ({ ticker, trades, stored }) => {
    const days = everyDay.filter(trades);
    const calendar = calendarFor(ticker);
    const whole = await storedDays(ticker, days, [[FIRST, LAST]]);
    expect(whole).toEqual(
      days.filter((day) => stored(day) && day <= calendar.sessionOnOrBefore(LAST)).map(formatDay),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fill, { minLength: 1, maxLength: 12 }), async (fills) => {
        // A fill that reaches no session that is over is refused.
        const reaching = fills.filter(([start, end]) => calendar.sessionOnOrAfter(start) < end);
        expect(await storedDays(ticker, days, [...reaching, [FIRST, LAST]])).toEqual(whole);
      }),
      { numRuns: rounds(12) },
    );
  },
);
