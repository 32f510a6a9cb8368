import { createHash } from 'node:crypto';
import { type Blobs, bytesOfText, readText } from '../files/blobs.ts';
import { RUNS, timeStamp } from '../files/layout.ts';
import { WRITER } from '../files/writer.ts';
import type { StoredRun } from '../../store.ts';

/** Writes `runs/ID.json`. The id is the start to the second and four hex digits of start, process and machine. */
export function saveRunRecord(blobs: Blobs, startedAt: number, record: object): Promise<string> {
  return putOfRun(blobs, startedAt, '.json', `${JSON.stringify(record, null, 2)}\n`);
}

/** Writes a text as `runs/ID` with an ending, by an id that no other such file has. Gives the id. */
export async function putOfRun(
  blobs: Blobs,
  startedAt: number,
  ending: string,
  content: string,
): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const whose = `${startedAt} ${WRITER.pid} ${WRITER.host} ${attempt}`;
    const id = `${timeStamp(startedAt)}-${createHash('sha256').update(whose).digest('hex').slice(0, 4)}`;
    const path = `${RUNS}/${id}${ending}`;
    if ((await blobs.version(path)) !== undefined) continue;
    await blobs.put(path, bytesOfText(content), { ifVersion: null });
    return id;
  }
}

/**
 * The last records whose id begins so, by their starts, the newest first. One that is no record of ours tells nothing, and is
 * left out.
 */
export async function readRunRecords(
  blobs: Blobs,
  most: number,
  beginning: string,
): Promise<readonly StoredRun[]> {
  const all = (await blobs.list(RUNS)).filter((name) => name.endsWith('.json'));
  const names = all.filter((name) => name.startsWith(beginning)).toSorted();
  const read = await Promise.all(names.slice(-most).map((name) => recordIn(blobs, name)));
  return read.flat().toReversed();
}

async function recordIn(blobs: Blobs, name: string): Promise<StoredRun[]> {
  try {
    const record: unknown = JSON.parse((await readText(blobs, `${RUNS}/${name}`)) ?? 'null');
    const isObject = typeof record === 'object' && record !== null && !Array.isArray(record);
    return isObject ? [{ id: name.slice(0, -'.json'.length), record }] : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
