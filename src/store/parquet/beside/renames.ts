import { type Day, formatDay } from '../../../core/session/day.ts';
import { BackfillError } from '../../../core/errors.ts';
import { sealed, unsealed } from '../../../core/seal.ts';
import { joinMoved } from '../../../core/instrument/moved.ts';
import { isSameRename } from '../../../core/instrument/rename.ts';
import type { Rename } from '../../store.ts';
import { type Blobs, bytesOfText, readText, untilUndisturbed } from '../files/blobs.ts';
import { dayOrNull, fields, list, text } from '../codec/json.ts';
import { RENAMES_FILE } from '../files/layout.ts';
import { movedIn, movedJson } from './moved.ts';
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
    for (const entry of entries) renames.push(renameOf(entry, renames.length + 1));
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-corrupt') throw error;
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

/**
 * Adds a rename to `renames.json`, durably; one that is there already gets what this one moved besides, and where that is
 * nothing, is not written. Throws like `readRenamesFile`.
 */
export function addRename(blobs: Blobs, rename: Rename): Promise<void> {
  return changeRenames(blobs, (renames) => {
    const known = renames.find((one) => isSameRename(one, rename));
    if (known === undefined) return [...renames, rename];
    const { moved } = rename;
    const joined = moved === undefined ? known : { ...known, moved: joinMoved(known.moved, moved) };
    return renames.map((one) => (one === known ? joined : one));
  });
}

/** Takes a rename out of `renames.json`, durably; one that is not there changes nothing. Throws like `readRenamesFile`. */
export function removeRename(blobs: Blobs, rename: Rename): Promise<void> {
  return changeRenames(blobs, (renames) => renames.filter((one) => !isSameRename(one, rename)));
}

function changeRenames(
  blobs: Blobs,
  change: (before: readonly Rename[]) => readonly Rename[],
): Promise<void> {
  return untilUndisturbed(async () => {
    const ifVersion = (await blobs.version(RENAMES_FILE)) ?? null;
    const before = await readRenamesFile(blobs);
    const [was, content] = [before, change(before)].map((renames) =>
      JSON.stringify(
        renames.map((one) => sealed(jsonOf(one))),
        null,
        1,
      ),
    );
    if (content === was) return;
    await blobs.put(RENAMES_FILE, bytesOfText(`${content}\n`), { ifVersion });
  });
}

/** A rename as it was written. Throws `store-corrupt` for one that was changed since. */
function renameOf(value: unknown, place: number): Rename {
  const { document, seal } = unsealed(value) ?? {};
  if (seal === 'broken')
    throw new BackfillError(
      'store-corrupt',
      `${RENAMES_FILE}: entry ${place} was changed since it was written, so that nobody can tell which tickers are which; put back what it said, or, if it says what you mean, take its "seal" out`,
    );
  const { from, to, start, end, moved } = fields(document);
  const rename = { from: text(from), to: text(to), start: dayOrNull(start), end: dayOrNull(end) };
  return moved === undefined ? rename : { ...rename, moved: movedIn(moved) };
}

function jsonOf({ from, to, start, end, moved }: Rename): object {
  const date = (day: Day | null): string | null => (day === null ? null : formatDay(day));
  const rename = { from, to, start: date(start), end: date(end) };
  return moved === undefined ? rename : { ...rename, moved: movedJson(moved) };
}
