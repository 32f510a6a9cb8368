import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of what `bundle.mjs` made. */
    bundled: string;
  }
}

/** Where the bundle of a source of `bundle.mjs` lies, to be started by plain Node. The source is named from the root. */
export function bundled(source: `${string}.ts`): URL {
  return pathToFileURL(join(inject('bundled'), source.replace(/ts$/, 'js')));
}

/** In place of `src/pool/entry.ts`: threads of tests load the bundle too. */
export function threadEntry(): URL {
  return bundled('workers/run-task.ts');
}

/** In place of `src/qmtl/module-url.ts`. */
export function fetcherModule(): URL {
  return bundled('src/qmtl/fetcher-module.ts');
}
