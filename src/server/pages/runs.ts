import type { RunRow } from '../../report/dashboard/live-data.ts';
import type { RunPage } from '../../report/dashboard/page-data.ts';
import { TIE, UNBOUNDED } from '../../report/page.ts';
import { resultOf, type RunOnRecord, runText } from '../../report/runs-text.ts';
import type { SeriesCoverage } from '../../report/series-coverage.ts';
import { seriesRows } from './series-list.ts';

/** Failures that a page lists: of a run of ten thousand series all would make it slow to open. */
const LISTED = 2000;

/** Lines of what a run said at its end. */
const LINES = 400;

/** A run on record in a line. */
export function runRow(run: RunOnRecord): RunRow {
  const { id, provider, intervals, summary } = run;
  const { startedAt, endedAt, fetched, failed, sent: requests, bars } = summary;
  return {
    id,
    provider,
    intervals,
    startedAt,
    endedAt,
    fetched,
    failed,
    requests,
    bars,
    result: resultOf(run),
  };
}

/** A run on record in full, with those of the stored series that it was the last to get an answer for. */
export function runPage(run: RunOnRecord, stored: readonly SeriesCoverage[]): RunPage {
  const { failures, startedAt, endedAt } = run.summary;
  const answered = stored.filter(({ fetchedAt }) => {
    const at = fetchedAt === null ? Number.NaN : Date.parse(fetchedAt);
    return startedAt <= at && at <= endedAt;
  });
  return {
    run: runRow(run),
    lines: runText(run, { ...UNBOUNDED, isWhole: false })
      .slice(0, LINES)
      .map((line) => line.replaceAll(TIE, ' ')),
    failures: failures.slice(0, LISTED).map(({ ticker, interval, from, to, code, message }) => ({
      ...{ ticker, interval, from, to, code, message },
    })),
    moreFailures: Math.max(0, failures.length - LISTED),
    series: seriesRows(answered),
  };
}
