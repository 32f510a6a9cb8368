import fc from 'fast-check';
import type { Bar, CorporateAction, Series } from '../../src/core/bars/bars.ts';
import type { Calendar } from '../../src/core/calendar/calendar.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { type Day, formatDay, parseDay, startOfDay } from '../../src/core/session/day.ts';
import { normalize, subtract } from '../../src/core/session/ranges.ts';
import type { ReadOptions } from '../../src/library/read-options.ts';
import type { BarStore } from '../../src/store/store.ts';
import { absence, coverage, NOON, update } from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';

/** A year ends within them, and an early close lies before it. */
const FIRST = parseDay('2025-12-22');
const LAST = parseDay('2026-01-16');

/** A bar, its session date and the instant at which it closes, ms since the epoch. */
export interface KnownBar extends Bar {
  readonly day: Day;
  readonly closes: number;
}

export interface InventedSeries {
  readonly series: Series;
  readonly calendar: Calendar;
  readonly bars: readonly KnownBar[];
  /** Whether sessions without a bar are known to have none; else they are missing. */
  readonly explained: boolean;
}

/** Series, with what each of their tickers has of splits and dividends. */
export interface Lake {
  readonly series: readonly InventedSeries[];
  readonly actions: ReadonlyMap<string, readonly CorporateAction[]>;
}

const HOUR = 3_600_000;
const TICKERS = { AAPL: 'XNYS', '7203.T': 'XTKS', 'BTC-USD': '24-7' } as const;

const seed = fc.integer({ min: 1, max: 2 ** 30 });

const SERIES: Series[] = Object.keys(TICKERS).flatMap((ticker) => [
  { ticker, interval: '1d' },
  { ticker, interval: '1h' },
]);

const action = fc.record({
  day: fc.integer({ min: FIRST + 1, max: LAST }),
  split: fc.option(fc.constantFrom(2, 4, 0.1), { freq: 2 }),
  amount: fc.constantFrom(0.25, 0.5, 1.25),
});

/** So many series of some weeks, some of whose sessions lack a bar; of four, two are of one ticker. */
export const lakesOf = (minLength: number, maxLength: number): fc.Arbitrary<Lake> =>
  fc
    .record({
      named: fc.shuffledSubarray(SERIES, { minLength, maxLength }),
      seed,
      actions: fc.uniqueArray(action, { maxLength: 4, selector: ({ day }) => day }),
    })
    .map(({ named: all, seed: own, actions: planned }) => {
      const actions = new Map(
        Object.entries(TICKERS).map(([ticker, id], i) => [ticker, actionsOn(calendarById(id), planned, i)]),
      );
      const series = all.map((one, i) => invent(one, actions.get(one.ticker) ?? [], own + i));
      return { series, actions };
    });

export const lakes = lakesOf(1, 4);

/** Each ticker has some of them. */
function actionsOn(
  calendar: Calendar,
  planned: readonly { readonly day: Day; readonly split: number | null; readonly amount: number }[],
  ticker: number,
): CorporateAction[] {
  if (calendar.kind !== 'exchange') return [];
  return planned.flatMap(({ day, split, amount }, i): CorporateAction[] => {
    if ((i + ticker) % 3 === 2) return [];
    const exDay = calendar.sessionOnOrAfter(day);
    return [split === null ? { kind: 'dividend', exDay, amount } : { kind: 'split', exDay, ratio: split }];
  });
}

/** Prices of their own, which fall by the splits. */
function invent(
  { ticker, interval }: Series,
  actions: readonly CorporateAction[],
  own: number,
): InventedSeries {
  const calendar = calendarById(TICKERS[ticker as keyof typeof TICKERS]);
  const draw = drawing(own);
  const bars = calendar.sessions({ from: FIRST, to: LAST + 1 }).flatMap((day): KnownBar[] => {
    if (draw() < 0.1) return [];
    const shares = actions.reduce(
      (all, one) => (one.kind === 'split' && one.exDay <= day ? all * one.ratio : all),
      1,
    );
    const price = (): number => Math.round((10_000 * (1 + draw() * 0.05)) / shares) / 100;
    const bar = (ts: number, closes: number): KnownBar => {
      const [open, close] = [price(), price()];
      return {
        ...{ day, closes, ts, open, high: Math.max(open, close), low: Math.min(open, close), close },
        volume: draw() < 0.05 ? Number.NaN : Math.round(draw() * 1e6),
        vwap: draw() < 0.3 ? null : open,
        trades: draw() < 0.3 ? null : Math.round(draw() * 1000),
        ...{ source: draw() < 0.5 ? 'sample' : 'polygon', fetchedAt: NOON - Math.round(draw() * 1000) },
      };
    };
    const { open, close, lunch } = calendar.session(day);
    if (interval === '1d') return [bar(startOfDay(day), close)];
    const stretches =
      lunch === null
        ? [[open, close]]
        : [
            [open, lunch.start],
            [lunch.end, close],
          ];
    return stretches.flatMap(([from = 0, to = 0]) => {
      const some: KnownBar[] = [];
      for (let ts = from; ts < to; ts += HOUR)
        if (ts === from || draw() < 0.9) some.push(bar(ts, Math.min(ts + HOUR, to)));
      return some;
    });
  });
  return { series: { ticker, interval }, calendar, bars, explained: own % 3 > 0 };
}

/** Numbers in [0, 1), the same for the same seed. */
function drawing(start: number): () => number {
  let state = start;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** Writes a lake, or what of it was known at an instant: the bars that had closed, and what had gone ex. */
export async function fill(
  store: BarStore,
  { series, actions }: Lake,
  asOf = Number.POSITIVE_INFINITY,
): Promise<void> {
  for (const { series: one, calendar, bars: all, explained } of series) {
    const bars = all.filter(({ closes }) => closes <= asOf);
    if (bars.length === 0) continue;
    const present = normalize(bars.map(({ day }) => ({ from: day, to: day + 1 })));
    const without = subtract([{ from: FIRST, to: LAST + 1 }], present);
    const absent = explained ? without.map((run) => absence(run)) : [];
    const learned = coverage({ present, absent });
    await store.upsert(update(bars, { series: one, calendar: calendar.id, learned }));
  }
  for (const [ticker, told] of actions) {
    const calendar = series.find((one) => one.series.ticker === ticker)?.calendar;
    if (calendar === undefined) continue;
    const known = told.filter(({ exDay }) =>
      Number.isFinite(asOf) ? exDay <= calendar.localDay(asOf) : true,
    );
    await tellActions(store, ticker, known, { from: FIRST - 9, to: LAST + 9 }, 'sample', NOON);
  }
}

/** An instant of the lake's weeks, by the half hour: it may be the very close of bars. */
export const instants = fc
  .integer({ min: FIRST * 48, max: (LAST + 2) * 48 })
  .map((halfHours) => (halfHours * HOUR) / 2);

const date = fc.integer({ min: FIRST - 2, max: LAST + 2 });

/** What of a lake is read, in every way. */
export const readings: fc.Arbitrary<ReadOptions> = fc
  .record({
    adjust: fc.constantFrom('none', 'splits', 'all'),
    dates: fc.tuple(date, date).map(([a, b]) => [Math.min(a, b), Math.max(a, b)].map(formatDay)),
    has: fc.record({ start: fc.boolean(), end: fc.boolean() }),
    asOf: fc.option(
      fc.oneof(
        instants,
        date.map(formatDay),
        instants.map((at) => new Date(at).toISOString()),
      ),
    ),
  })
  .map(({ adjust, dates: [start = '', end = ''], has, asOf }) => ({
    adjust,
    ...(has.start && { start }),
    ...(has.end && { end }),
    ...(asOf !== null && { asOf }),
  }));
