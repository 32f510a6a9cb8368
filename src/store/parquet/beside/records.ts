import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { BackfillError } from '../../../core/errors.ts';
import { commitFile } from '../files/commit.ts';
import type { CommitFs } from '../files/commit-fs.ts';
import { loadText } from '../files/disk.ts';
import { orAbsent } from '../files/absent.ts';
import { RUNS, timeStamp, universePath } from '../files/layout.ts';
import { WRITER } from '../files/writer.ts';

/** Tickers of `universes/NAME.json`, a list or an object with a list under `tickers`. Throws `usage` for anything else: it is the user's file. */
export async function readUniverseFile(root: string, name: string): Promise<readonly string[] | undefined> {
  const path = universePath(name);
  const text = await loadText(join(root, path));
  if (text === undefined) return undefined;
  const tickers = tickersIn(text);
  if (tickers === undefined) {
    throw new BackfillError('usage', `${path} is no universe; it must be a JSON list of tickers`);
  }
  return tickers;
}

/** Writes `runs/ID.json`. The id is the start to the second and four hex digits of start, process and machine. */
export async function saveRunRecord(
  fs: CommitFs,
  root: string,
  startedAt: number,
  record: object,
): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const whose = `${startedAt} ${WRITER.pid} ${WRITER.host} ${attempt}`;
    const id = `${timeStamp(startedAt)}-${createHash('sha256').update(whose).digest('hex').slice(0, 4)}`;
    const path = `${RUNS}/${id}.json`;
    if ((await orAbsent(access(join(root, path)).then(() => true))) === true) continue;
    await commitFile(fs, root, path, new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`));
    return id;
  }
}

function tickersIn(text: string): readonly string[] | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const list: unknown = Array.isArray(json) ? json : (json as { tickers?: unknown } | null)?.tickers;
    return Array.isArray(list) && list.every((ticker) => typeof ticker === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}
