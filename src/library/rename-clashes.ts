import { formatDay } from '../core/session/day.ts';
import { BackfillError } from '../core/errors.ts';
import { option } from '../core/option-name.ts';
import type { Rename } from '../core/instrument/rename.ts';
import type { ForgottenEntry } from '../store/forgotten.ts';
import type { BarStore } from '../store/store.ts';
import { type Clash, clashOf, type Move } from './move-series.ts';
import type { RenameOptions } from './renamed.ts';

/** How a rename is done. */
export interface RenameHow extends RenameOptions {
  /** As in `RenameRange`. */
  readonly inAdvance?: boolean;
  /** When, ms since the epoch. */
  readonly at: number;
}

/** Where the bars of each move contradict the new ticker's own. */
export async function clashesOf(store: BarStore, moves: readonly Move[]): Promise<readonly Clash[]> {
  const clashes: Clash[] = [];
  for (const move of moves) clashes.push(await clashOf(store, move));
  return clashes;
}

/** Copies what a rename puts aside to where `restore` finds it, before anything is moved. Throws like `assertAgreed`. */
export async function keepClashing(
  store: BarStore,
  wanted: Rename,
  moves: readonly Move[],
  { keepNew, at }: RenameHow,
): Promise<ForgottenEntry | undefined> {
  const clashes = await clashesOf(store, moves);
  if (keepNew !== true) assertAgreed(wanted, clashes);
  // Neither what moves nor what is the same of both: restored, it would stand under both names.
  const days = new Map(clashes.map((clash) => [clash.series, clash.days]));
  const series = [...days].flatMap(([one, differing]) => (differing.length === 0 ? [] : [one]));
  return store.keepForgotten({ series, actionsOf: [], daysOf: (one) => days.get(one) ?? [], at });
}

/** Throws `usage` where prices differ: what is stored of two companies is not to be put aside by a slip of the pen. */
export function assertAgreed({ from, to }: Rename, clashes: readonly Clash[]): void {
  const clash = clashes.find(({ repriced }) => repriced.length > 0);
  if (clash === undefined) return;
  const [first = 0, ...more] = clash.repriced;
  const when =
    more.length === 0
      ? `on ${formatDay(first)}`
      : `on ${(more.length + 1).toLocaleString('en-US')} sessions, the first ${formatDay(first)}`;
  const message =
    `${from} and ${to} have other ${clash.series.interval} prices ${when}; nothing is moved. Is it one instrument? ` +
    `Leave sessions out with ${option('start')} or ${option('end')}, or keep ${to}'s and put ${from}'s aside: ${option('keepNew')}`;
  throw new BackfillError('usage', message);
}
