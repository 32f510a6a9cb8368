import { type Dirent, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BackfillError } from '../../core/errors.ts';
import { fileTrouble } from '../../core/file-trouble.ts';
import { quoted } from '../../core/quoted.ts';
import { kindOf } from '../plain-file.ts';

/** As much of a path as is shown. */
const LONGEST_PATH = 4096;

/** Throws `usage` where there is no such folder or file, or it is closed to us. */
export function assertThere(shown: string): void {
  kindAt(shown);
}

function kindAt(shown: string): string {
  try {
    return kindOf(statSync(resolve(shown)));
  } catch (error) {
    throw notThere(shown, error);
  }
}

/** Whether a file or folder is kept out of sight: editors, desktops and archives put copies and trash there. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

/** A folder and the paths of all files in it, of hidden folders their own; or a file's folder and the file alone. */
export function pathsIn(shown: string): [root: string, paths: readonly string[]] {
  const root = resolve(shown);
  const kind = kindAt(shown);
  if (kind === 'file') return [dirname(root), [root]];
  if (kind !== 'folder') throw notThere(shown, new Error(`it is a ${kind}, and neither a folder nor a file`));
  return [root, filesBelow(root, shown).toSorted()];
}

/** The paths of all files in a folder, and of its hidden folders. Throws `usage` with the folder within that cannot be read. */
function filesBelow(folder: string, shown: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw notThere(shown, error);
  }
  return entries.flatMap((entry) =>
    entry.isDirectory() && !isHidden(entry.name)
      ? filesBelow(join(folder, entry.name), join(shown, entry.name))
      : [join(folder, entry.name)],
  );
}

function notThere(shown: string, cause: unknown): BackfillError {
  const name = quoted(shown, LONGEST_PATH);
  const isAbsent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  const message = isAbsent
    ? `there is no folder or file ${name}`
    : `${name} cannot be read${fileTrouble(cause, 'read')}`;
  return new BackfillError('usage', message, { cause });
}
