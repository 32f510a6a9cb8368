import { grouped } from '../core/grouped.ts';
import type { Page } from './page.ts';
import { percent, type SeriesCoverage, untradable } from './series-coverage.ts';
import { type Column, fittedTable, formatCount, formatPercent } from './table.ts';

/** The series of one exchange, summed up. */
interface Exchange {
  /** Id of its calendar. */
  readonly calendar: string;
  readonly series: number;
  readonly complete: number;
  readonly expected: number;
  readonly present: number;
  readonly absent: number;
  readonly missing: number;
  readonly coverage: number | null;
}

const COLUMNS: readonly Column<Exchange>[] = [
  { title: 'CALENDAR', text: ({ calendar }) => calendar },
  { title: 'SERIES', text: ({ series }) => formatCount(series), right: true },
  { title: 'COMPLETE', text: ({ complete }) => formatCount(complete), right: true },
  { title: 'EXP', text: ({ expected }) => formatCount(expected), right: true, leftOut: 2 },
  { title: 'PRES', text: ({ present }) => formatCount(present), right: true, leftOut: 3 },
  { title: 'ABS', text: ({ absent }) => formatCount(absent), right: true, leftOut: 1 },
  { title: 'MISS', text: ({ missing }) => formatCount(missing), right: true },
  { title: 'COVER', text: ({ coverage }) => formatPercent(coverage), right: true },
];

/** A line an exchange, those of most series first. */
export function exchangeLines(series: readonly SeriesCoverage[], { columns }: Page): string[] {
  const exchanges = [...grouped(series, ({ calendar }) => calendar)]
    .map(([calendar, ofIt]) => summed(calendar, ofIt))
    .toSorted((a, b) => b.series - a.series);
  const { head, rows } = fittedTable(COLUMNS, exchanges, columns);
  return [head, ...rows.flat()];
}

function summed(calendar: string, series: readonly SeriesCoverage[]): Exchange {
  const sum = (count: (one: SeriesCoverage) => number): number =>
    series.reduce((all, one) => all + count(one), 0);
  const expected = sum((one) => one.expected);
  const present = sum((one) => one.present);
  return {
    ...{ calendar, series: series.length, expected, present },
    complete: series.filter(({ standing }) => standing === 'complete').length,
    absent: sum((one) => one.absent),
    missing: sum((one) => one.missing),
    coverage: percent(
      present - sum((one) => one.unsure + one.lacking),
      expected - sum((one) => untradable(one.absentByReason)),
    ),
  };
}
