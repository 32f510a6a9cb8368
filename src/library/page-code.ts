import { readFile } from 'node:fs/promises';
import { BackfillError } from '../core/errors.ts';
import type { PageCode } from '../report/coverage-page/page-html.ts';

/** From the build as from the source: both lie as deep. */
const PLACES = ['../../pages/', '../../dist/pages/'];

/** The script and the style of a page, which the build made beside the code. Throws `usage` where they are not. */
export async function pageCode(name: string): Promise<PageCode> {
  // A bundle of CommonJS has no place.
  const here = import.meta.url as string | undefined;
  for (const place of here === undefined ? [] : PLACES) {
    const [script, style] = await Promise.all(
      ['js', 'css'].map((kind) =>
        readFile(new URL(`${place}${name}.${kind}`, here), 'utf8').catch(() => undefined),
      ),
    );
    if (script !== undefined && style !== undefined) return { script, style };
  }
  throw new BackfillError(
    'usage',
    'the library was bundled, and the scripts of its pages were left behind: leave backfill out of the bundle',
  );
}
