import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { BackfillError } from '../core/errors.ts';

/**
 * The module that every worker thread loads. Throws `usage` where it does not lie beside this code any more, because a
 * bundler has taken the code elsewhere.
 */
export function threadEntry(): URL {
  // Bundled as CommonJS, a module has no place.
  const here = import.meta.url as string | undefined;
  // It has this file's own extension: TypeScript in development, JavaScript in the build.
  const entry = here === undefined ? undefined : new URL(`../../workers/run-task${extname(here)}`, here);
  if (entry !== undefined && existsSync(entry)) return entry;
  throw new BackfillError(
    'usage',
    'the library was bundled, and its worker threads were left behind: leave backfill out of the bundle (esbuild --external:backfill; externals of webpack)',
  );
}
