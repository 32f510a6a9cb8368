import { UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import type { Coverage } from '../../src/core/coverage/coverage.ts';
import { type DayRange, parseDay } from '../../src/core/session/day.ts';
import { type JudgeSeries, type Verdict, verdictOf } from '../../src/library/verdict.ts';
import type { Scan } from '../../src/store/scan.ts';
import { AAPL, coverage, days, NOON } from '../store/fixtures.ts';

/** Monday 2026-02-23 to Friday, judged when all of them have settled unless said otherwise. */
export const FEBRUARY_WEEK = days('2026-02-23', '2026-02-28');

export function judged(
  known: Partial<Coverage>,
  {
    range = FEBRUARY_WEEK,
    settled = '2026-02-27',
    ...scan
  }: Partial<Scan> & { range?: DayRange; settled?: string } = {},
): Verdict {
  const state = {
    ...{ series: AAPL, calendar: 'XNYS', coverage: coverage(known), identity: UNKNOWN_IDENTITY },
    ...{ rows: 5, fetchedAt: NOON },
  };
  const judge: JudgeSeries = () => ({ range, settled: parseDay(settled), now: NOON });
  return verdictOf({ series: new Map([['AAPL 1d', state]]), setAside: [], ...scan }, [AAPL], judge);
}
