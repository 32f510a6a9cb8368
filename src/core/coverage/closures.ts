import type { Calendar } from '../calendar/calendar.ts';
import type { Coverage } from './coverage.ts';
import { leadingClaim } from './evidence.ts';
import { type Day, parseDay } from '../session/day.ts';
import { grouped } from '../grouped.ts';
import { contains } from '../session/ranges.ts';

/** When the embedded calendars were compiled: of what was decided since then they know nothing. */
const CALENDARS_AS_OF = parseDay('2026-07-23');

/** Fewer tickers than this may lack a session together for reasons of their own. */
const ENOUGH_TICKERS = 3;

/** A session that a calendar expects and that the exchange seems not to have held. */
export interface SuspectedClosure {
  readonly calendar: string;
  readonly session: Day;
  /** Tickers that lack it: all that were asked for it. */
  readonly tickers: number;
}

/** A series as far as closures are concerned. */
export interface CoveredSeries {
  readonly ticker: string;
  readonly calendar: Calendar;
  readonly coverage: Coverage;
}

/**
 * Sessions after the calendars were compiled for which every series of an exchange that was asked got no bar from a
 * provider that has bars before and after: a day of mourning, a storm. Advice for the reader, never a state.
 */
export function suspectClosures(series: readonly CoveredSeries[]): SuspectedClosure[] {
  const known = series.filter(({ calendar }) => !calendar.advisory);
  return [...grouped(known, ({ calendar }) => calendar.id).values()].flatMap(closuresOf);
}

function closuresOf(series: readonly CoveredSeries[]): SuspectedClosure[] {
  const lacking = new Map<Day, Set<string>>();
  for (const { ticker, calendar, coverage } of series) {
    const last = coverage.present.at(-1)?.to;
    // Without a bar there is no telling whether anything came after a session.
    if (last === undefined) continue;
    for (const { from, to, by } of coverage.absent) {
      const { reason } = leadingClaim(by);
      if (reason !== 'vendor-empty' && reason !== 'not-yet-published') continue;
      const late = { from: Math.max(from, CALENDARS_AS_OF + 1), to: Math.min(to, last) };
      for (const session of calendar.sessions(late))
        lacking.set(session, (lacking.get(session) ?? new Set()).add(ticker));
    }
  }
  const [first] = series;
  const isHeld = (session: Day): boolean =>
    series.some(({ coverage }) => contains(coverage.present, session));
  return [...lacking]
    .filter(([session, tickers]) => tickers.size >= ENOUGH_TICKERS && !isHeld(session))
    .map(([session, tickers]) => ({ calendar: first?.calendar.id ?? '', session, tickers: tickers.size }))
    .toSorted((a, b) => a.session - b.session);
}
