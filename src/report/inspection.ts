import { basename, relative, resolve } from 'node:path';
import { type FirstJudgement, judgeFirst } from '../backfill/judge/first-answer.ts';
import { fingerprintOf } from '../core/bars/fingerprint.ts';
import type { Series } from '../core/bars/bars.ts';
import { calendarById, calendarFor } from '../core/calendar/calendars.ts';
import { BackfillError } from '../core/errors.ts';
import type { Interval } from '../core/session/interval.ts';
import { type CsvFolderMarket, inspectedFolder } from '../market/csv-folder.ts';
import type { FileRead } from '../market/csv/file-read.ts';
import type { ClockUsed } from '../market/csv/rows.ts';
import type { Dialect } from '../market/csv/table.ts';
import { type CsvClient, clientOf, readingOf } from '../providers/csv/client.ts';
import { parseReading } from '../providers/csv/parse.ts';
import { CSV_SETTINGS, type CsvSettings } from '../providers/csv/settings.ts';
import type { Basis } from '../providers/provider.ts';
import { alikeText, NAMED, sameSeries, type StoredSeries } from './inspected-alike.ts';
import { asStored, judgedNotes } from './inspected-rows.ts';
import { plural } from './table.ts';
import { assertSettings } from '../providers/settings.ts';

/** What is to be inspected: a file or folder, read as the options of the provider `csv` say. */
export type InspectRequest = CsvSettings & {
  /** A file or a folder. */
  readonly path: string;
};

/** The bars of a file of one ticker and interval. */
export interface InspectedSeries {
  readonly ticker: string;
  readonly interval: Interval;
  /** Null: not known, of a folder with a file a day that is refused. */
  readonly bars: number | null;
  /** Rows that cannot be read, have no price, are not final, or that a run would leave out. */
  readonly refusedRows: number;
  /** Start of the first and last bar: a session date of daily bars, else an instant in UTC; null where there is none. */
  readonly first: string | null;
  readonly last: string | null;
  /** The clock of its stamps; null where they are session dates, and of Lean's files. */
  readonly clock: ClockUsed | null;
  /** What its prices are in, as the file says; null where it does not. */
  readonly currency: string | null;
}

/** What was understood of a file. */
export interface InspectedFile {
  /** Relative to what was asked for; its own name where that is the file. */
  readonly path: string;
  readonly series: readonly InspectedSeries[];
  /** How its table is written; null for Lean's files, and where the file is refused. */
  readonly dialect: Dialect | null;
  /** By what its prices are divided; not there where they are read as they stand. */
  readonly pricesOver?: number;
  /** What a user should know of it: rows that are left out, columns that tell of splits. */
  readonly notes: readonly string[];
  /** Why it, or a ticker in it, is refused, with what would do. */
  readonly refused: readonly string[];
  /** Set for a folder with a file a day, whose files are told beside it. */
  readonly isFolder?: true;
}

/** What would be read of a file or folder. */
export interface Inspection {
  readonly files: readonly InspectedFile[];
  /** What the prices are; null: to be said. */
  readonly basis: Basis | null;
  /** What a run over all of it would store, rows that several files have once; nothing of tickers that are refused. */
  readonly stored: { readonly series: number; readonly bars: number };
  /** Lines about files that are none of bars, and about tickers without a calendar. */
  readonly notes: readonly string[];
}

/**
 * Reads a file or a folder as the provider `csv` does, and stores nothing. `now`, ms since the epoch: which splits are
 * known. Throws `usage` where there is no such file or folder, and for options that cannot be.
 */
export function inspect(request: InspectRequest, now: number): Inspection {
  const { path, ...settings } = request;
  const { basis } = settings;
  assertSettings('csv', settings, CSV_SETTINGS);
  const market = inspectedFolder(path, readingOf(settings));
  const client = clientOf(market, path, { ...settings, basis: basis ?? 'raw' });
  const files = new Map<string, Understood>();
  for (const { path: file, reason } of market.unread.refused) understood(files, file).refused.add(reason);
  const stored: StoredSeries[] = [];
  const ownFault = (file: string, ticker: string): BackfillError | undefined =>
    faultOf(() => inspectedFolder(file, readingOf(settings)).filesRead(ticker));
  for (const ticker of market.tickers())
    inspectTicker(ticker, { market, client, files, stored, basis, now, ownFault });
  const alike = sameSeries(stored);
  for (const [{ ticker, interval }, others] of alike)
    for (const file of market.pathsOf(ticker))
      understood(files, file).refused.add(alikeText(`${ticker} ${interval}`, others));
  const kept = stored.filter((one) => !alike.has(one));
  const root = resolve(path);
  return {
    files: [...files]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([file, what]) => ({
        path: relative(root, file) || path,
        series: what.series,
        dialect: what.dialect,
        ...(what.pricesOver !== undefined && { pricesOver: what.pricesOver }),
        notes: [...what.notes],
        refused: [...what.refused],
        ...(what.isFolder && { isFolder: true as const }),
      })),
    basis: basis ?? null,
    stored: { series: kept.length, bars: kept.reduce((sum, { bars }) => sum + bars, 0) },
    notes: [...market.unread.asides, ...calendarNotes(market.tickers())],
  };
}

interface Understood {
  readonly series: InspectedSeries[];
  dialect: Dialect | null;
  pricesOver?: number;
  isFolder: boolean;
  readonly notes: Set<string>;
  readonly refused: Set<string>;
}

interface Inspecting {
  readonly market: CsvFolderMarket;
  readonly client: CsvClient;
  readonly files: Map<string, Understood>;
  /** Each series that a run would store, as far as they were read. */
  readonly stored: StoredSeries[];
  /** What is wrong with the rows of a ticker in one file by itself. */
  readonly ownFault: (path: string, ticker: string) => BackfillError | undefined;
  readonly basis: Basis | undefined;
  readonly now: number;
}

function understood(files: Map<string, Understood>, path: string): Understood {
  let what = files.get(path);
  if (what === undefined)
    files.set(
      path,
      (what = { series: [], dialect: null, isFolder: false, notes: new Set(), refused: new Set() }),
    );
  return what;
}

/** A line about tickers of whose exchange no calendar is known: they may be none. */
function calendarNotes(tickers: readonly string[]): string[] {
  const unknown = tickers.filter((ticker) => calendarFor(ticker).advisory);
  const more = unknown.length > NAMED ? ` and ${unknown.length - NAMED} more` : '';
  const names = unknown.slice(0, NAMED).join(', ') + more;
  const way = 'rename the files if they are of other tickers';
  return unknown.length === 0
    ? []
    : [`no calendar is known for ${names}: what is expected is a guess; ${way}`];
}

function inspectTicker(ticker: string, inspecting: Inspecting): void {
  const { market, files } = inspecting;
  try {
    for (const read of market.filesRead(ticker)) {
      const what = understood(files, read.path);
      if (read.isLeft !== true) what.series.push(seriesOf(ticker, read));
      if (read.table === null) for (const note of read.notes) what.notes.add(note);
      what.dialect = read.table?.dialect ?? null;
      what.isFolder = read.bars === null;
      if (read.pricesOver !== undefined) what.pricesOver = read.pricesOver;
    }
    const about = market.notRead(ticker);
    for (const path of market.pathsOf(ticker)) {
      const own = `${basename(path)}: `;
      const ofFile = about.filter((note) => note.startsWith(own));
      for (const note of ofFile) understood(files, path).notes.add(note.slice(own.length));
    }
  } catch (error) {
    refuse(error, ticker, inspecting);
    return;
  }
  for (const interval of market.intervals(ticker)) {
    try {
      readAll(ticker, interval, inspecting);
    } catch (error) {
      if (refuse(error, ticker, inspecting)) continue;
      const range = market.span(ticker, interval);
      if (range !== undefined) {
        const { bars } = market.read(ticker, interval, range);
        inspecting.stored.push({ ticker, interval, bars: bars.length, fingerprint: fingerprintOf(bars) });
      }
    }
  }
}

/** Reads a whole series as a run would, which may find that its basis is another. */
function readAll(
  ticker: string,
  interval: Interval,
  { market, client, files, stored, basis, now }: Inspecting,
): void {
  const range = market.span(ticker, interval);
  if (range === undefined) return;
  const reading = client.read({ series: { ticker, interval }, range, now });
  const answer = parseReading(reading, interval, basis ?? 'raw', client.adjustedOn);
  const calendar = calendarById(reading.listing.calendar);
  const series = { ticker, interval };
  const judged = judgeFirst(answer, { series, calendar, range }, 'csv', now);
  if (judged.stored > 0) stored.push({ ...series, bars: judged.stored, fingerprint: judged.fingerprint });
  const { dropped, oddities, toCome } = reading;
  const paths = market.pathsOf(ticker);
  // The series is read as a whole: which file has how many of them is not known.
  const where = paths.length === 1 ? '' : ` in its ${paths.length} files`;
  const leftOut = `${plural(dropped, 'row')} of ${ticker} ${interval}${where} left out: outside regular hours, or off their grid`;
  const impossible = judged.badActions.map(({ reason }) => `${reason}: not to be applied`);
  const ofSeries = [...oddities.map(({ note }) => note), ...impossible, ...toCome];
  const ofRows = [...(dropped > 0 ? [leftOut] : []), ...judgedNotes(judged, `${ticker} ${interval}${where}`)];
  const [only, ...more] = paths;
  if (only !== undefined && more.length === 0) countAsStored(understood(files, only), series, judged);
  for (const { path: read, bars } of market.filesRead(ticker))
    if (bars === null) countAsStored(understood(files, read), series, judged);
  for (const [i, path] of paths.entries()) {
    const { notes, refused } = understood(files, path);
    for (const note of i === 0 ? ofRows : []) notes.add(note);
    const reason = judged.lost ?? (judged.stored === 0 ? noBarText(series) : null);
    if (reason !== null) refused.add(reason);
    for (const note of ofSeries) notes.add(note);
  }
}

/** What is to be said where nothing of a series would be stored, few as its rows are. */
function noBarText({ ticker, interval }: Series): string {
  const clock = interval === '1d' ? '' : ' and their clock (--csv-zone)';
  return `none of its rows of ${ticker} ${interval} is a bar that a run would store: check their times${clock}, and their prices`;
}

/** Counts the rows of a series as a run would, where they are all of one file. */
function countAsStored({ series }: Understood, { ticker, interval }: Series, judged: FirstJudgement): void {
  const i = series.findIndex((one) => one.ticker === ticker && one.interval === interval);
  const one = series[i];
  if (one === undefined) return;
  const text = startText(one.interval === '1d' || one.bars === null);
  series[i] = { ...asStored(one, judged), first: text(judged.first), last: text(judged.last) };
}

/**
 * Notes for all files of a ticker that it is refused; or, where nobody said the basis, what is to be said. Whether it is
 * refused. Throws what is no error of the files.
 */
function refuse(error: unknown, ticker: string, inspecting: Inspecting): boolean {
  const { market, files, basis, ownFault } = inspecting;
  if (!(error instanceof BackfillError)) throw error;
  const { code, message } = error;
  const paths = market.pathsOf(ticker);
  const isAsked = code === 'basis-unknown' && basis === undefined;
  for (const path of paths) {
    const { notes, refused } = understood(files, path);
    const isOther = paths.length > 1 && !message.includes(path);
    const own = isOther && !isAsked ? ownFault(path, ticker)?.message : undefined;
    (isAsked ? notes : refused).add(reasonFor(path, own ?? message, paths));
  }
  return !isAsked;
}

/** What reading throws that is an error of the files; undefined where nothing. */
function faultOf(read: () => unknown): BackfillError | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof BackfillError) return error;
    throw error;
  }
}

/** What an error that names one of a ticker's files first, or two, is below the name of one of them all. */
function reasonFor(path: string, message: string, paths: readonly string[]): string {
  const own = paths.find((one) => message.startsWith(one) && /^[:, ]/.test(message.slice(one.length)));
  if (own === undefined) return message;
  const rest = message.slice(own.length);
  const other = paths.find((one) => rest.startsWith(` and ${one} `));
  if (path === other || (path === own && other !== undefined))
    return `it and ${path === own ? other : own}${rest.slice(` and ${other}`.length)}`;
  return path === own ? rest.replace(/^[:,] /, '') : `another file of its ticker is: ${message}`;
}

function seriesOf(
  ticker: string,
  { interval, bars, refused, first, last, table, currency }: FileRead,
): InspectedSeries {
  const text = startText(interval === '1d' || bars === null);
  const clock = table?.clock ?? null;
  const range = { first: text(first), last: text(last) };
  return { ticker, interval, bars, refusedRows: refused, ...range, clock, currency };
}

/** Start of a bar as text: its date, or its minute in UTC. */
function startText(isDate: boolean): (ts: number | null) => string | null {
  return (ts) =>
    ts === null ? null : new Date(ts).toISOString().slice(0, isDate ? 10 : 16) + (isDate ? '' : 'Z');
}
