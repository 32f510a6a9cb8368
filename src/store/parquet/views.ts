import { join } from 'node:path';
import { CALENDAR_ZONES } from '../../core/calendar/calendars.ts';
import type { Adjustment } from '../../core/factors.ts';
import type { Scan, SetAside } from '../store.ts';
import { ACTIONS, BARS, REVISIONS } from './layout.ts';
import { damagedRevisions } from './revisions.ts';
import { namesIn } from './walk.ts';
import { unsettledIn } from './unsettled.ts';
import { knowledgeSource } from './views-knowledge.ts';
import { ADJUSTED_BARS, COVERAGE, flagColumns, KNOWLEDGE, quoted } from './views-sql.ts';

/** How `bars_adjusted` is adjusted. */
export interface AdjustedView {
  readonly mode: Adjustment;
  /** `YYYY-MM-DD`, inclusive; undefined: each series as of its last bar. */
  readonly asOf: string | undefined;
}

const BAR_TYPES =
  'ts TIMESTAMP, open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE, vwap DOUBLE, trades BIGINT, source VARCHAR, fetched_at TIMESTAMP';
const FLAG_TYPES = 'is_final BOOLEAN, outside_range BOOLEAN';
const KEYS = 'interval VARCHAR, ticker VARCHAR, period VARCHAR';
const REVISION_TYPES = `${BAR_TYPES}, new_open DOUBLE, new_high DOUBLE, new_low DOUBLE, new_close DOUBLE, new_volume DOUBLE, new_source VARCHAR, replaced_at TIMESTAMP`;
const ACTION_TYPES =
  'ex_date DATE, kind VARCHAR, value DOUBLE, source VARCHAR, fetched_at TIMESTAMP, currency VARCHAR, ticker VARCHAR';

/** A file that cannot be read. */
export type LeftOut = Pick<SetAside, 'path' | 'reason'>;

/** The views of a store, and what is not in them. */
export interface StoreViews {
  readonly sql: string;
  readonly leftOut: readonly LeftOut[];
}

/** The views of the files that a store has at one moment. */
export interface PinnedViews extends StoreViews {
  /** An expression of DuckDB for the list of these files, which `sql` prepares. */
  readonly files: string;
}

/**
 * DuckDB statements that define what a store holds: the views `bars`, `actions`, `coverage`, `revisions` and
 * `bars_adjusted`, and the macro `adjusted_bars`. A view of what the store has no file of yet is empty, with the same
 * columns: after the first split or revision they have to be made anew. A damaged file, on which DuckDB would fail, is
 * left out. `root` is the store's absolute path, `scan` all of it.
 */
export async function storeViews(root: string, adjusted: AdjustedView, scan: Scan): Promise<StoreViews> {
  const { sql, leftOut } = await buildViews(root, adjusted, scan, [], false);
  return { sql, leftOut };
}

/**
 * The same views of the files that are there when the statements run, each by its name: no other file has to be open to
 * a query, and one that a writer adds meanwhile is not in its way. `rotted` are damaged files that no scan finds.
 */
export function pinnedViews(
  root: string,
  adjusted: AdjustedView,
  scan: Scan,
  rotted: readonly LeftOut[] = [],
): Promise<PinnedViews> {
  return buildViews(root, adjusted, scan, rotted, true);
}

async function buildViews(
  root: string,
  { mode, asOf }: AdjustedView,
  scan: Scan,
  rotted: readonly LeftOut[],
  pinned: boolean,
): Promise<PinnedViews> {
  const leftOut = [...scan.setAside, ...(await damagedRevisions(root)), ...rotted];
  const damaged = leftOut.map(({ path }) => path);
  const find = (levels: readonly string[], name: string): Promise<Files> =>
    files(root, levels, name, damaged, pinned);
  const bars = await find([BARS, 'interval=', 'ticker=', 'period='], 'bars.parquet');
  const revisions = await find([REVISIONS, 'interval=', 'ticker=', 'period='], 'revisions.parquet');
  const actions = await find([ACTIONS, 'ticker='], 'actions.parquet');
  const arguments_ = `${quoted(mode)}, ${asOf === undefined ? 'NULL' : quoted(asOf)}`;
  const sql = [
    '-- The store below as DuckDB views: duckdb -init THIS-FILE. Made by backfill query --write-sql.',
    `-- ${oneLine(root)}`,
    '-- Make it anew after the first split, dividend or revision: a view without a file is empty.',
    ...leftOut.map(({ path, reason }) => `-- Left out: ${oneLine(`${path}: ${reason}`)}`),
    '',
    ...[bars, actions, revisions].flatMap(({ setup }) => setup ?? []),
    '-- Bars as traded. ts is UTC; of a daily bar the session date. is_final: false if it was stored before its session was',
    '-- settled, as of the making of this script. outside_range: open or close lies outside high and low.',
    view('bars', KEYS, BAR_TYPES, bars.from, { types: FLAG_TYPES, ...flagColumns(unsettledIn(scan)) }),
    '-- Splits (value: new shares for one old) and dividends (value: amount a share of the ex-date, in `currency`, or in',
    '-- that of the price where it is NULL).',
    view('actions', '', ACTION_TYPES, actions.from && `${actions.from}, union_by_name = true`),
    '-- Final bars that a later answer changed: as they were, and what took their place.',
    view('revisions', KEYS, REVISION_TYPES, revisions.from),
    KNOWLEDGE(knowledgeSource(root, bars.from, scan), zoneRows()),
    COVERAGE,
    ADJUSTED_BARS,
    `CREATE OR REPLACE VIEW bars_adjusted AS SELECT * FROM adjusted_bars(${arguments_});\n`,
  ].join('\n');
  return { sql, leftOut, files: pathsIn([bars, actions, revisions].flatMap(({ from }) => from ?? [])) };
}

/** The files of lists that are written as globs, and the globs themselves: DuckDB looks at both. */
function pathsIn(lists: readonly string[]): string {
  const all = `flatten([${lists.join(', ')}]::VARCHAR[][])`;
  return `list_concat(${all}, list_transform(${all}, lambda path: regexp_replace(path, '\\[([[*?])\\]', '\\1', 'g')))`;
}

/** What some of the files lack is NULL, if they are read by name. */
function view(
  name: string,
  keys: string,
  types: string,
  from: string | undefined,
  computed = { types: '', columns: '', join: '' },
): string {
  const nothing = (list: string): string =>
    `SELECT ${columnsOf(list)
      .map(([column, type]) => `NULL::${type} AS ${column}`)
      .join(', ')} WHERE false`;
  const stored = listed([keys, types]);
  const source =
    from === undefined
      ? nothing(listed([stored, computed.types]))
      : `SELECT ${listed([...columnsOf(stored).map(([column = '']) => column), computed.columns])}
FROM (FROM read_parquet(${from}, hive_partitioning = true, hive_types_autocast = false)
UNION ALL BY NAME ${nothing(stored)})${computed.join}`;
  return `CREATE OR REPLACE VIEW ${name} AS\n${source};\n`;
}

function listed(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ');
}

/** The names and types of a list of columns. */
function columnsOf(list: string): string[][] {
  return list.split(', ').map((column) => column.split(' '));
}

/** Files as DuckDB is told of them. */
interface Files {
  /** What its functions read; undefined if there is no file, which they take for an error. */
  readonly from: string | undefined;
  /** A statement that has to come first. */
  readonly setup?: string;
}

/** The sound files of a name: by a glob while all are, unless they are to be `pinned`, so that the script stays small. */
async function files(
  root: string,
  levels: readonly string[],
  name: string,
  damaged: readonly string[],
  pinned: boolean,
): Promise<Files> {
  const [top = '', ...keys] = levels;
  const bad = damaged.filter((path) => path.startsWith(`${top}/`));
  if (!(await holds(root, top, keys, name, new Set(bad)))) return { from: undefined };
  const glob = quoted([globLiteral(root), top, ...keys.map((key) => `${key}*`), name].join('/'));
  if (bad.length === 0 && !pinned) return { from: glob };
  const paths = bad.map((path) => quoted(`${root.replaceAll('\\', '/')}/${path}`));
  const sound = bad.length === 0 ? '' : `\nWHERE replace(file, '\\', '/') NOT IN (${paths.join(', ')})`;
  return {
    from: `getvariable('sound_${top}')`,
    setup: `SET VARIABLE sound_${top} = (SELECT list(regexp_replace(file, '([[*?])', '[\\1]', 'g')) FROM glob(${glob})${sound});\n`,
  };
}

/** Whether a file of a name lies so many levels below `path` (relative to the root), the bad ones aside. */
async function holds(
  root: string,
  path: string,
  keys: readonly string[],
  name: string,
  bad: ReadonlySet<string>,
): Promise<boolean> {
  const [key, ...deeper] = keys;
  for (const entry of await namesIn(join(root, path))) {
    const below = `${path}/${entry}`;
    if (
      key === undefined
        ? entry === name && !bad.has(below)
        : entry.startsWith(key) && (await holds(root, below, deeper, name, bad))
    )
      return true;
  }
  return false;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}

/** A path that means itself where DuckDB expects a glob, with `/`. */
function globLiteral(path: string): string {
  return path.replaceAll('\\', '/').replaceAll(/[[*?]/g, '[$&]');
}

function zoneRows(): string {
  return CALENDAR_ZONES.map(([id, zone]) => `(${quoted(id)}, ${quoted(zone)})`).join(', ');
}
