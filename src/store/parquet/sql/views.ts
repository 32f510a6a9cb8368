import { CALENDAR_ZONES } from '../../../core/calendar/calendars.ts';
import { type Scan, unreadableIn } from '../../scan.ts';
import { asPattern, meantSql, patternSql } from '../../sql-path.ts';
import type { AdjustedView, JudgeBasis, LeftOut, NotAdjustable, StoreViews } from '../../views.ts';
import type { Blobs } from '../files/blobs.ts';
import type { DataFile } from '../files/data-paths.ts';
import { ACTIONS, BARS, REVISIONS } from '../files/layout.ts';
import { damagedRevisions } from '../beside/revisions.ts';
import { unsettledIn } from './unsettled.ts';
import { damagedAmong, listViewFiles, TREES, type ViewFiles } from './view-files.ts';
import { knowledgeSource } from './views-knowledge.ts';
import { readRows } from './views-read.ts';
import { ADJUSTED_BARS, ADJUSTED_OUTLINE, COVERAGE, flagColumns, KNOWLEDGE, quoted } from './views-sql.ts';

const BAR_TYPES =
  'ts TIMESTAMP, open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE, vwap DOUBLE, trades BIGINT, source VARCHAR, fetched_at TIMESTAMP';
const FLAG_TYPES = 'is_final BOOLEAN, outside_range BOOLEAN';
const KEYS = 'interval VARCHAR, ticker VARCHAR, period VARCHAR';
const REVISION_TYPES = `${BAR_TYPES}, new_open DOUBLE, new_high DOUBLE, new_low DOUBLE, new_close DOUBLE, new_volume DOUBLE, new_source VARCHAR, replaced_at TIMESTAMP, stayed BOOLEAN`;
const ACTION_TYPES =
  'ex_date DATE, kind VARCHAR, value DOUBLE, source VARCHAR, fetched_at TIMESTAMP, currency VARCHAR, ticker VARCHAR';

/** The judge who finds nothing wrong. */
export const allAdjustable: JudgeBasis = async () => [];

/** The views of the files that a store has at one moment. */
export interface PinnedViews extends StoreViews {
  /** An expression of DuckDB for the list of these files, which `sql` prepares. */
  readonly files: string;
  /** The same. */
  readonly own: readonly DataFile[];
  /** Statements after which a plan tells which series a statement has, see `ADJUSTED_OUTLINE`. */
  readonly outline: string;
  /** Statements for the same views without some files, and for adjusted ones without some series, whatever they were. */
  readonly without: (damaged: readonly LeftOut[], notAdjustable: readonly NotAdjustable[]) => string;
}

/**
 * DuckDB statements that define what a store holds: the views `bars`, `actions`, `coverage`, `revisions` and
 * `bars_adjusted`, and the macro `adjusted_bars`. A view of what the store has no file of yet is empty, with the same
 * columns: after the first split or revision they have to be made anew. A damaged file, also one of which only a row
 * rotted, and a folder that is none of a store's are left out. `scan` is of all of it.
 */
export async function storeViews(
  blobs: Blobs,
  adjusted: AdjustedView,
  scan: Scan,
  notAdjustable: readonly NotAdjustable[] = [],
): Promise<StoreViews> {
  const { own, foreign } = await listViewFiles(blobs);
  const unreadable = await unreadableOf(blobs, scan);
  const rotted = await damagedAmong(blobs, allBut(own, unreadable));
  const damaged = [...unreadable, ...rotted];
  const content = { root: blobs.at(''), adjusted, scan, own, foreign, damaged, notAdjustable, pinned: false };
  return { sql: sqlOf(content), leftOut: leftOutOf(content) };
}

/**
 * The same views of the files that are there now, each by its name: no other file has to be open to a query, and one that
 * a writer adds meanwhile is not in its way. Files whose rows rotted are in them, as only reading shows that; `refused`
 * are known to be damaged however they look.
 */
export async function pinnedViews(
  blobs: Blobs,
  adjusted: AdjustedView,
  scan: Scan,
  refused: readonly LeftOut[] = [],
): Promise<PinnedViews> {
  const { own, foreign } = await listViewFiles(blobs);
  const damaged = [...(await unreadableOf(blobs, scan)), ...refused];
  const content = {
    root: blobs.at(''),
    adjusted,
    scan,
    own,
    foreign,
    damaged,
    notAdjustable: [],
    pinned: true,
  };
  return {
    sql: sqlOf(content),
    leftOut: leftOutOf(content),
    files: pathsIn(TREES.flatMap(({ tree }) => filesOf(content, tree).from ?? [])),
    own: allBut(own, damaged),
    outline: [ADJUSTED_OUTLINE, adjustedView(adjusted)].join('\n'),
    without: (more, notAdjustable) =>
      more.length === 0
        ? [ADJUSTED_BARS(notAdjustable), adjustedView(adjusted)].join('\n')
        : sqlOf({ ...content, damaged: [...damaged, ...more], notAdjustable }),
  };
}

/** Files that a scan found damaged, and those that it does not look at. */
async function unreadableOf(blobs: Blobs, scan: Scan): Promise<LeftOut[]> {
  const unreadable = unreadableIn(scan);
  const known = new Set(unreadable.map(({ path }) => path));
  const more = (await damagedRevisions(blobs)).filter(({ path }) => !known.has(path));
  return [...unreadable, ...more];
}

/** What views are made of. */
interface Content extends ViewFiles {
  readonly root: string;
  readonly adjusted: AdjustedView;
  readonly scan: Scan;
  readonly damaged: readonly LeftOut[];
  readonly notAdjustable: readonly NotAdjustable[];
  /** Each file by its name; else by a glob while all are sound, so that the script stays small. */
  readonly pinned: boolean;
}

function leftOutOf({ damaged, foreign }: Content): LeftOut[] {
  return [...damaged, ...foreign.map(({ path, reason }) => ({ path, reason }))];
}

function allBut(own: readonly DataFile[], damaged: readonly LeftOut[]): DataFile[] {
  const bad = new Set(damaged.map(({ path }) => path));
  return own.filter(({ path }) => !bad.has(path));
}

function sqlOf(content: Content): string {
  const { root, adjusted, scan } = content;
  const read = (tree: string, files: Files | undefined): string | undefined =>
    files?.from && readRows({ root, tree, from: files.from });
  const [bars, revisions, actions] = [BARS, REVISIONS, ACTIONS].map((tree) => filesOf(content, tree));
  return [
    '-- The store below as DuckDB views: duckdb -init THIS-FILE. Made by backfill query --write-sql.',
    `-- ${oneLine(root)}`,
    '-- Make it anew after the first split, dividend or revision: a view without a file is empty.',
    ...leftOutOf(content).map(({ path, reason }) => `-- Left out: ${oneLine(`${path}: ${reason}`)}`),
    ...content.notAdjustable.map(({ reason }) => `-- Left out of bars_adjusted: ${oneLine(reason)}`),
    '',
    ...[bars, actions, revisions].flatMap((files) => files?.setup ?? []),
    '-- Bars as traded. ts is UTC; of a daily bar the session date. is_final: false if it was stored before its session was',
    '-- settled, as of the making of this script. outside_range: open or close lies outside high and low.',
    view('bars', KEYS, BAR_TYPES, read(BARS, bars), { types: FLAG_TYPES, ...flagColumns(unsettledIn(scan)) }),
    '-- Splits (value: new shares for one old) and dividends (value: amount a share of the ex-date, in `currency`, or in',
    '-- that of the price where it is NULL).',
    view('actions', '', ACTION_TYPES, read(ACTIONS, actions)),
    '-- Final bars of which a later answer had other values: as they were, and what took their place, or, where stayed is',
    '-- true, did not.',
    view('revisions', KEYS, REVISION_TYPES, read(REVISIONS, revisions)),
    KNOWLEDGE(knowledgeSource(root, bars?.from, scan), zoneRows()),
    COVERAGE,
    ADJUSTED_BARS(content.notAdjustable),
    adjustedView(adjusted),
  ].join('\n');
}

function adjustedView({ mode, asOf }: AdjustedView): string {
  const given = `${quoted(mode)}, ${asOf === undefined ? 'NULL' : quoted(asOf)}`;
  return `CREATE OR REPLACE VIEW bars_adjusted AS SELECT * FROM adjusted_bars(${given});\n`;
}

/** The files of lists that are written as globs, and the globs themselves: DuckDB looks at both. */
function pathsIn(lists: readonly string[]): string {
  const all = `flatten([${lists.join(', ')}]::VARCHAR[][])`;
  return `list_concat(${all}, list_transform(${all}, lambda path: ${meantSql('path')}))`;
}

/** `read` is a query for rows of files. What some of these lack is NULL, if they are read by name. */
function view(
  name: string,
  keys: string,
  types: string,
  read: string | undefined,
  computed = { types: '', columns: '', join: '' },
): string {
  const nothing = (list: string): string =>
    `SELECT ${columnsOf(list)
      .map(([column, type]) => `NULL::${type} AS ${column}`)
      .join(', ')} WHERE false`;
  const stored = listed([keys, types]);
  const source =
    read === undefined
      ? nothing(listed([stored, computed.types]))
      : `SELECT ${listed([...columnsOf(stored).map(([column = '']) => column), computed.columns])}
FROM (${read}
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

/** The sound files of a tree. */
function filesOf({ root, own, foreign, damaged, pinned }: Content, of: string): Files {
  const isOf = (path: string): boolean => path.startsWith(`${of}/`);
  const sound = allBut(own, damaged).filter(({ path }) => isOf(path));
  if (sound.length === 0) return { from: undefined };
  const from = `getvariable('sound_${of}')`;
  const literals = sound.map(({ path }) => quoted(asPattern(`${root}/${path}`)));
  if (pinned) return { from, setup: `SET VARIABLE sound_${of} = [${literals.join(', ')}];\n` };
  const glob = globOf(root, of);
  const bad = [...damaged.map(({ path }) => path), ...foreign.flatMap(({ files }) => files)].filter(isOf);
  if (bad.length === 0) return { from: glob };
  const paths = bad.map((path) => quoted(`${root.replaceAll('\\', '/')}/${path}`));
  return {
    from,
    setup: `SET VARIABLE sound_${of} = (SELECT list(${patternSql('file')}) FROM glob(${glob})
WHERE replace(file, '\\', '/') NOT IN (${paths.join(', ')}));\n`,
  };
}

function globOf(root: string, of: string): string {
  const { keys = [], name = '' } = TREES.find(({ tree }) => tree === of) ?? {};
  return quoted([asPattern(root), of, ...keys.map((key) => `${key}*`), name].join('/'));
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}

function zoneRows(): string {
  return CALENDAR_ZONES.map(([id, zone]) => `(${quoted(id)}, ${quoted(zone)})`).join(', ');
}
