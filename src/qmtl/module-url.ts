import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { BackfillError } from '../index.ts';

/**
 * Where threads load the provider from that asks a fetcher: a file beside this one. Throws `usage` where a bundler has taken this
 * code elsewhere.
 */
export function fetcherModule(): URL {
  // Bundled as CommonJS, a module has no place.
  const here = import.meta.url as string | undefined;
  const module = here === undefined ? undefined : new URL(`./fetcher-module${extname(here)}`, here);
  if (module !== undefined && existsSync(module)) return module;
  throw new BackfillError(
    'usage',
    'backfill/qmtl was bundled, and what its threads load was left behind: leave backfill out of the bundle (esbuild --external:backfill)',
  );
}
