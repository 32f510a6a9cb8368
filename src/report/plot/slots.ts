import type { Bar, CorporateAction } from '../../core/bars/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Day, MS_PER_DAY, formatDay, parseDay } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { SeriesCoverage, SessionRun } from '../series-coverage.ts';

/** Why a place of a plot has no bar: nothing is known of the session, or it is known to have none. */
export type Blank = 'missing' | 'absent';

/** A place on the axis of a plot: a bar, or a session without one. */
export interface Slot {
  readonly session: Day;
  /** Start of the bar, ms since the epoch; of a session without one its date at 00:00 UTC. */
  readonly ts: number;
  readonly bar: Bar | null;
  /** Null where there is a bar. */
  readonly blank: Blank | null;
}

/** Sessions before a listing and after a delisting are outside the life of the series, and take no place. */
const OUTSIDE_ITS_LIFE: ReadonlySet<string> = new Set(['pre-listing', 'delisted', 'not-yet-published']);

/** What is known of the sessions of a series that have no bar. */
type Blanks = Pick<SeriesCoverage, 'missingRuns' | 'absences'>;

/** Absent sessions within the life of a series. */
function absentInLife({ absences }: Pick<Blanks, 'absences'>): readonly SessionRun[] {
  return absences.filter(({ reason }) => !OUTSIDE_ITS_LIFE.has(reason));
}

/** From the first to the last session that takes a place, both inclusive; null where no bar is stored. */
export function reachOf({
  first,
  last,
  ...blank
}: Blanks & Pick<SeriesCoverage, 'first' | 'last'>): { readonly from: Day; readonly to: Day } | null {
  if (first === null || last === null) return null;
  const runs = [{ from: first, to: last }, ...blank.missingRuns, ...absentInLife(blank)];
  return {
    from: parseDay(runs.reduce((least, { from }) => (from < least ? from : least), first)),
    to: parseDay(runs.reduce((most, { to }) => (to > most ? to : most), last)),
  };
}

/** Bars, ascending, and the sessions between and around them that have none, in the order of sessions. */
export function slotsOf(
  bars: readonly Bar[],
  interval: Interval,
  calendar: Calendar,
  { missingRuns, absences }: Blanks,
): Slot[] {
  const sessionOf = (ts: number): Day =>
    interval === '1d' ? ts / MS_PER_DAY : (calendar.sessionAt(ts) ?? calendar.localDay(ts));
  const blanksOf = (runs: readonly SessionRun[], blank: Blank): Slot[] =>
    runs.flatMap(({ from, to }) =>
      calendar
        .sessions({ from: parseDay(from), to: parseDay(to) + 1 })
        .map((session) => ({ session, ts: session * MS_PER_DAY, bar: null, blank })),
    );
  return [
    ...bars.map((bar): Slot => ({ session: sessionOf(bar.ts), ts: bar.ts, bar, blank: null })),
    ...blanksOf(missingRuns, 'missing'),
    ...blanksOf(absentInLife({ absences }), 'absent'),
  ].toSorted((a, b) => a.session - b.session || a.ts - b.ts);
}

/** Places in a row that have no bar for one reason. */
export interface BlankRun {
  readonly blank: Blank;
  /** Places, both inclusive. */
  readonly first: number;
  readonly last: number;
}

/** The runs of places without a bar, ascending. */
export function blankRuns(slots: readonly Slot[]): BlankRun[] {
  const runs: BlankRun[] = [];
  for (const [i, { blank }] of slots.entries()) {
    if (blank === null) continue;
    const before = runs.at(-1);
    if (before?.last === i - 1 && before.blank === blank) runs[runs.length - 1] = { ...before, last: i };
    else runs.push({ blank, first: i, last: i });
  }
  return runs;
}

/** A split or dividend, and the first place of a session from its ex-date on. */
export interface PlacedAction {
  readonly place: number;
  readonly action: CorporateAction;
}

/** Those that went ex after the first session and not after the last. */
export function placedActions(slots: readonly Slot[], actions: readonly CorporateAction[]): PlacedAction[] {
  const [first, last] = [slots[0], slots.at(-1)];
  if (first === undefined || last === undefined) return [];
  return actions
    .filter(({ exDay }) => exDay > first.session && exDay <= last.session)
    .map((action) => ({ place: slots.findIndex(({ session }) => session >= action.exDay), action }));
}

/** What a place is called on the axis: its date, and of a bar within a session its start in UTC. */
export function slotLabel({ session, ts, bar }: Slot, interval: Interval): string {
  if (interval === '1d' || bar === null) return formatDay(session);
  return new Date(ts).toISOString().slice(0, 16).replace('T', ' ');
}
