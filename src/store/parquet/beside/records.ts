import { createHash } from 'node:crypto';
import { type Blobs, bytesOfText, readText } from '../files/blobs.ts';
import { RUNS, timeStamp } from '../files/layout.ts';
import { WRITER } from '../files/writer.ts';

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

/** Runs of one process may overlap: the last that ended is among so many that began last. */
const LAST_BEGUN = 5;

/** The latest `endedAt` of the last records, ms since the epoch; -Infinity where none of them has any. */
export async function lastRunEnd(blobs: Blobs): Promise<number> {
  const names = (await blobs.list(RUNS)).filter((name) => name.endsWith('.json')).toSorted();
  const ends = await Promise.all(names.slice(-LAST_BEGUN).map((name) => endIn(blobs, `${RUNS}/${name}`)));
  return ends.reduce((latest, end) => Math.max(latest, end), Number.NEGATIVE_INFINITY);
}

async function endIn(blobs: Blobs, path: string): Promise<number> {
  try {
    const { endedAt } = JSON.parse((await readText(blobs, path)) ?? '{}') as { readonly endedAt?: unknown };
    return typeof endedAt === 'number' ? endedAt : Number.NEGATIVE_INFINITY;
  } catch (error) {
    // One that is no record of ours tells nothing.
    if (error instanceof SyntaxError) return Number.NEGATIVE_INFINITY;
    throw error;
  }
}
