import type { RunRow } from '../../report/dashboard/live-data.ts';
import type { RunPage } from '../../report/dashboard/page-data.ts';
import { TIE, UNBOUNDED } from '../../report/page.ts';
import { resultOf, type RunOnRecord, runText } from '../../report/runs-text.ts';

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

/** A run on record in full. */
export function runPage(run: RunOnRecord): RunPage {
  const { failures } = run.summary;
  return {
    run: runRow(run),
    lines: runText(run, { ...UNBOUNDED, isWhole: false })
      .slice(0, LINES)
      .map((line) => line.replaceAll(TIE, ' ')),
    failures: failures.slice(0, LISTED).map(({ ticker, interval, from, to, code, message }) => ({
      ...{ ticker, interval, from, to, code, message },
    })),
    moreFailures: Math.max(0, failures.length - LISTED),
  };
}
