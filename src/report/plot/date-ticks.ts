import { parseDay } from '../../core/session/day.ts';

/** Which places of an axis have a label, and what it says. */
export interface DateTicks {
  readonly places: ReadonlySet<number>;
  /** Of a label of the axis, as short as its unit lets it be: `2017-03` where each is the first of a month. */
  readonly text: (label: string) => string;
}

/** By what places belong together; of each unit the first place has the label. From the finest on. */
const UNITS: readonly (readonly [keyOf: (label: string) => string, characters: number])[] = [
  [(label) => label, 16],
  [(label) => label.slice(0, 13), 16],
  [(label) => label.slice(0, 10), 10],
  // Weeks that begin on a Monday: day 0 was a Thursday.
  [(label) => String(Math.floor((parseDay(label.slice(0, 10)) + 3) / 7)), 10],
  [(label) => label.slice(0, 7), 7],
  ...[3, 6].map(
    (months) =>
      [
        (label: string) => `${label.slice(0, 4)} ${Math.floor((Number(label.slice(5, 7)) - 1) / months)}`,
        7,
      ] as const,
  ),
  ...[1, 2, 5, 10, 25, 100].map(
    (years) => [(label: string) => String(Math.floor(Number(label.slice(0, 4)) / years)), 4] as const,
  ),
];

/**
 * Round dates for an axis of sessions or bars, of which some have no label: the first of each hour, day, week, month, quarter,
 * or of so many years, whichever is the finest that gives `most` labels at most. `labels`: `2017-03-01`, `2017-03-01 14:30` or
 * `2017-03`, ascending; `from` and `to`: the places that are seen, both inclusive.
 */
export function dateTicks(
  labels: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
  most: number,
): DateTicks {
  const ofMonths = (labels[0] ?? '').length === 7;
  const units = ofMonths ? UNITS.slice(4) : UNITS;
  for (const [keyOf, characters] of units) {
    const places = firstPlaces(labels, from, to, keyOf);
    if (places.size <= most) return { places, text: (label) => label.slice(0, characters) };
  }
  return { places: new Set(), text: (label) => label };
}

/** Places at which another unit begins; what begins before the first label is not known. */
function firstPlaces(
  labels: readonly string[],
  from: number,
  to: number,
  keyOf: (label: string) => string,
): Set<number> {
  const places = new Set<number>();
  const first = labels[from] ?? '';
  const isEach = keyOf(first) === first;
  let before = isEach ? '' : from === 0 ? undefined : keyOf(labels[from - 1] ?? '');
  for (let place = from; place <= Math.min(to, labels.length - 1); place++) {
    const key = keyOf(labels[place] ?? '');
    if (before !== undefined && key !== before) places.add(place);
    before = key;
  }
  return places;
}
