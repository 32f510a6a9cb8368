import { seriesKey, UNKNOWN_IDENTITY } from '../core/bars/bars.ts';
import { type StoredBars, firstAt, keep } from '../core/bars/columns.ts';
import { mergeBars } from '../core/bars/merge-bars.ts';
import { periodRange, sessionDateOf, sessionDays } from '../core/bars/partition.ts';
import { lastEmitted } from '../core/bars/recorded.ts';
import { calendarById, calendarFor } from '../core/calendar/calendars.ts';
import { learn, NOTHING_KNOWN } from '../core/coverage/coverage.ts';
import type { DayRange } from '../core/session/day.ts';
import { contains, normalize } from '../core/session/ranges.ts';
import type { Scan, SeriesState } from '../store/scan.ts';
import type { BarStore } from '../store/store.ts';
import { withDamagedRecords } from './damaged-records.ts';
import { finalDays } from './final-days.ts';
import type { RecordedBars, RecordedSeries } from './recorded-bars.ts';

/** What of a store is read with live bars in it. */
type Read = Pick<BarStore, 'scan' | 'readBars' | 'hasDamage'>;

/**
 * A store as who reads it is to see it: with the live bars that are recorded, as provisional ones. They count in sessions that
 * have no final bar; there the later one of a recorded and a stored bar does. Bars are read with what was recorded when it was
 * scanned last: who reads without a scan looks at `recorded` first.
 */
export function withRecorded(store: BarStore, recorded: RecordedBars, clock: () => number): BarStore {
  const own: Read = {
    // What is recorded first: of what a writer takes in meanwhile the final bars are there then.
    scan: async (options = {}) => {
      const all = await recorded.all();
      const damaged = recorded.damaged();
      const scan = withDamagedRecords(await store.scan(options), damaged, options, clock());
      const { tickers, intervals } = options;
      const meant = [...all.values()].filter(
        ({ series: { ticker, interval } }) =>
          tickers?.includes(ticker) !== false && intervals?.includes(interval) !== false,
      );
      return meant.length === 0 ? scan : scanWith(scan, meant, clock());
    },
    hasDamage: async () => {
      await recorded.lately();
      return recorded.damaged().length > 0 || store.hasDamage();
    },
    readBars: async (series, range = periodRange('all')) => {
      const its = (await recorded.lately()).get(seriesKey(series));
      if (its === undefined) return store.readBars(series, range);
      const { ticker, interval } = series;
      const { series: states } = await store.scan({ tickers: [ticker], intervals: [interval] });
      const live = liveOf(its, states.get(seriesKey(series)), clock());
      const days = sessionDateOf(interval, calendarById(live.calendar));
      const meant = keep(live.bars, (i) => contains([range], days(live.bars.ts[i] as number)));
      return withLater(await store.readBars(series, range), meant);
    },
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name in own) return own[name as keyof Read];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Recorded bars that count beside what is stored of a series. */
interface LiveOf {
  readonly calendar: string;
  readonly bars: StoredBars;
  /** Their sessions. */
  readonly days: readonly DayRange[];
}

/** Those of sessions that have no final bar at `now`, ms since the epoch. */
export function liveOf(
  { series, bars }: RecordedSeries,
  state: SeriesState | undefined,
  now: number,
): LiveOf {
  const calendar = state?.calendar ?? calendarFor(series.ticker).id;
  const dayOf = sessionDateOf(series.interval, calendarById(calendar));
  const final = finalDays(state, now);
  const last = lastEmitted(bars).bars;
  const open = keep(last, (i) => !contains(final, dayOf(last.ts[i] as number)));
  const days = normalize(sessionDays(open, dayOf).map((day) => ({ from: day, to: day + 1 })));
  return { calendar, bars: open, days };
}

function scanWith(scan: Scan, recorded: readonly RecordedSeries[], now: number): Scan {
  const series = new Map(scan.series);
  for (const one of recorded) {
    const key = seriesKey(one.series);
    const state = series.get(key);
    const live = liveOf(one, state, now);
    if (live.bars.length > 0) series.set(key, stateWith(state, one, live));
  }
  return { ...scan, series };
}

function stateWith(state: SeriesState | undefined, { series }: RecordedSeries, live: LiveOf): SeriesState {
  const { calendar, days, bars } = live;
  const known: SeriesState = state ?? {
    ...{ series, calendar, coverage: NOTHING_KNOWN, identity: UNKNOWN_IDENTITY, rows: 0, fetchedAt: null },
  };
  const dayOf = sessionDateOf(series.interval, calendarById(calendar));
  const added = keep(bars, (i) => !contains(known.coverage.present, dayOf(bars.ts[i] as number)));
  return {
    ...known,
    coverage: learn(known.coverage, { present: days, provisional: days, absent: [] }, []),
    rows: known.rows + added.length,
    recorded: days,
  };
}

/** Of stored and recorded bars of one stamp the later one. */
function withLater(stored: StoredBars, recorded: StoredBars): StoredBars {
  const later = keep(recorded, (i) => {
    const at = firstAt(stored, recorded.ts[i] as number);
    return (
      stored.ts[at] !== recorded.ts[i] ||
      (recorded.fetchedAt[i] as number) >= (stored.fetchedAt[at] as number)
    );
  });
  return later.length === 0 ? stored : mergeBars(stored, later);
}
