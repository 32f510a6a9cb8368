import { type Day, formatDay, parseDay } from '../../../core/session/day.ts';
import { BackfillError } from '../../../core/errors.ts';
import type { Rename } from '../../store.ts';
import { type Blobs, bytesOfText, readText, untilUndisturbed } from '../files/blobs.ts';
import { fields, list, text, textOrNull } from '../codec/json.ts';
import { RENAMES_FILE } from '../files/layout.ts';
import { MOVE_IT } from '../files/wrong-kind.ts';

/** The renames of `renames.json`; none if there is no such file. Throws `store-corrupt` if it holds something else. */
export async function readRenamesFile(blobs: Blobs): Promise<Rename[]> {
  // Most stores have none, and every task asks.
  if ((await blobs.version(RENAMES_FILE)) === undefined) return [];
  const content = await readText(blobs, RENAMES_FILE);
  if (content === undefined) return [];
  let entries: readonly unknown[] | undefined;
  const renames: Rename[] = [];
  try {
    entries = list(JSON.parse(content));
    for (const entry of entries) renames.push(renameOf(entry));
  } catch (error) {
    const shape = '{"from": "FB", "to": "META", "start": null, "end": "2022-06-09"}';
    const which = entries === undefined ? '' : `; entry ${renames.length + 1} is none`;
    throw new BackfillError(
      'store-corrupt',
      `${RENAMES_FILE} is no list of renames; it must be a JSON list of such as ${shape}${which}; write it so, or ${MOVE_IT}`,
      { cause: error },
    );
  }
  return renames;
}

/** Adds a rename to `renames.json`, durably; one that is there already is not written. Throws like `readRenamesFile`. */
export function addRename(blobs: Blobs, rename: Rename): Promise<void> {
  return untilUndisturbed(async () => {
    const ifVersion = (await blobs.version(RENAMES_FILE)) ?? null;
    const renames = await readRenamesFile(blobs);
    if (renames.some((known) => isSame(known, rename))) return;
    const content = JSON.stringify([...renames, rename].map(jsonOf), null, 1);
    await blobs.put(RENAMES_FILE, bytesOfText(`${content}\n`), { ifVersion });
  });
}

function renameOf(value: unknown): Rename {
  const { from, to, start, end } = fields(value);
  return { from: text(from), to: text(to), start: dayOrNull(start), end: dayOrNull(end) };
}

function jsonOf({ from, to, start, end }: Rename): object {
  const date = (day: Day | null): string | null => (day === null ? null : formatDay(day));
  return { from, to, start: date(start), end: date(end) };
}

function dayOrNull(value: unknown): Day | null {
  const date = textOrNull(value);
  return date === null ? null : parseDay(date);
}

function isSame(a: Rename, b: Rename): boolean {
  return a.from === b.from && a.to === b.to && a.start === b.start && a.end === b.end;
}
