import { percent, type SeriesCoverage, untradable } from './series-coverage.ts';

/** Some series summed up. All but `series` and `complete` are sessions. */
export interface SeriesSums {
  /** What they have in common: the id of a calendar, the name of a universe. */
  readonly name: string;
  readonly series: number;
  readonly complete: number;
  readonly expected: number;
  readonly present: number;
  readonly absent: number;
  readonly missing: number;
  readonly coverage: number | null;
}

export function sumsOf(name: string, series: readonly SeriesCoverage[]): SeriesSums {
  const sum = (count: (one: SeriesCoverage) => number): number =>
    series.reduce((all, one) => all + count(one), 0);
  const expected = sum((one) => one.expected);
  const present = sum((one) => one.present);
  return {
    ...{ name, series: series.length, expected, present },
    complete: series.filter(({ standing }) => standing === 'complete').length,
    absent: sum((one) => one.absent),
    missing: sum((one) => one.missing),
    coverage: percent(
      present - sum((one) => one.unsure + one.lacking),
      expected - sum((one) => untradable(one.absentByReason)),
    ),
  };
}
