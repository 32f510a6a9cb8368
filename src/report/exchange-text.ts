import { grouped } from '../core/grouped.ts';
import type { Page } from './page.ts';
import type { SeriesCoverage } from './series-coverage.ts';
import { type SeriesSums, sumsOf } from './sums.ts';
import { type Column, fittedTable, formatCount, formatPercent } from './table.ts';

const COLUMNS: readonly Column<SeriesSums>[] = [
  { title: 'CALENDAR', text: ({ name }) => name },
  { title: 'SERIES', text: ({ series }) => formatCount(series), right: true },
  { title: 'COMPLETE', text: ({ complete }) => formatCount(complete), right: true },
  { title: 'EXP', text: ({ expected }) => formatCount(expected), right: true, leftOut: 2 },
  { title: 'PRES', text: ({ present }) => formatCount(present), right: true, leftOut: 3 },
  { title: 'ABS', text: ({ absent }) => formatCount(absent), right: true, leftOut: 1 },
  { title: 'MISS', text: ({ missing }) => formatCount(missing), right: true },
  { title: 'COVER', text: ({ coverage }) => formatPercent(coverage), right: true },
];

/** The series of each exchange (of its calendar) summed up, those of most series first. */
export function exchangeSums(series: readonly SeriesCoverage[]): SeriesSums[] {
  return [...grouped(series, ({ calendar }) => calendar)]
    .map(([calendar, ofIt]) => sumsOf(calendar, ofIt))
    .toSorted((a, b) => b.series - a.series);
}

/** A line an exchange. */
export function exchangeLines(series: readonly SeriesCoverage[], { columns }: Page): string[] {
  const { head, rows } = fittedTable(COLUMNS, exchangeSums(series), columns);
  return [head, ...rows.flat()];
}
