import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BackfillError } from '../../core/errors.ts';
import { quoted } from '../../core/quoted.ts';

/** As much of a path as is shown. */
const LONGEST_PATH = 4096;

/** Throws `usage` where there is no such folder or file. */
export function assertThere(shown: string): void {
  if (!existsSync(shown)) throw notThere(shown);
}

/** A folder and the paths of all files in it, or a file's folder and the file alone. */
export function pathsIn(shown: string): [root: string, paths: readonly string[]] {
  const root = resolve(shown);
  try {
    if (statSync(root).isFile()) return [dirname(root), [root]];
  } catch (error) {
    throw notThere(shown, error);
  }
  return [root, filesBelow(root, shown).toSorted()];
}

/** The paths of all files in a folder. Throws `usage` with the folder within that cannot be read. */
function filesBelow(folder: string, shown: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw notThere(shown, error);
  }
  return entries.flatMap((entry) =>
    entry.isDirectory()
      ? filesBelow(join(folder, entry.name), join(shown, entry.name))
      : [join(folder, entry.name)],
  );
}

function notThere(shown: string, cause?: unknown): BackfillError {
  return new BackfillError('usage', `${quoted(shown, LONGEST_PATH)} is no readable folder or file`, {
    cause,
  });
}
