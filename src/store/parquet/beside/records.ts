import { createHash } from 'node:crypto';
import { type Blobs, bytesOfText } from '../files/blobs.ts';
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
