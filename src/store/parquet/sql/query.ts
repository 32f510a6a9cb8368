import { seriesKey } from '../../../core/bars/bars.ts';
import { BackfillError } from '../../../core/errors.ts';
import { adjustmentsIn } from '../../adjustments.ts';
import type { Asked, Keys } from '../../asked.ts';
import { unreadableBySql, withSelect } from '../../sql.ts';
import { withSlashes } from '../../sql-path.ts';
import type { Scan } from '../../scan.ts';
import type { AdjustedView, JudgeBasis, LeftOut, QueryUse } from '../../views.ts';
import type { Blobs } from '../files/blobs.ts';
import { type DataFile, dataFileAt } from '../files/data-paths.ts';
import type { Partition } from '../files/layout.ts';
import { withFilesOf } from './far-files.ts';
import { damagedAmong, listViewFiles, untrueAmong } from './view-files.ts';
import { pinnedViews } from './views.ts';

/** What DuckDB says of a file that it cannot read, and of nothing that a user may have written wrongly. */
const UNREADABLE = /^(Invalid|Invalid Input|IO|Internal|Serialization) Error/;

/** How a query has bars adjusted. */
interface Adjusting {
  /** What `bars_adjusted` is. */
  readonly adjusted: AdjustedView;
  readonly judge: JudgeBasis;
}

/**
 * Puts their rows into files that a statement may read, before it does; `isKnowing`: it may ask besides what each file says of
 * itself. Gives those that are not as they were written. Default: all are.
 */
export type Fill = (
  files: readonly DataFile[],
  isKnowing: boolean,
  scan: Scan,
) => Promise<readonly LeftOut[] | undefined>;

/**
 * What `BarStore.query` does, with what a scan knows. The files that the statement may read are read to the end first: the
 * views are without those that cannot be read, or of which a row is not the one that was written, and adjusted ones
 * without series that cannot be adjusted. Where DuckDB fails on a file nevertheless, before any row was given, the query
 * is run without those that it cannot read; one may have gone away meanwhile, too. With `fill` the files are as good as empty
 * until they are asked for. Of files that lie where DuckDB does not read those that it may read are brought, and no others.
 */
export function queryStore<T>(
  blobs: Blobs,
  scanned: () => Promise<Scan>,
  sql: string,
  adjusting: Adjusting,
  use: QueryUse<T>,
  fill?: Fill,
): Promise<T> {
  if (blobs.folder !== undefined) return queryFolder(blobs, scanned, sql, adjusting, use, fill);
  return withFilesOf(blobs, (folder, bring) => queryFolder(folder, scanned, sql, adjusting, use, bring));
}

async function queryFolder<T>(
  blobs: Blobs,
  scanned: () => Promise<Scan>,
  sql: string,
  { adjusted, judge }: Adjusting,
  use: QueryUse<T>,
  fill?: Fill,
): Promise<T> {
  let isBegun = false;
  const run = async (refused: readonly LeftOut[]): Promise<T> => {
    const scan = await scanned();
    const views = await pinnedViews(blobs, adjusted, scan, refused);
    let leftOut = views.leftOut;
    const refine = async (asked: Asked): Promise<string> => {
      const adjustments = adjustmentsIn(asked, adjusted);
      const files = await reachedBy(asked, views.own, views.leftOut);
      const isKnowing = KNOWING.some((word) => asked.mentions(word));
      const rotted = fill
        ? ((await fill(files.files, isKnowing, scan)) ?? [])
        : await rottedFor(asked, blobs, scan, views.own, files);
      leftOut = [...files.leftOut, ...rotted];
      return views.without(rotted, await judge(scan, adjustments, (key) => files.series.has(key)));
    };
    const before = { outline: views.outline, refine };
    return withSelect({ ...views, before }, sql, (rows) => {
      isBegun = true;
      return use(rows, leftOut);
    });
  };
  try {
    return await run([]);
  } catch (error) {
    if (isBegun || !(error instanceof BackfillError) || !UNREADABLE.test(error.message)) throw error;
    return run(await refusedFiles(blobs));
  }
}

/** Files of a store that look sound and that DuckDB cannot read. */
async function refusedFiles(blobs: Blobs): Promise<LeftOut[]> {
  const { own } = await listViewFiles(blobs);
  const paths = new Map(own.map(({ path }) => [`${withSlashes(blobs.at(''))}/${path}`, path]));
  const reasons = await unreadableBySql([...paths.keys()]);
  return [...reasons].map(([absolute, reason]) => ({ path: paths.get(absolute) ?? absolute, reason }));
}

/** Of each tree, words of the views that read its rows, and those of what files say of themselves. */
const READERS = { bars: ['bars'], revisions: ['revisions'], actions: ['actions', 'adjusted'] } as const;
const KNOWING = ['coverage', 'partition_knowledge', 'adjusted'];

/** The files of which a statement may read rows. */
interface Reached {
  readonly files: readonly DataFile[];
  /** The series that it may have bars of, by `seriesKey`. */
  readonly series: ReadonlySet<string>;
  /** Of what the views are without, that which it may have meant. */
  readonly leftOut: readonly LeftOut[];
}

/** Of a plan in which adjusted bars are those of their own files alone; `leftOut`: what the views are without. */
async function reachedBy(
  asked: Asked,
  own: readonly DataFile[],
  leftOut: readonly LeftOut[],
): Promise<Reached> {
  const meant = own.filter(({ is }) => READERS[is].some((word) => asked.mentions(word)));
  const all = meant.flatMap(barsFile);
  const lost = leftOut.flatMap(({ path }) => barsFile(dataFileAt(path)));
  const reached = await asked.reached([...all, ...lost]);
  const places = all.length === 0 ? new Set<number>() : reached;
  const bars = all.filter((_, i) => places.has(i));
  const tickers = new Set(bars.map(({ ticker }) => ticker));
  // A daily close may stand in for one that hours lack.
  const standIns = all.filter(
    ({ ticker, interval }, i) =>
      asked.mentions('adjusted') && interval === '1d' && tickers.has(ticker) && !places.has(i),
  );
  return {
    files: [...meant.filter(({ is }) => is !== 'bars'), ...[...bars, ...standIns].map(({ file }) => file)],
    series: new Set(bars.map(({ file }) => seriesKey(file.partition.series))),
    leftOut: leftOutFor(
      asked,
      leftOut,
      lost.filter((_, i) => reached.has(all.length + i)),
      tickers,
    ),
  };
}

interface FileOfBars extends Keys {
  readonly file: DataFile & { readonly partition: Partition };
}

function barsFile(file: DataFile | undefined): FileOfBars[] {
  if (file?.is !== 'bars') return [];
  const { series, period } = file.partition;
  return [{ file: { ...file, is: 'bars' }, ...series, period }];
}

/**
 * Of what the views are without, that which a statement may have meant: rows of files by the filters on their folders (`lost`),
 * and what else adjusted bars are made of. What is no file of a store may be of anything.
 */
function leftOutFor(
  asked: Asked,
  leftOut: readonly LeftOut[],
  lost: readonly FileOfBars[],
  tickers: ReadonlySet<string>,
): LeftOut[] {
  if (['coverage', 'partition_knowledge'].some((word) => asked.mentions(word))) return [...leftOut];
  const paths = new Set(lost.map(({ file }) => file.path));
  const adjusted = new Set(
    asked.mentions('adjusted') ? [...tickers, ...lost.map(({ ticker }) => ticker)] : [],
  );
  return leftOut.filter(({ path }) => {
    const file = dataFileAt(path);
    if (file === undefined) return true;
    if (file.is === 'revisions') return asked.mentions('revisions');
    if (file.is === 'actions') return asked.mentions('actions') || adjusted.has(file.ticker);
    return (asked.mentions('bars') && paths.has(path)) || adjusted.has(file.partition.series.ticker);
  });
}

/**
 * Of files that a statement may read, and of others that only speak for themselves, those that are not as they were written.
 */
async function rottedFor(
  asked: Asked,
  blobs: Blobs,
  { distrusted = [] }: Scan,
  own: readonly DataFile[],
  { files }: Reached,
): Promise<readonly LeftOut[]> {
  const rotted = await damagedAmong(blobs, files);
  if (!KNOWING.some((word) => asked.mentions(word))) return rotted;
  const known = new Set([...rotted, ...distrusted].map(({ path }) => path));
  const unread = own.filter(({ path }) => !known.has(path));
  return [...rotted, ...(await untrueAmong(blobs, unread))];
}
