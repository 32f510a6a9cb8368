import { monthStarts } from './axes.ts';
import { KINDS, MISSING, PRESENT, TRADABLE } from './kinds.ts';
import type { Cells, Series } from './series.ts';

/** Sessions of one month, over some series. */
export interface Month {
  /** `2013-04` */
  readonly name: string;
  /** Final ones in percent of those on which they could trade; null where there is none. */
  readonly coverage: number | null;
  readonly missing: number;
}

/** Sums by month over the series that the totals do not leave out. */
export function byMonth({ days, kinds }: Cells, series: readonly Series[]): Month[] {
  const starts = monthStarts(days);
  const monthOf = new Uint16Array(days.length);
  for (const [month, { column }] of starts.entries()) monthOf.fill(month, column);
  const counts = starts.map(() => new Uint32Array(KINDS.length));
  for (const { place, isLeftOut } of series) {
    if (isLeftOut) continue;
    const start = place * days.length;
    for (let column = 0; column < days.length; column++)
      counts[monthOf[column] as number]![kinds[start + column] as number]!++;
  }
  return starts.map(({ year, number }, month) => {
    const ofIt = counts[month] ?? new Uint32Array(KINDS.length);
    let tradable = 0;
    for (const [kind, count] of ofIt.entries()) if (TRADABLE[kind] === true) tradable += count;
    return {
      name: `${year}-${number}`,
      // Never rounded up to 100: one session missing of a million shows.
      coverage: tradable === 0 ? null : Math.floor(((ofIt[PRESENT] ?? 0) / tradable) * 10_000) / 100,
      missing: ofIt[MISSING] ?? 0,
    };
  });
}

/** Series by how many sessions they are behind, for a chart; the last are those without a bar. */
const BEHIND: readonly (readonly [name: string, upTo: number])[] = [
  ['up to date', 0],
  ['1', 1],
  ['2–5', 5],
  ['6–21', 21],
  ['22–63', 63],
  ['64–252', 252],
  ['more', Number.POSITIVE_INFINITY],
];

export function byBehind(series: readonly Series[]): { readonly name: string; readonly series: number }[] {
  const counts = BEHIND.map(([name]) => ({ name, series: 0 }));
  const none = { name: 'no bar', series: 0 };
  for (const { behind } of series) {
    const place = behind === null ? -1 : BEHIND.findIndex(([, upTo]) => behind <= upTo);
    (counts[place] ?? none).series++;
  }
  return [...counts, none];
}
