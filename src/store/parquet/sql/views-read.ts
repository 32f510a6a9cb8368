import { isPatternToo } from '../../sql-path.ts';
import { BARS } from '../files/layout.ts';
import { TREES } from './view-files.ts';
import { quoted } from './views-sql.ts';

/** How rows of files are read. */
export interface Reading {
  /** Of the store. */
  readonly root: string;
  /** One of `TREES`. */
  readonly tree: string;
  /** What DuckDB reads, as its functions take it. */
  readonly from: string;
}

/**
 * The rows of some files of a tree as a query, with what the folders say of each. DuckDB has these names by itself, but those of
 * the folders above the store as well, which would win: in a store below such folders they are taken from the end of a path.
 */
export function readRows({ root, tree, from }: Reading): string {
  const keys = (TREES.find((one) => one.tree === tree)?.keys ?? []).map((key) => key.slice(0, -1));
  // Of splits and dividends, and of revisions, not all files have the same columns.
  const read = tree === BARS ? `read_parquet(${from}` : `parquet_scan(${from}, union_by_name = true`;
  const where = isPatternToo(root) ? `\n  WHERE ${onlyBelow(root)}` : '';
  if (!root.includes('=')) {
    const name = where === '' ? '' : ', filename = true';
    return `FROM ${read}, hive_partitioning = true, hive_types_autocast = false${name})${where}`;
  }
  const own = keys.map((key) => `${segmentOf(key)} AS ${key}`).join(',\n  ');
  return `SELECT *, ${own}\nFROM ${read}, hive_partitioning = false, filename = true)${where}`;
}

/** What the last folder of a path that has a key says. */
function segmentOf(key: string): string {
  return `url_decode(regexp_extract(filename, '^.*[/\\\\]${key}=([^/\\\\]*)', 1))`;
}

/**
 * An error for rows of another store. Where DuckDB makes a copy of a read (of a CTE that is NOT MATERIALIZED) it looks for the
 * files again, and takes a path for a pattern that only looks like one.
 */
function onlyBelow(root: string): string {
  const said =
    'DuckDB takes the path of the store for a pattern, and reads another one: leave NOT MATERIALIZED out';
  const isOwn = `starts_with(replace(filename, '\\', '/'), ${quoted(`${root.replaceAll('\\', '/')}/`)})`;
  return `CASE WHEN ${isOwn} THEN true ELSE error(${quoted(said)}) END`;
}
