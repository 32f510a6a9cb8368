import { createHash } from 'node:crypto';
import { BackfillError } from '../../../core/errors.ts';
import { type Blobs, bytesOfText, readText } from '../files/blobs.ts';
import { RUNS, timeStamp, universePath } from '../files/layout.ts';
import { WRITER } from '../files/writer.ts';

/**
 * Tickers of `universes/NAME.json`, a list or an object with a list under `tickers`. Throws `usage` for anything else: it is
 * the user's file.
 */
export async function readUniverseFile(blobs: Blobs, name: string): Promise<readonly string[] | undefined> {
  const path = universePath(name);
  const text = await readText(blobs, path);
  if (text === undefined) return undefined;
  const tickers = tickersIn(text);
  if (tickers === undefined) {
    throw new BackfillError('usage', `${path} is no universe; it must be a JSON list of tickers`);
  }
  return tickers;
}

/** Writes `runs/ID.json`. The id is the start to the second and four hex digits of start, process and machine. */
export async function saveRunRecord(blobs: Blobs, startedAt: number, record: object): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const whose = `${startedAt} ${WRITER.pid} ${WRITER.host} ${attempt}`;
    const id = `${timeStamp(startedAt)}-${createHash('sha256').update(whose).digest('hex').slice(0, 4)}`;
    const path = `${RUNS}/${id}.json`;
    if ((await blobs.version(path)) !== undefined) continue;
    await blobs.put(path, bytesOfText(`${JSON.stringify(record, null, 2)}\n`), { ifVersion: null });
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
