import { UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import type { Coverage } from '../../src/core/coverage/coverage.ts';
import { parseDay } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { type CoverageReport, reportCoverage } from '../../src/report/coverage.ts';
import type { Judged } from '../../src/report/series-coverage.ts';
import type { Scan, SeriesState } from '../../src/store/scan.ts';
import { coverage, days } from '../store/fixtures.ts';

/** All of October, which has settled. */
export const OCTOBER_JUDGED: Judged = {
  range: days('2026-10-01', '2026-10-31'),
  settled: parseDay('2026-10-30'),
  now: Date.UTC(2026, 9, 31, 12),
};

/** A series of New York unless said otherwise, judged from 2026-10-01 to 2026-10-30: 22 sessions. */
export function state(
  ticker: string,
  known: Partial<Coverage>,
  calendar = 'XNYS',
  interval: Interval = '1d',
): SeriesState {
  const about = { series: { ticker, interval }, calendar, coverage: coverage(known) };
  return { ...about, identity: UNKNOWN_IDENTITY, rows: 7, fetchedAt: Date.UTC(2026, 9, 31) };
}

/** The report of a store of some series, judged by October. */
export function report(...states: readonly SeriesState[]): CoverageReport {
  const series = new Map(states.map((one) => [`${one.series.ticker} ${one.series.interval}`, one]));
  const scan: Scan = { series, actions: new Map(), setAside: [] };
  return reportCoverage(scan, () => OCTOBER_JUDGED);
}

/** Every session of October. */
export const WHOLE = [days('2026-10-01', '2026-10-31')];
