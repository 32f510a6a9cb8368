import { BackfillError } from '../../core/errors.ts';
import type { Asked, Keys } from '../asked.ts';
import { unreadableBySql, withSelect } from '../sql.ts';
import type { Scan } from '../store.ts';
import type { AdjustedView, LeftOut, QueryUse } from '../views.ts';
import type { DataFile } from './data-paths.ts';
import type { Partition } from './layout.ts';
import { damagedAmong, listViewFiles, untrueAmong } from './view-files.ts';
import { pinnedViews } from './views.ts';

/** What DuckDB says of a file that it cannot read, and of nothing that a user may have written wrongly. */
const UNREADABLE = /^(Invalid|Invalid Input|IO|Internal|Serialization) Error/;

/**
 * What `BarStore.query` does, with what a scan knows. The files that the statement may read are read to the end first: the views are without those
 * that cannot be read, or of which a row is not the one that was written. Where DuckDB fails on a file nevertheless, before
 * any row was given, the query is run without those that it cannot read; one may have gone away meanwhile, too.
 */
export async function queryStore<T>(
  root: string,
  scanned: () => Promise<Scan>,
  sql: string,
  adjusted: AdjustedView,
  use: QueryUse<T>,
): Promise<T> {
  let isBegun = false;
  const run = async (refused: readonly LeftOut[]): Promise<T> => {
    const scan = await scanned();
    const views = await pinnedViews(root, adjusted, scan, refused);
    let leftOut = views.leftOut;
    const refine = async (asked: Asked): Promise<string> => {
      const rotted = await rottedFor(asked, root, scan, views.own);
      leftOut = [...leftOut, ...rotted];
      return rotted.length === 0 ? '' : views.without(rotted);
    };
    return withSelect({ ...views, refine }, sql, (rows) => {
      isBegun = true;
      return use(rows, leftOut);
    });
  };
  try {
    return await run([]);
  } catch (error) {
    if (isBegun || !(error instanceof BackfillError) || !UNREADABLE.test(error.message)) throw error;
    return run(await refusedFiles(root));
  }
}

/** Files of a store that look sound and that DuckDB cannot read. */
async function refusedFiles(root: string): Promise<LeftOut[]> {
  const { own } = await listViewFiles(root);
  const paths = new Map(own.map(({ path }) => [`${root.replaceAll('\\', '/')}/${path}`, path]));
  const reasons = await unreadableBySql([...paths.keys()]);
  return [...reasons].map(([absolute, reason]) => ({ path: paths.get(absolute) ?? absolute, reason }));
}

/** Of each tree, words of the views that read its rows, and those of what files say of themselves. */
const READERS = { bars: ['bars'], revisions: ['revisions'], actions: ['actions', 'adjusted'] } as const;
const KNOWING = ['coverage', 'partition_knowledge', 'adjusted'];

/** The files that a statement may read and that are not as they were written. */
async function rottedFor(
  asked: Asked,
  root: string,
  { distrusted = [] }: Scan,
  own: readonly DataFile[],
): Promise<readonly LeftOut[]> {
  const rotted = await damagedAmong(root, await reachedBy(asked, own));
  if (!KNOWING.some((word) => asked.mentions(word))) return rotted;
  const known = new Set([...rotted, ...distrusted].map(({ path }) => path));
  return [
    ...rotted,
    ...(await untrueAmong(
      root,
      own.filter(({ path }) => !known.has(path)),
    )),
  ];
}

/** The files of which a statement may read rows. */
async function reachedBy(asked: Asked, own: readonly DataFile[]): Promise<DataFile[]> {
  const meant = own.filter(({ is }) => READERS[is].some((word) => asked.mentions(word)));
  const keys = meant.flatMap((file) => (file.is === 'bars' ? [{ file, ...keysOf(file.partition) }] : []));
  const reached = keys.length === 0 ? new Set<number>() : await asked.reached(keys);
  return [
    ...meant.filter(({ is }) => is !== 'bars'),
    ...keys.filter((_, i) => reached.has(i)).map(({ file }) => file),
  ];
}

function keysOf({ series, period }: Partition): Keys {
  return { ...series, period };
}
