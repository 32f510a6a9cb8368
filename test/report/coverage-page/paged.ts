import { seriesKey } from '../../../src/core/bars/bars.ts';
import type { CoveragePageData } from '../../../src/report/coverage-page/page-data.ts';
import { type PageContent, pageOf } from '../../../src/report/coverage-page/page-of.ts';
import { decodeRuns, fromSteps } from '../../../src/report/coverage-page/run-code.ts';
import type { IssuesReport } from '../../../src/report/issues.ts';
import { reportCoverage } from '../../../src/report/coverage.ts';
import type { Judged } from '../../../src/report/series-coverage.ts';
import type { Scan, SeriesState } from '../../../src/store/scan.ts';
import { formatDay } from '../../../src/core/session/day.ts';
import { OCTOBER_JUDGED } from '../october.ts';

export const NO_ISSUES: IssuesReport = {
  ...{ rejected: [], warnings: [], revised: [], unknownActions: [], setAside: [], unreadable: [] },
};

/** What a page shows of some series that are judged by October unless told otherwise, with nothing else in the store. */
export function content(
  states: readonly SeriesState[],
  more: Partial<PageContent> = {},
  judge: (state: SeriesState) => Judged = () => OCTOBER_JUDGED,
): PageContent {
  const series = new Map(states.map((state) => [seriesKey(state.series), state]));
  const scan: Scan = { series, actions: new Map(), setAside: [] };
  return {
    report: reportCoverage(scan, judge),
    judgedOf: (one) => {
      const state = series.get(seriesKey(one)) as SeriesState;
      return { state, judged: judge(state) };
    },
    ...{ issues: NO_ISSUES, revisions: [], universes: new Map(), store: '/data', version: '1.2.3' },
    now: OCTOBER_JUDGED.now,
    ...more,
  };
}

export function paged(...given: Parameters<typeof content>): CoveragePageData {
  return pageOf(content(...given));
}

/** By session date, what a page says of a ticker: `present`, `absent vendor-empty yahoo`. */
export function told(page: CoveragePageData, ticker: string): Record<string, string> {
  const row = page.series.find(([name]) => name === ticker);
  if (row === undefined) throw new Error(`no ${ticker} on the page`);
  const days = fromSteps(page.calendars[row[2]]?.steps ?? []);
  const said: Record<string, string> = {};
  let at = row[5];
  for (const { entry, sessions } of decodeRuns(row[6]))
    for (let i = 0; i < sessions; i++) {
      const { state = 'none', reason, provider } = page.legend[entry] ?? {};
      const words = [state, reason, provider].filter((word) => word !== undefined);
      said[formatDay(days[at++] ?? Number.NaN)] = words.join(' ');
    }
  return said;
}
