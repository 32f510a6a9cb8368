import { type Series, seriesKey } from '../core/bars/bars.ts';
import { sessionDateOf } from '../core/bars/partition.ts';
import { calendarById, calendarFor } from '../core/calendar/calendars.ts';
import { grouped } from '../core/grouped.ts';
import type { DayRange } from '../core/session/day.ts';
import { normalize, subtract, union } from '../core/session/ranges.ts';
import { type DamagedRecord, isDamagedRecord } from '../store/live-record.ts';
import { ANY_TICKER, type Scan, type SetAside } from '../store/scan.ts';
import type { BarStore, ScanOptions } from '../store/store.ts';
import type { RecordedBars } from './recorded-bars.ts';
import { finalDays } from './final-days.ts';

/** A scan with the damaged documents of live bars, as far as they may have held bars of sessions that have no final bar at `now`. */
export function withDamagedRecords(
  scan: Scan,
  damaged: readonly DamagedRecord[],
  { tickers, intervals }: ScanOptions,
  now: number,
): Scan {
  if (damaged.length === 0) return scan;
  const setAside: SetAside[] = [...scan.setAside];
  const held = new Map(scan.held);
  const isMeant = ({ ticker, interval }: Series): boolean =>
    tickers?.includes(ticker) !== false && intervals?.includes(interval) !== false;
  for (const { path, reason, named } of damaged) {
    const file = { path, reason };
    if (named === undefined) setAside.push({ ...file, ticker: ANY_TICKER, interval: null });
    for (const [series, stamps] of bySeries(named)) {
      const days = isMeant(series) ? openDays(scan, series, stamps, now) : [];
      if (days.length === 0) continue;
      setAside.push({ ...file, ...series });
      held.set(path, union(held.get(path) ?? [], days));
    }
  }
  return { ...scan, setAside, held };
}

/**
 * Moves damaged documents out of the way, as the one writer. Gives those that it moved; of one that names several series the first
 * stands for all.
 */
export async function setAsideDamaged(
  { liveRecord }: Pick<BarStore, 'liveRecord'>,
  recorded: RecordedBars,
): Promise<readonly SetAside[]> {
  const moved: SetAside[] = [];
  for (const [name, document] of await recorded.documents()) {
    if (!isDamagedRecord(document)) continue;
    const { path, reason, named } = document;
    await liveRecord.setAside(name);
    const [first] = bySeries(named).keys();
    moved.push({ path, reason, ...(first ?? { ticker: ANY_TICKER, interval: null }) });
  }
  return moved;
}

function bySeries(named: DamagedRecord['named'] = []): ReadonlyMap<Series, readonly number[]> {
  const all = [...grouped(named, ({ series }) => seriesKey(series)).values()];
  return new Map(
    all.flatMap((its) => {
      const [first] = its;
      return first === undefined ? [] : [[first.series, its.map(({ ts }) => ts)] as const];
    }),
  );
}

/** Sessions of some bars that are not final. */
function openDays(scan: Scan, series: Series, stamps: readonly number[], now: number): readonly DayRange[] {
  const state = scan.series.get(seriesKey(series));
  const calendar = calendarById(state?.calendar ?? calendarFor(series.ticker).id);
  const dayOf = sessionDateOf(series.interval, calendar);
  const days = stamps.map(dayOf).map((day) => ({ from: day, to: day + 1 }));
  return subtract(normalize(days), finalDays(state, now));
}
