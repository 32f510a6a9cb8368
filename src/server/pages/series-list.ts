import type { CoverageReport } from '../../report/coverage.ts';
import type { DashboardPage, StoredSeries } from '../../report/dashboard/page-data.ts';
import { isLeftOut, type SeriesCoverage } from '../../report/series-coverage.ts';
import { WORST_FIRST } from '../../report/worst-first.ts';

/** Every stored series in a line, the worst first. */
export function seriesList({ totals, series }: CoverageReport): DashboardPage {
  return { page: 'series-list', totals, series: seriesRows(series) };
}

/** Some series in a line each, the worst first. */
export function seriesRows(series: readonly SeriesCoverage[]): StoredSeries[] {
  const worst = series.toSorted(
    (a, b) =>
      Number(isLeftOut(a)) - Number(isLeftOut(b)) ||
      WORST_FIRST.indexOf(a.standing) - WORST_FIRST.indexOf(b.standing) ||
      (a.coverage ?? 0) - (b.coverage ?? 0),
  );
  return worst.map(
    ({ ticker, interval, standing, coverage, missing, absent, first, last, rows: stored }): StoredSeries => [
      ...([ticker, interval, standing, coverage, missing, absent, first, last, stored] as const),
    ],
  );
}
