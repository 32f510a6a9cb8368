import { BackfillError } from '../../../core/errors.ts';
import { sealed, unsealed } from '../../../core/seal.ts';
import type { MovedPart } from '../../../core/instrument/moved-part.ts';
import { type Day, formatDay } from '../../../core/session/day.ts';
import { isInterval } from '../../../core/session/interval.ts';
import type { EmptySessions, ForgottenEntry, ForgottenSeries } from '../../forgotten.ts';
import { type Blobs, bytesOfText, readText } from '../files/blobs.ts';
import {
  type Json,
  dayOrNull,
  fields,
  instant,
  list,
  malformed,
  pairOf,
  rangeOf,
  text,
} from '../codec/json.ts';
import { FORGOTTEN } from '../files/layout.ts';

/**
 * One time of forgetting: `quarantine/forgotten/ID/` with what went, laid out as in the store.
 *
 *     bars/interval=1d/ticker=AAPL/period=all/bars.parquet   rows and knowledge of the range
 *     actions/ticker=AAPL/actions.parquet
 *     forgotten.json    written last, before anything is removed: without it nothing was
 *     restored.json     when it was brought back
 */
const ENTRY_FILE = 'forgotten.json';
const RESTORED_FILE = 'restored.json';

const ID = /^\d{8}T\d{6}Z-[\da-f]{4}$/;

/** The folder of an entry, relative to the store's root. */
export function entryPath(id: string): string {
  return `${FORGOTTEN}/${id}`;
}

/** Writes what an entry is, durably: from then on it counts. */
export async function writeEntry(blobs: Blobs, entry: ForgottenEntry): Promise<void> {
  const json = {
    id: entry.id,
    forgottenAt: new Date(entry.forgottenAt).toISOString(),
    series: entry.series.map(({ series, rows, days, empty }) => ({
      ...{ ...series, rows, days: days && pairOf(days) },
      ...(empty && { empty: { sessions: empty.sessions, days: pairOf(empty.days) } }),
    })),
    actions: entry.actions,
    exDays: entry.exDays,
    ...(entry.movedFrom && { movedFrom: entry.movedFrom.map(movedPartJson) }),
  };
  await writeJson(blobs, `${entryPath(entry.id)}/${ENTRY_FILE}`, json);
}

/** Notes that an entry was brought back; it stays where it is. */
export async function noteRestored(blobs: Blobs, id: string, at: number): Promise<void> {
  const json = { restoredAt: new Date(at).toISOString() };
  await writeJson(blobs, `${entryPath(id)}/${RESTORED_FILE}`, json);
}

/** What was forgotten and can be brought back, oldest first. A folder without its `forgotten.json` is none. */
export async function listEntries(blobs: Blobs): Promise<ForgottenEntry[]> {
  const names = await blobs.list(FORGOTTEN);
  const entries: ForgottenEntry[] = [];
  for (const id of names.filter((name) => ID.test(name)).toSorted()) {
    const entry = await readEntry(blobs, id);
    if (entry !== undefined) entries.push(entry);
  }
  return entries.toSorted((a, b) => a.forgottenAt - b.forgottenAt);
}

/** Removes what was copied by somebody who was stopped before it counted: of that nothing is gone from the store. */
export async function removeUnfinished(blobs: Blobs): Promise<void> {
  for (const id of await blobs.list(FORGOTTEN))
    if (isEntryFolder(entryPath(id)) && (await isUnfinished(blobs, entryPath(id))))
      await blobs.removeFolder(entryPath(id));
}

/** Whether a path relative to the root is that of an entry, or of half of one. */
export function isEntryFolder(path: string): boolean {
  return path.startsWith(`${FORGOTTEN}/`) && ID.test(path.slice(FORGOTTEN.length + 1));
}

/** Whether there is the folder of an entry, and it does not count. */
export async function isUnfinished(blobs: Blobs, folder: string): Promise<boolean> {
  if ((await blobs.kind(`${folder}/${ENTRY_FILE}`)) !== undefined) return false;
  return (await blobs.kind(folder)) !== undefined;
}

/** One entry; undefined if there is none. Throws `store-corrupt` if its `forgotten.json` is malformed. */
export async function readEntry(blobs: Blobs, id: string): Promise<ForgottenEntry | undefined> {
  if (!ID.test(id)) return undefined;
  const folder = entryPath(id);
  const content = await readText(blobs, `${folder}/${ENTRY_FILE}`);
  if (content === undefined) return undefined;
  const restored = await readText(blobs, `${folder}/${RESTORED_FILE}`);
  try {
    const json = asWritten(content);
    const actions = count(json['actions']);
    const exDays = json['exDays'] === undefined ? undefined : count(json['exDays']);
    const restoredAt = restored === undefined ? null : instant(asWritten(restored)['restoredAt']);
    const series = list(json['series']).map(seriesOf);
    const movedFrom = list(json['movedFrom'] ?? []).map(movedPartIn);
    return {
      ...{ id, forgottenAt: instant(json['forgottenAt']), series, actions, restoredAt },
      ...(exDays !== undefined && { exDays }),
      ...(movedFrom.length > 0 && { movedFrom }),
    };
  } catch (error) {
    throw new BackfillError(
      'store-corrupt',
      `${folder}/${ENTRY_FILE} does not say what was forgotten; move ${folder} out of the store to list and bring back the others: what went lies in it as files`,
      {
        cause: error,
      },
    );
  }
}

function seriesOf(value: unknown): ForgottenSeries {
  const { ticker, interval, rows, days, empty } = fields(value);
  if (typeof interval !== 'string' || !isInterval(interval)) throw malformed(interval);
  return {
    series: { ticker: text(ticker), interval },
    rows: count(rows),
    days: days === null ? null : rangeOf(days),
    ...(empty !== undefined && { empty: emptyOf(empty) }),
  };
}

function emptyOf(value: unknown): EmptySessions {
  const { sessions, days } = fields(value);
  return { sessions: count(sessions), days: rangeOf(days) };
}

function count(value: unknown): number {
  if (typeof value !== 'number') throw malformed(value);
  return value;
}

function movedPartJson({ rename: { from, to, start, end }, days }: MovedPart): object {
  const date = (day: Day | null): string | null => (day === null ? null : formatDay(day));
  return { from, to, start: date(start), end: date(end), days: pairOf(days) };
}

function movedPartIn(value: unknown): MovedPart {
  const { from, to, start, end, days } = fields(value);
  const rename = { from: text(from), to: text(to), start: dayOrNull(start), end: dayOrNull(end) };
  return { rename, days: rangeOf(days) };
}

async function writeJson(blobs: Blobs, path: string, json: object): Promise<void> {
  await blobs.put(path, bytesOfText(`${JSON.stringify(sealed(json), null, 1)}\n`));
}

/** What a file of an entry says. Throws where it was changed since it was written; one of an earlier version cannot tell. */
function asWritten(content: string): Json {
  const { document, seal } = unsealed(JSON.parse(content)) ?? {};
  return fields(seal === 'broken' ? undefined : document);
}
