import { join } from 'node:path';
import type { CorporateAction } from '../../core/bars.ts';
import { BackfillError } from '../../core/errors.ts';
import { commitFile, type CommitFs } from './commit.ts';
import { decodeActions } from './decode.ts';
import { loadFile } from './disk.ts';
import { type ActionRow, actionValue, encodeActions } from './encode.ts';
import { actionsPath } from './layout.ts';
import { setAside, versionOf } from './quarantine.ts';

/** Corporate actions of a ticker, ascending by ex-date. Throws `store-corrupt` if the file is damaged. */
export async function readActionRows(root: string, ticker: string): Promise<ActionRow[]> {
  const path = actionsPath(ticker);
  const file = await loadFile(join(root, path));
  if (file === undefined) return [];
  try {
    return await decodeActions(file);
  } catch (error) {
    if (!(error instanceof BackfillError)) throw error;
    throw new BackfillError('store-corrupt', `${path} is damaged: ${error.message}`, {
      ticker,
      cause: error,
    });
  }
}

/** Merges actions by kind and ex-date. Where nothing changes, nothing is written. A damaged file goes to quarantine first. */
export async function mergeActions(
  fs: CommitFs,
  root: string,
  ticker: string,
  actions: readonly CorporateAction[],
  source: string,
  fetchedAt: number,
): Promise<void> {
  const byKey = new Map((await readOrSetAside(fs, root, ticker)).map((row) => [keyOf(row.action), row]));
  let changed = false;
  for (const action of actions) {
    const before = byKey.get(keyOf(action));
    if (before && actionValue(before.action) === actionValue(action)) continue;
    byKey.set(keyOf(action), { action, source, fetchedAt });
    changed = true;
  }
  if (!changed) return;
  const rows = [...byKey.values()].toSorted((a, b) => inOrder(a.action, b.action));
  await commitFile(fs, root, actionsPath(ticker), encodeActions(rows), async (written) => {
    const back = await decodeActions(written);
    if (back.length !== rows.length)
      throw new BackfillError('store-unusable', 'actions do not read back as written');
  });
}

async function readOrSetAside(fs: CommitFs, root: string, ticker: string): Promise<ActionRow[]> {
  try {
    return await readActionRows(root, ticker);
  } catch (error) {
    if (!(error instanceof BackfillError && error.code === 'store-corrupt')) throw error;
    const path = actionsPath(ticker);
    await setAside(fs, root, path, await versionOf(root, path));
    return [];
  }
}

function keyOf({ kind, exDay }: CorporateAction): string {
  return `${kind} ${exDay}`;
}

function inOrder(a: CorporateAction, b: CorporateAction): number {
  return a.exDay - b.exDay || (a.kind < b.kind ? -1 : Number(a.kind > b.kind));
}
