import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CALENDAR_ZONES } from '../../core/calendar/calendars.ts';
import type { Adjustment } from '../../core/factors.ts';
import { orAbsent } from './disk.ts';
import { ACTIONS, BARS, REVISIONS } from './layout.ts';
import { ADJUSTED_BARS, COVERAGE, KNOWLEDGE } from './views-sql.ts';

/** How `bars_adjusted` is adjusted. */
export interface AdjustedView {
  readonly mode: Adjustment;
  /** `YYYY-MM-DD`, inclusive; undefined: each series as of its last bar. */
  readonly asOf: string | undefined;
}

const BAR_TYPES =
  'ts TIMESTAMP, open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE, vwap DOUBLE, trades BIGINT, source VARCHAR, fetched_at TIMESTAMP';
const KEYS = 'interval VARCHAR, ticker VARCHAR, period VARCHAR';
const REVISION_TYPES = `${BAR_TYPES}, new_open DOUBLE, new_high DOUBLE, new_low DOUBLE, new_close DOUBLE, new_volume DOUBLE, new_source VARCHAR, replaced_at TIMESTAMP`;
const ACTION_TYPES =
  'ex_date DATE, kind VARCHAR, value DOUBLE, source VARCHAR, fetched_at TIMESTAMP, currency VARCHAR, ticker VARCHAR';

/**
 * DuckDB statements that define what a store holds: the views `bars`, `actions`, `coverage`, `revisions` and
 * `bars_adjusted`, and the macro `adjusted_bars`. A view of what the store has no file of yet is empty, with the same
 * columns: after the first split or revision they have to be made anew. `root` is the store's absolute path.
 */
export async function storeViews(root: string, { mode, asOf }: AdjustedView): Promise<string> {
  const bars = await files(root, [BARS, 'interval=', 'ticker=', 'period='], 'bars.parquet');
  const revisions = await files(root, [REVISIONS, 'interval=', 'ticker=', 'period='], 'revisions.parquet');
  const actions = await files(root, [ACTIONS, 'ticker='], 'actions.parquet');
  const knowledge =
    bars &&
    `parquet_kv_metadata(${bars})
  WHERE key = 'backfill'::BLOB`;
  const arguments_ = `${quoted(mode)}, ${asOf === undefined ? 'NULL' : quoted(asOf)}`;
  return [
    '-- The store below as DuckDB views: duckdb -init THIS-FILE. Made by backfill query --write-sql.',
    `-- ${root.replaceAll(/[\r\n]/g, ' ')}`,
    '-- Make it anew after the first split, dividend or revision: a view without a file is empty.',
    '',
    '-- Bars as traded. ts is UTC; of a daily bar the session date.',
    view('bars', KEYS, BAR_TYPES, bars),
    '-- Splits (value: new shares for one old) and dividends (value: amount a share of the ex-date, in `currency`, or in',
    '-- that of the price where it is NULL).',
    view('actions', '', ACTION_TYPES, actions && `${actions}, union_by_name = true`),
    '-- Final bars that a later answer changed: as they were, and what took their place.',
    view('revisions', KEYS, REVISION_TYPES, revisions),
    KNOWLEDGE(knowledge ?? `(SELECT '{}'::BLOB AS value) WHERE false`, zoneRows()),
    COVERAGE,
    ADJUSTED_BARS,
    `CREATE OR REPLACE VIEW bars_adjusted AS SELECT * FROM adjusted_bars(${arguments_});\n`,
  ].join('\n');
}

/** What some of the files lack is NULL, if they are read by name. */
function view(name: string, keys: string, types: string, from: string | undefined): string {
  const columns = keys === '' ? types : `${keys}, ${types}`;
  const names = columns.split(', ').map((column) => column.split(' '));
  const nothing = `SELECT ${names.map(([column, type]) => `NULL::${type} AS ${column}`).join(', ')} WHERE false`;
  const source =
    from === undefined
      ? nothing
      : `SELECT ${names.map(([column]) => column).join(', ')}
FROM (FROM read_parquet(${from}, hive_partitioning = true, hive_types_autocast = false)
UNION ALL BY NAME ${nothing})`;
  return `CREATE OR REPLACE VIEW ${name} AS\n${source};\n`;
}

/** A glob of the files as an SQL literal; undefined if there is none, which DuckDB takes for an error. */
async function files(root: string, levels: readonly string[], name: string): Promise<string | undefined> {
  const [top = '', ...keys] = levels;
  if (!(await holds(join(root, top), keys, name))) return undefined;
  const glob = [globLiteral(root), top, ...keys.map((key) => `${key}*`), name].join('/');
  return quoted(glob);
}

async function holds(folder: string, keys: readonly string[], name: string): Promise<boolean> {
  const [key, ...deeper] = keys;
  for (const entry of (await orAbsent(readdir(folder))) ?? []) {
    if (
      key === undefined
        ? entry === name
        : entry.startsWith(key) && (await holds(join(folder, entry), deeper, name))
    )
      return true;
  }
  return false;
}

/** A path that means itself where DuckDB expects a glob, with `/`. */
function globLiteral(path: string): string {
  return path.replaceAll('\\', '/').replaceAll(/[[*?]/g, '[$&]');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function zoneRows(): string {
  return CALENDAR_ZONES.map(([id, zone]) => `(${quoted(id)}, ${quoted(zone)})`).join(', ');
}
