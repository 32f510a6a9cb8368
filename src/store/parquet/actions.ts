import { join } from 'node:path';
import { type CorporateAction, actionValue } from '../../core/bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import type { DayRange } from '../../core/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { intersect, normalize, subtract, union } from '../../core/ranges.ts';
import { encodeCovered, statedActionsDigest, trustedCovered } from './actions-knowledge.ts';
import { commitFile, type CommitFs, removeFile } from './commit.ts';
import { decodeActions, readActionsFooter } from './decode.ts';
import { digestOfActions } from './digest.ts';
import { loadFile } from './disk.ts';
import { type ActionRow, currencyOf, encodeActions } from './encode.ts';
import { joinRuns } from './knowledge.ts';
import { actionsPath } from './layout.ts';
import { assertDigest } from './own-entry.ts';
import { missingUntilRerun, readAllOrSetAside } from './quarantine.ts';

/** The whole content of a file of corporate actions. */
interface ActionsContent {
  /** Ascending by ex-date. */
  readonly rows: readonly ActionRow[];
  /** Ex-dates that a provider answered for. */
  readonly covered: readonly DayRange[];
}

/** What an answer says of a ticker's corporate actions. */
interface ActionsAnswer {
  readonly actions: readonly CorporateAction[];
  /** Ex-dates that it speaks of; may be empty. */
  readonly covered: DayRange;
  readonly source: string;
  /** ms since the epoch. */
  readonly fetchedAt: number;
}

/** Corporate actions of a ticker and what is known of them. Throws `store-corrupt` if the file is damaged. */
export async function readActionsFile(root: string, ticker: string): Promise<ActionsContent> {
  const path = actionsPath(ticker);
  const file = await loadFile(join(root, path));
  if (file === undefined) return { rows: [], covered: [] };
  try {
    const footer = await readActionsFooter(file);
    const covered = trustedCovered(ticker, footer);
    const rows = await decodeActions(file);
    assertDigest(statedActionsDigest(ticker, footer), () => digestOfActions(rows));
    return { rows, covered };
  } catch (error) {
    if (!(error instanceof BackfillError)) throw error;
    throw new BackfillError('store-corrupt', `${path} is damaged: ${error.message}`, {
      ticker,
      cause: error,
    });
  }
}

/**
 * Merges actions by kind and ex-date, and the ex-dates that are known. Where neither changes, nothing is written. A
 * damaged file goes to quarantine, and `store-corrupt` is thrown.
 */
export async function mergeActions(
  fs: CommitFs,
  root: string,
  ticker: string,
  answer: ActionsAnswer,
): Promise<void> {
  const before = await readOrSetAside(fs, root, ticker);
  const { rows, changed } = mergeRows(before.rows, answer);
  // Runs that only a week-end parts become one, or a year of daily answers would fill the footer.
  const covered = joinRuns(union(before.covered, [answer.covered]), calendarFor(ticker));
  if (!changed && subtract(covered, before.covered).length === 0) return;
  await writeActions(fs, root, ticker, { rows, covered });
}

/**
 * Removes the actions with ex-dates in a range, and that these are known; a file that keeps neither goes. Gives the
 * number of actions removed. A damaged file goes to quarantine, and `store-corrupt` is thrown.
 */
export async function forgetActionsIn(
  fs: CommitFs,
  root: string,
  ticker: string,
  range: DayRange,
): Promise<number> {
  const before = await readOrSetAside(fs, root, ticker);
  const rows = before.rows.filter(({ action }) => action.exDay < range.from || action.exDay >= range.to);
  const covered = subtract(before.covered, normalize([range]));
  const removed = before.rows.length - rows.length;
  const touched = removed > 0 || intersect(before.covered, normalize([range])).length > 0;
  if (touched && rows.length === 0 && covered.length === 0) await removeFile(fs, root, actionsPath(ticker));
  else if (touched) await writeActions(fs, root, ticker, { rows, covered });
  return removed;
}

async function readOrSetAside(fs: CommitFs, root: string, ticker: string): Promise<ActionsContent> {
  const read = (): Promise<ActionsContent> => readActionsFile(root, ticker);
  const file = { path: actionsPath(ticker), loss: missingUntilRerun('splits and dividends'), read };
  const [content = { rows: [], covered: [] }] = await readAllOrSetAside(fs, root, [file]);
  return content;
}

function mergeRows(
  older: readonly ActionRow[],
  { actions, source, fetchedAt }: ActionsAnswer,
): { rows: ActionRow[]; changed: boolean } {
  const byKey = new Map(older.map((row) => [keyOf(row.action), row]));
  let changed = false;
  for (const action of actions) {
    const before = byKey.get(keyOf(action));
    if (before && isSame(before.action, action)) continue;
    byKey.set(keyOf(action), { action, source, fetchedAt });
    changed = true;
  }
  return { rows: [...byKey.values()].toSorted((a, b) => inOrder(a.action, b.action)), changed };
}

async function writeActions(
  fs: CommitFs,
  root: string,
  ticker: string,
  { rows, covered }: ActionsContent,
): Promise<void> {
  const path = actionsPath(ticker);
  const metadata = encodeCovered(ticker, covered, rows.length, digestOfActions(rows));
  await commitFile(fs, root, path, encodeActions(rows, metadata), async (written) => {
    const footer = await readActionsFooter(written);
    const back = await decodeActions(written);
    if (back.length === rows.length && footer.metadata === metadata) return;
    throw new BackfillError(
      'store-unusable',
      `${path} does not read back as it was written; is the disk failing?`,
    );
  });
}

function keyOf({ kind, exDay }: CorporateAction): string {
  return `${kind} ${exDay}`;
}

function isSame(a: CorporateAction, b: CorporateAction): boolean {
  return actionValue(a) === actionValue(b) && currencyOf(a) === currencyOf(b);
}

function inOrder(a: CorporateAction, b: CorporateAction): number {
  return a.exDay - b.exDay || (a.kind < b.kind ? -1 : Number(a.kind > b.kind));
}
