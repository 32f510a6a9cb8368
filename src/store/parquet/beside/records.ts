import { createHash } from 'node:crypto';
import { sealed, type Unsealed, unsealed } from '../../../core/seal.ts';
import { type Blobs, bytesOfText, readText } from '../files/blobs.ts';
import { RUNS, timeStamp } from '../files/layout.ts';
import { WRITER } from '../files/writer.ts';
import type { StoredRun } from '../../store.ts';

const RECORD = '.json';

/** Paths that this process was given so far. */
const given = new Set<string>();

/** The start to the second and four hex digits of start, process and machine: no other run has that id, nor is given it. */
export async function nextRunId(blobs: Blobs, startedAt: number, ending = RECORD): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const whose = `${startedAt} ${WRITER.pid} ${WRITER.host} ${attempt}`;
    const id = `${timeStamp(startedAt)}-${createHash('sha256').update(whose).digest('hex').slice(0, 4)}`;
    const path = `${RUNS}/${id}${ending}`;
    const isGiven = given.has(`${blobs.url} ${path}`);
    // Before anything else is waited for.
    given.add(`${blobs.url} ${path}`);
    if (!isGiven && (await blobs.version(path)) === undefined) return id;
  }
}

/** Writes `runs/ID.json`, in place of one of that id. Gives the id, by default a new one. */
export function saveRunRecord(blobs: Blobs, startedAt: number, record: object, id?: string): Promise<string> {
  return putOfRun(blobs, startedAt, `${JSON.stringify(sealed(record), null, 2)}\n`, { id });
}

/** Writes a text as `runs/ID` with an ending, by an id that no other such file has. Gives the id. */
export async function putOfRun(
  blobs: Blobs,
  startedAt: number,
  content: string,
  { ending = RECORD, id }: { readonly ending?: string; readonly id?: string | undefined },
): Promise<string> {
  const own = id ?? (await nextRunId(blobs, startedAt, ending));
  // An id that was given out is nobody else's.
  await blobs.put(
    `${RUNS}/${own}${ending}`,
    bytesOfText(content),
    id === undefined ? { ifVersion: null } : {},
  );
  return own;
}

/** Names that records have. */
const OURS = /^\d{8}T\d{6}Z-[\da-f]{4}\.json$/;

/**
 * The last records whose id begins so, by their starts, the newest first. What is no record of ours tells nothing, and is
 * left out; one of ours that was changed since, or is none any more, has no `record`.
 */
export async function readRunRecords(
  blobs: Blobs,
  most: number,
  beginning: string,
): Promise<readonly StoredRun[]> {
  const all = (await blobs.list(RUNS)).filter((name) => name.endsWith(RECORD));
  const names = all.filter((name) => name.startsWith(beginning)).toSorted();
  // What an id has behind the second tells nothing of the order.
  const first = secondOf(names.at(-most) ?? '');
  const wanted = names.slice(-most).length < most ? names : names.filter((name) => secondOf(name) >= first);
  const read = await Promise.all(wanted.map((name) => storedRun(blobs, name)));
  return read.flat().toSorted(newestFirst).slice(0, most);
}

function secondOf(name: string): string {
  return name.slice(0, SECOND.length);
}

const SECOND = '20261120T211500Z';

/** Of runs that were begun within one second their records tell; what is no record any more was the first. */
function newestFirst(a: StoredRun, b: StoredRun): number {
  const [one, other] = [secondOf(a.id), secondOf(b.id)];
  if (one !== other) return one < other ? 1 : -1;
  return (
    instantIn(b, 'startedAt') - instantIn(a, 'startedAt') || instantIn(b, 'endedAt') - instantIn(a, 'endedAt')
  );
}

function instantIn({ record }: StoredRun, name: 'startedAt' | 'endedAt'): number {
  const { [name]: value }: Partial<Record<typeof name, unknown>> = record ?? {};
  return typeof value === 'number' ? value : 0;
}

async function storedRun(blobs: Blobs, name: string): Promise<StoredRun[]> {
  const text = await readText(blobs, `${RUNS}/${name}`);
  if (text === undefined) return [];
  const id = name.slice(0, -RECORD.length);
  const { document, seal } = recordIn(text) ?? {};
  if (document !== undefined && seal !== 'broken') return [{ id, record: document }];
  return OURS.test(name) ? [{ id, record: null }] : [];
}

/** Undefined for what is no JSON, or no object. */
export function recordIn(text: string): Unsealed | undefined {
  try {
    return unsealed(JSON.parse(text));
  } catch {
    return undefined;
  }
}
