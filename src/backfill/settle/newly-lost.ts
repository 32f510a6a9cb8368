import { calendarById } from '../../core/calendar/calendars.ts';
import { newlyLostDays } from '../../core/coverage/lost-sessions.ts';
import type { Scan } from '../../store/scan.ts';
import type { RunResults } from '../run/run-results.ts';

/** Wanted sessions of which rows came in this run and none could be stored, where no earlier run told so. */
export interface NewlyLost {
  /** Of all series: a session that two intervals lost counts twice. */
  readonly sessions: number;
  /** Each once, in alphabetical order. */
  readonly tickers: readonly string[];
}

/**
 * What a run newly lost, by what was known before it. A session that a later answer of the run brought is none; one that
 * was lost before, for the same reason and to the same provider, was told then.
 */
export function newlyLost(
  { lost }: Pick<RunResults, 'lost'>,
  scan: Pick<Scan, 'series'>,
  provider: string,
): NewlyLost {
  let sessions = 0;
  const tickers = new Set<string>();
  for (const [key, { ticker, calendar, sessions: days }] of lost) {
    const known = scan.series.get(key)?.coverage ?? { absent: [] };
    const sessionDays = calendarById(calendar);
    const count = sessionDays.count(newlyLostDays(days, known, provider, sessionDays));
    if (count === 0) continue;
    sessions += count;
    tickers.add(ticker);
  }
  return { sessions, tickers: [...tickers].toSorted() };
}
