import type { Series } from '../bars/bars.ts';
import { type DayRange, formatDay } from '../session/day.ts';
import { intersect, normalize, span } from '../session/ranges.ts';
import type { Moved } from './moved.ts';
import { isSameRename, type Rename, renamedDays, renameText } from './rename.ts';

/** Sessions that a ticker has of another one, by a rename. */
export interface MovedPart {
  readonly rename: Pick<Rename, 'from' | 'to' | 'start' | 'end'>;
  /** From the first to the last of them. */
  readonly days: DayRange;
}

/** A part of a series: from its first to its last session with a bar; null for none. */
interface SeriesPart {
  readonly series: Series;
  readonly days: DayRange | null;
}

/**
 * What of some parts of series their tickers have from others by renames that are recorded, one a rename. Where there are
 * splits and dividends beside them, and nothing of the ticker's own, its days are those of the moved ones too.
 */
export function movedParts(
  parts: readonly SeriesPart[],
  hasActions: boolean,
  renames: readonly Rename[],
): MovedPart[] {
  return renames.flatMap((rename): MovedPart[] => {
    const { from, to, start, end, moved } = rename;
    const sessionsOf = ({ interval }: Series): readonly DayRange[] =>
      moved?.series.find((one) => one.interval === interval)?.sessions ?? [];
    const own = parts.filter(({ series, days }) => series.ticker === to && days !== null);
    const common = own.flatMap(({ series, days }) =>
      intersect(sessionsOf(series), days === null ? [] : [days]),
    );
    const isAll = own.every(({ series, days }) => isWithin(days, span(sessionsOf(series))));
    const beside = hasActions && isAll && moved !== undefined ? actionDays(moved) : [];
    const days = common.length === 0 ? undefined : span(normalize([...common, ...beside]));
    return days === undefined ? [] : [{ rename: { from, to, start, end }, days }];
  });
}

function actionDays({ exDays, actions }: Moved): DayRange[] {
  return [...exDays, ...actions.map(({ exDay }) => ({ from: exDay, to: exDay + 1 }))];
}

function isWithin(days: DayRange | null, whole: DayRange | undefined): boolean {
  return days === null || (whole !== undefined && whole.from <= days.from && days.to <= whole.to);
}

/**
 * A line for each ticker under which something was brought back that belongs to another one: which it was renamed to, by
 * what is recorded, or of which it was when it was forgotten (`movedFrom`), by a rename that is recorded no more.
 */
export function elsewhereLines(
  parts: readonly SeriesPart[],
  movedFrom: readonly MovedPart[],
  renames: readonly Rename[],
): string[] {
  const undone = movedFrom.filter(({ rename }) => !renames.some((one) => isSameRename(one, rename)));
  const wasOf = undone.map(({ rename: { from, to }, days }) => {
    const what = `what came back ${daysText(days)} lies under ${to}, and that it was ${from}'s was taken back since`;
    return `${what}; to move it to ${from}: ${moveCommand(to, from, days)}`;
  });
  const becameOther = renames.flatMap((rename) => {
    const own = parts.flatMap(({ series, days }) =>
      series.ticker === rename.from && days !== null ? intersect([days], [renamedDays(rename)]) : [],
    );
    const days = span(normalize(own));
    if (days === undefined) return [];
    const { from, to } = rename;
    const what = `what came back ${daysText(days)} lies under ${from}, and ${renameText(rename)}`;
    return [`${what}; to move it to ${to}: ${againCommand(rename, days)}`];
  });
  return [...wasOf, ...becameOther];
}

/** `on 2022-06-07`, `from 2022-06-07 to 2022-06-08` */
export function daysText({ from, to }: DayRange): string {
  return to - from === 1 ? `on ${formatDay(from)}` : `from ${formatDay(from)} to ${formatDay(to - 1)}`;
}

/** The line that makes sessions of one ticker another one's. */
export function moveCommand(from: string, to: string, days: DayRange): string {
  return `backfill rename ${from} ${to} --start ${formatDay(days.from)} --end ${formatDay(days.to - 1)}`;
}

/** The line that a rename was recorded by, so that it is the same one; without an end, of some days. */
function againCommand({ from, to, start, end }: Rename, days: DayRange): string {
  if (end === null) return moveCommand(from, to, days);
  const since = start === null ? '' : ` --start ${formatDay(start)}`;
  return `backfill rename ${from} ${to}${since} --on ${formatDay(end)}`;
}
