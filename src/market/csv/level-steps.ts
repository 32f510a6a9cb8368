import type { CorporateAction } from '../../core/bars/bars.ts';
import type { Bars } from '../../core/bars/columns.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { splitLikeStep } from '../../core/checks/oddities.ts';
import { NEIGHBOUR_DAYS } from '../../core/checks/plausibility.ts';
import { BackfillError } from '../../core/errors.ts';
import { grouped } from '../../core/grouped.ts';
import { type Day, formatDay } from '../../core/session/day.ts';
import { isBar } from './file-bars.ts';
import type { RowsOfFile } from './join-files.ts';

/** Shorter files meet at every split, wherever it lies. */
const LEAST_DAYS = 7;

/** Two files of a ticker of which one goes on, at once, at a level by which a split would move the prices. */
export interface LevelStep {
  readonly before: { readonly path: string; readonly day: Day; readonly close: number };
  readonly after: { readonly path: string; readonly day: Day; readonly open: number };
  /** As new and old shares: `4:1`. */
  readonly split: string;
}

/** Where files of a share, each of a week or more, meet at such a step. */
export function levelSteps(files: readonly RowsOfFile[], calendar: Calendar): LevelStep[] {
  if (files.length < 2 || calendar.kind !== 'exchange') return [];
  const held = files.filter(({ rows }) => !Number.isNaN(rows.first));
  return [...grouped(held, ({ interval }) => interval).values()].flatMap((ofInterval) => {
    const inOrder = ofInterval.toSorted((a, b) => a.rows.first - b.rows.first);
    return inOrder
      .slice(1)
      .flatMap((after, i) => stepBetween(inOrder[i] as RowsOfFile, after, calendar) ?? []);
  });
}

function stepBetween(one: RowsOfFile, next: RowsOfFile, calendar: Calendar): LevelStep | undefined {
  if (one.rows.last >= next.rows.first) return undefined;
  const dayOf = sessionDateOf(one.interval, calendar);
  const daysOf = ({ rows }: RowsOfFile): [Day, Day] => [dayOf(rows.first), dayOf(rows.last)];
  const [[from, day], [nextDay, to]] = [daysOf(one), daysOf(next)];
  const areLong = day - from >= LEAST_DAYS && to - nextDay >= LEAST_DAYS;
  if (!areLong || nextDay - day > NEIGHBOUR_DAYS) return undefined;
  const [last, first] = [barAt(one, one.rows.last), barAt(next, next.rows.first)];
  if (last === undefined || first === undefined) return undefined;
  const [close, open, firstClose] = [last.close[0], first.open[0], first.close[0]] as [
    number,
    number,
    number,
  ];
  const split = splitLikeStep(close, open, firstClose);
  if (split === undefined) return undefined;
  return { before: { path: one.path, day, close }, after: { path: next.path, day: nextDay, open }, split };
}

/** The bar of a stamp; undefined where its row is none, or there are two. */
function barAt({ rows }: RowsOfFile, ts: number): Bars | undefined {
  const there = rows.between(ts, ts + 1);
  return there.bars.length === 1 && isBar(there, 0) ? there.bars : undefined;
}

/**
 * Refuses files of which one is adjusted for a split and the next is not, or one of which begins with a split that nothing
 * lists: by the prices alone that is the same. Throws `usage`, with both.
 */
export function assertOneLevel(
  steps: readonly LevelStep[],
  actions: () => readonly CorporateAction[],
  ticker: string,
): void {
  if (steps.length === 0) return;
  const splits = actions().filter(({ kind }) => kind === 'split');
  const isListed = ({ before, after }: LevelStep): boolean =>
    splits.some(({ exDay }) => before.day < exDay && exDay <= after.day);
  const step = steps.find((one) => !isListed(one));
  if (step === undefined) return;
  const { before, after, split } = step;
  throw new BackfillError(
    'usage',
    `${before.path} and ${after.path} stand for one ticker, and the one ends on ${formatDay(before.day)} at ${before.close}, ` +
      `the other begins on ${formatDay(after.day)} at ${after.open}: where that is a ${split} split, list it in actions.csv; ` +
      'else one of them is adjusted for it and the other is not: get both alike',
    { ticker },
  );
}
