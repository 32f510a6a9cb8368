import { calendarById } from '../../core/calendar/calendars.ts';
import { grouped } from '../../core/grouped.ts';
import type { SeriesState } from '../../store/scan.ts';
import { noteLines } from '../coverage-notes.ts';
import { staleHint } from '../coverage-text.ts';
import type { CoverageReport } from '../coverage.ts';
import { exchangeSums } from '../exchange-text.ts';
import type { IssuesReport } from '../issues.ts';
import type { SeriesRevision } from '../revisions-text.ts';
import type { Judged, SeriesCoverage } from '../series-coverage.ts';
import { sumsOf } from '../sums.ts';
import { pastedIn, storeOption } from '../told-commands.ts';
import { codeSeries } from './coded-series.ts';
import { issueRows, revisionRows } from './issue-rows.ts';
import type { CoveragePageData, UniverseSums } from './page-data.ts';
import { stepsOf } from './run-code.ts';
import { standingRuns } from './session-runs.ts';

/** What a page of coverage shows. */
export interface PageContent {
  readonly report: CoverageReport;
  /** What a series of the report was judged by, and is known of it. */
  readonly judgedOf: (series: SeriesCoverage) => { readonly state: SeriesState; readonly judged: Judged };
  readonly issues: IssuesReport;
  readonly revisions: readonly SeriesRevision[];
  /** Tickers of the store's universes, by name. */
  readonly universes: ReadonlyMap<string, readonly string[]>;
  /** What else there is to say, a line each. Default: nothing. */
  readonly notes?: readonly string[];
  /** Where the store is. */
  readonly store: string;
  /** ms since the epoch. */
  readonly now: number;
  /** Of this program. */
  readonly version: string;
}

/** The page as data; nothing of it is HTML. */
export function pageOf(content: PageContent): CoveragePageData {
  const { report, judgedOf, issues, revisions, universes, notes = [], store, now, version } = content;
  const stale = staleHint(report);
  const judged = report.series.map((coverage) => {
    const { state, judged: by } = judgedOf(coverage);
    const { exchange } = state.identity;
    return { coverage, exchange, runs: standingRuns(state, calendarById(coverage.calendar), by) };
  });
  return {
    ...{ store, version, madeAt: new Date(now).toISOString(), totals: report.totals },
    ...codeSeries(judged),
    exchanges: exchangeSums(report.series),
    universes: universeSums(report.series, universes),
    ...pastedIn(
      {
        notes: [...noteLines(report), ...(stale === undefined ? [] : [stale]), ...notes],
        issues: issueRows(issues),
        revisions: revisionRows(revisions),
      },
      { store: storeOption(store), source: '' },
    ),
  };
}

/** The series of each universe that has any, summed up. */
function universeSums(
  series: readonly SeriesCoverage[],
  universes: PageContent['universes'],
): UniverseSums[] {
  const byTicker = grouped([...series.entries()], ([, { ticker }]) => ticker);
  return [...universes]
    .map(([name, tickers]) => {
      const ofIt = tickers.flatMap((ticker) => byTicker.get(ticker) ?? []);
      const notStored = tickers.filter((ticker) => !byTicker.has(ticker)).length;
      const sums = sumsOf(
        name,
        ofIt.map(([, one]) => one),
      );
      const places = stepsOf(ofIt.map(([place]) => place).toSorted((a, b) => a - b));
      return { ...sums, members: tickers.length, notStored, places };
    })
    .filter((one) => one.series > 0);
}
