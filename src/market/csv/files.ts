import { statSync } from 'node:fs';
import { plural } from '../../core/plural.ts';
import { basename, dirname, join, relative } from 'node:path';
import { type Day, parseDay } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { escaped, quoted } from '../../core/quoted.ts';
import { isHidden, pathsIn } from './folder-paths.ts';
import { readFileName } from './file-name.ts';
import { isWord } from './name-words.ts';
import { namedDifferently } from './named-differently.ts';
import { readLeanTable } from './lean.ts';
import { holdsContracts, LEAN_UNSCALED } from './lean-scale.ts';
import { type Heading, headingOf } from './heading.ts';
import { footerNotes } from './footer.ts';
import { headText, NO_CSV_WITHIN, readZip } from './records.ts';
import { GET_AGAIN } from './table.ts';
import { type RowsOfName, type SharedTables, tradesOnSaturday } from './shared-tables.ts';
import { tickerNamed } from './ticker-name.ts';
import { Unread } from './unread.ts';

/** A file with bars of one ticker; `shared-table` holds others too. */
export type BarFile =
  | { readonly kind: 'table' | 'shared-table' | 'zipped-table' | 'lean-table'; readonly path: string }
  | { readonly kind: 'lean-minutes'; readonly path: string; readonly day: Day };

export interface BarFolder {
  readonly filesByTicker: ReadonlyMap<string, readonly BarFile[]>;
  /** `actions.csv`, where there is one. */
  readonly actionsPath: string | null;
  /** A line for each reason for which files are not read, with their names. */
  readonly notes: readonly string[];
  /** The same without those that look like tables of bars. */
  readonly asides: readonly string[];
  /** Files that look like tables of bars, and rows of them, that are not read: why, and what would do. */
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
  /** Rows of files that are read, or would be, of names that are no tickers. `path`: relative to the folder. */
  readonly unnamed: readonly UnnamedRows[];
  /** Files that are, or may be, tables of bars, and of which nothing tells a ticker, or that cannot be read at all. */
  readonly nameless: readonly NamelessFile[];
}

export interface NamelessFile {
  /** Relative to the folder. */
  readonly path: string;
  /** Why it is not read, and what would do. */
  readonly reason: string;
}

export interface UnnamedRows extends RowsOfName {
  readonly path: string;
}

/** Why a file is not read; `isOther`: it is of another kind, and none of bars. */
interface NotRead {
  readonly reason: string;
  readonly isOther?: true;
}

/** What a look at a file found; `leftOut`: rows within that say they are of what is no ticker; `footer`: of several tickers. */
type Look =
  | {
      readonly found: readonly { readonly ticker: string; readonly file: BarFile }[];
      readonly leftOut?: readonly RowsOfName[];
      readonly footer?: string | null;
    }
  | NotRead;

const NO_TICKER = 'the name is no ticker';
const NO_HEADER = 'no CSV with a header';
const CONTRACTS = 'of contracts of futures or options, whose name is no ticker of theirs';
const WAY = ': rename it, or write a column "ticker"';
const WAY_OF_ROWS = 'is no ticker: write it as one there (BRK-B, AIR.PA), or take its rows out';
/** Some write them twice, or behind those of what a file was made of. */
const ENDINGS = /(\.(csv|txt|tsv|xlsx?|gz))*\.(csv|txt|tsv)(\.gz)?$|\.gz$/i;
/** What rows of Lean begin with; their prices may be multiplied. */
const LEAN_ROW = /^\d{8} \d{2}:\d{2},/;
/** As much of a file as shows its header. */
const HEAD_BYTES = 8192;

/** The bar files of a folder. Throws `usage` where there is no such folder or no such file. */
export function findBarFiles(folder: string, shared: SharedTables): BarFolder {
  const found = lookThrough(folder, shared);
  if (found.filesByTicker.size > 0) return found;
  const why = found.notes.length === 0 ? '' : `: ${found.notes.join('; ')}`;
  throw new BackfillError(
    'usage',
    `"${folder}" holds no CSV or zip file that can be read and is named after a ticker${why}`,
  );
}

/**
 * Every bar file of a folder and its subfolders, or one file, by its name; only where that does not tell is a file looked
 * into. Throws `usage` where there is no such folder or file.
 */
export function lookThrough(folder: string, shared: SharedTables): BarFolder {
  const [root, paths] = pathsIn(folder);
  const refused: { path: string; reason: string }[] = [];
  const unnamed: UnnamedRows[] = [];
  const nameless: NamelessFile[] = [];
  const filesByTicker = new Map<string, BarFile[]>();
  const [unread, asides] = [new Unread(), new Unread()];
  let actionsPath: string | null = null;
  for (const path of paths) {
    if (path === join(root, 'actions.csv')) {
      actionsPath = path;
      continue;
    }
    const look = explained(path, () => read(path, root, shared));
    if ('reason' in look) {
      const within = relative(root, path);
      unread.add(within, look.reason);
      if (look.isOther === true) {
        asides.add(within, look.reason);
        continue;
      }
      const reason = look.reason + (look.reason === NO_TICKER ? WAY : '');
      refused.push({ path, reason });
      nameless.push({ path: within, reason });
      continue;
    }
    for (const rows of look.leftOut ?? []) {
      const within = { ...rows, path: relative(root, path) };
      unnamed.push(within);
      unread.add(`${rowsText(rows)} in ${within.path}`, NO_TICKER);
      refused.push({ path, reason: `${rowsText(rows)}: the name ${WAY_OF_ROWS}` });
    }
    const [footer] = footerNotes(path, look.footer ?? null);
    if (footer !== undefined) for (const list of [unread, asides]) list.addLine(footer);
    for (const { ticker, file } of look.found) {
      const files = filesByTicker.get(ticker);
      if (files === undefined) filesByTicker.set(ticker, [file]);
      else files.push(file);
    }
  }
  for (const line of namedDifferently(filesByTicker)) for (const list of [unread, asides]) list.addLine(line);
  const told = { notes: unread.lines(), asides: asides.lines() };
  return { filesByTicker, actionsPath, ...told, refused, unnamed, nameless };
}

/** `2 rows of "BRK B"`. */
function rowsText({ name, rows }: RowsOfName): string {
  return `${plural(rows, 'row')} of ${quoted(name)}`;
}

/** What a file is, or why it cannot be told. */
function explained(path: string, look: () => Look): Look {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof BackfillError) || error.code !== 'usage') throw error;
    const reason = error.message.replace(`${escaped(path)}: `, '').replace(`${escaped(path)}, `, '');
    return reason === NO_CSV_WITHIN ? { reason, isOther: true } : { reason };
  }
}

function read(path: string, root: string, shared: SharedTables): Look {
  const name = basename(path);
  if (isHidden(name)) return { reason: 'hidden', isOther: true };
  // A pipe would be waited for until somebody writes to it.
  if (isNoFile(path)) return { reason: 'no regular file', isOther: true };
  if (/\.zip$/i.test(name)) return zipFile(path, shared);
  const stem = name.replace(ENDINGS, '');
  if (stem === name) return { reason: 'no CSV, text or zip file', isOther: true };
  if (/\.txt(\.gz)?$/i.test(name) && !headingOf(headText(path, HEAD_BYTES)).isTable)
    return { reason: NO_HEADER, isOther: true };
  return tableFile(path, nameWithin(path, stem, root), shared);
}

/** Whether something else stands there; a link to nothing, or to itself, is told by whoever opens it. */
function isNoFile(path: string): boolean {
  try {
    return !statSync(path).isFile();
  } catch {
    return false;
  }
}

/** A file that is named after a day or a year lies in a folder that is named after the ticker. */
function nameWithin(path: string, stem: string, root: string): string {
  const parent = dirname(path);
  const isDated = /^(19|20)\d{2}([-_.]?\d{2}){0,2}$/.test(stem);
  return isDated && parent !== root && /[A-Z]/.test(basename(parent)) ? basename(parent) : stem;
}

function tableFile(path: string, stem: string, shared: SharedTables): Look {
  const named = tickerOf(path, stem, () => shared.haveSaturdays(path));
  const heading = (): Heading => headingOf(headText(path, HEAD_BYTES));
  const { ticker, isSure } = 'reason' in named ? { ticker: undefined, isSure: false } : named;
  if (ticker !== undefined && isSure) return { found: [{ ticker, file: { kind: 'table', path } }] };
  const isNameless = ticker === undefined || namesNothing(ticker, stem);
  const shown = heading();
  if (shown.namesTickers) {
    const file: BarFile = { kind: 'shared-table', path };
    const { tickers, unnamed, footer } = shared.in(path);
    const found = tickers.map((one) => ({ ticker: one, file }));
    if (found.length > 0 || (isNameless && unnamed.length > 0)) return { found, leftOut: unnamed, footer };
    if (unnamed.length === 0) return { reason: `has a header and no row: ${GET_AGAIN}` };
  }
  if (isNameless) return ofNoTicker(shown, 'reason' in named ? named.reason : NO_TICKER);
  return { found: [{ ticker, file: { kind: 'table', path } }] };
}

/** Why a file is not read whose name tells no ticker, for that reason, unless it is none of bars. */
function ofNoTicker({ noBars, isEmpty }: Heading, reason: string): NotRead {
  if (isEmpty) return { reason: `is empty: ${GET_AGAIN}` };
  return noBars === null ? { reason } : { reason: noBars, isOther: true };
}

/** The ticker that a file's name stands for, and whether it can stand for nothing else. */
function tickerOf(
  path: string,
  stem: string,
  haveSaturdays: () => boolean,
): { readonly ticker: string | undefined; readonly isSure: boolean } | NotRead {
  const named = readFileName(stem);
  if (named.kind === 'unknown') return named;
  const isSure = named.kind === 'ticker';
  const isCrypto = (): boolean => (isSure && named.isCrypto) || inCryptoFolder(path) || haveSaturdays();
  return { ticker: tickerNamed(named.ticker, isCrypto), isSure };
}

/** A zip file; a broken one that is named after a ticker is that ticker's, whose series fails with what is wrong with it. */
function zipFile(path: string, shared: SharedTables): Look {
  try {
    return wholeZip(path, shared);
  } catch (error) {
    const named = zippedTable(path, basename(path).replace(/\.zip$/i, ''), () => false);
    if ('reason' in named) throw error;
    return named;
  }
}

/** A zip file is named after its day, or like the CSV file within, which names the ticker either way. */
function wholeZip(path: string, shared: SharedTables): Look {
  const isDayFile = /^\d{8}_trade\.zip$/.test(basename(path));
  const inner = isDayFile ? null : readZip(path);
  const [, innerDate, innerTicker] = /^(\d{8})_(.+)_minute_trade\.csv$/.exec(inner?.name ?? '') ?? [];
  const stem = (inner?.name ?? '').replace(/\.csv$/, '');
  const isLean = LEAN_ROW.test(inner?.text ?? '');
  if (inner !== null && innerDate === undefined && !isLean && headingOf(inner.text).isTable)
    return (
      namedApart(path, stem) ??
      zippedTable(path, stem, () => tradesOnSaturday(shared.read(path, readZip(path)).rows))
    );
  const name = isDayFile ? basename(dirname(path)) : (innerTicker ?? stem.split('_', 1)[0] ?? '');
  const date = isDayFile ? basename(path).slice(0, 8) : innerDate;
  const saturday = (): boolean => date === undefined && tradesOnSaturday(readLeanTable(path, LEAN_UNSCALED));
  const ticker = tickerNamed(name, () => inCryptoFolder(path) || saturday());
  const isOther = inner !== null && innerDate === undefined && !isLean;
  if (ticker === undefined) return isOther ? { reason: NO_HEADER, isOther } : { reason: NO_TICKER };
  if (holdsContracts(path)) return { reason: CONTRACTS };
  if (date === undefined) return { found: [{ ticker, file: { kind: 'lean-table', path } }] };
  const day = parseDay(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`);
  return { found: [{ ticker, file: { kind: 'lean-minutes', path, day } }] };
}

/** Why a zip file is not read whose name surely is another ticker than that of the CSV file within. */
function namedApart(path: string, stem: string): NotRead | undefined {
  const [outer, inner] = [basename(path).replace(/\.zip$/i, ''), stem].map((name) => {
    const named = tickerOf(path, name, () => false);
    const isSure = !('reason' in named) && named.isSure;
    return isSure && !isWord(name.toLowerCase()) ? named.ticker : undefined;
  });
  if (outer === undefined || inner === undefined || outer === inner) return undefined;
  return { reason: `is named after ${outer}, and the file within after ${inner}: name both alike` };
}

function zippedTable(path: string, stem: string, haveSaturdays: () => boolean): Look {
  const named = tickerOf(path, stem, haveSaturdays);
  if ('reason' in named) return named;
  const { ticker, isSure } = named;
  if (ticker === undefined || (!isSure && namesNothing(ticker, stem))) return { reason: NO_TICKER };
  return { found: [{ ticker, file: { kind: 'zipped-table', path } }] };
}

/** Whether what a name may stand for is a word that describes a file; four digits may be a ticker. */
function namesNothing(ticker: string, stem: string): boolean {
  return isWord(ticker.toLowerCase()) && !/^\d{4}$/.test(stem);
}

function inCryptoFolder(path: string): boolean {
  return dirname(path)
    .split(/[\\/]/)
    .some((part) => part.toLowerCase() === 'crypto');
}
