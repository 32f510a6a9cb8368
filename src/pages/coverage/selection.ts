import { WORST_FIRST } from '../../report/worst-first.ts';
import type { Series } from './series.ts';

/** Which series are shown, and in which order. */
export interface Selection {
  /** In the order in which they are shown. */
  readonly shown: readonly Series[];
  readonly sorted: Sorting;
  readonly filter: Filter;
  /** Changes some of it, and tells all that listen. */
  change(change: Partial<Filter> & { readonly sorted?: Sorting }): void;
  onChange(listener: () => void): void;
}

/** What series are left out by; an empty text leaves none out. */
export interface Filter {
  /** A part of the ticker, or several, in any case. */
  readonly ticker: string;
  readonly standing: string;
  readonly calendar: string;
  readonly exchange: string;
  readonly universe: string;
  readonly interval: string;
}

/** By the name of a universe, the places of its series. */
export type Universes = ReadonlyMap<string, ReadonlySet<number>>;

export type SortKey = Exclude<keyof Series, 'place' | 'isLeftOut'>;

/** `worst`: the order in which a report is read, see `WORST_FIRST`. */
export interface Sorting {
  readonly by: SortKey | 'worst';
  readonly descending: boolean;
}

const EVERYTHING: Filter = {
  ...{ ticker: '', standing: '', calendar: '', exchange: '', universe: '', interval: '' },
};

export function selectionOf(all: readonly Series[], universes: Universes): Selection {
  const worst = all.toSorted(
    (a, b) =>
      Number(a.isLeftOut) - Number(b.isLeftOut) ||
      WORST_FIRST.indexOf(a.standing) - WORST_FIRST.indexOf(b.standing) ||
      (a.coverage ?? 0) - (b.coverage ?? 0),
  );
  const listeners: (() => void)[] = [];
  const selection = {
    shown: worst as readonly Series[],
    sorted: { by: 'worst', descending: false } as Sorting,
    filter: EVERYTHING,
    change({ sorted, ...filter }: Partial<Filter> & { readonly sorted?: Sorting }): void {
      selection.sorted = sorted ?? selection.sorted;
      selection.filter = { ...selection.filter, ...filter };
      selection.shown = sortedBy(worst.filter(matching(selection.filter, universes)), selection.sorted);
      for (const listener of listeners) listener();
    },
    onChange: (listener: () => void): void => void listeners.push(listener),
  };
  return selection;
}

function matching(
  { ticker, standing, calendar, exchange, universe, interval }: Filter,
  universes: Universes,
): (series: Series) => boolean {
  const members = universes.get(universe);
  const parts = ticker
    .toUpperCase()
    .split(/[\s,]+/)
    .filter((part) => part !== '');
  return (one) =>
    (standing === '' || one.standing === standing) &&
    (calendar === '' || one.calendar === calendar) &&
    (exchange === '' || one.exchange === exchange) &&
    (members === undefined || members.has(one.place)) &&
    (interval === '' || one.interval === interval) &&
    (parts.length === 0 || parts.some((part) => one.ticker.toUpperCase().includes(part)));
}

/** What is not known stands last, whatever the direction. */
function sortedBy(series: readonly Series[], { by, descending }: Sorting): readonly Series[] {
  if (by === 'worst') return descending ? series.toReversed() : series;
  const sign = descending ? -1 : 1;
  return series.toSorted((a, b) => {
    const [x, y] = [valueOf(a, by), valueOf(b, by)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return x < y ? -sign : Number(x > y) * sign;
  });
}

function valueOf(series: Series, by: SortKey): string | number | null {
  return by === 'standing' ? WORST_FIRST.indexOf(series.standing) : series[by];
}
