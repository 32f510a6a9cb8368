import { concatBars } from '../../core/bars/concat-bars.ts';
import { pairOf } from '../../core/calendar/calendars.ts';
import type { ErrorDetails } from '../../core/errors.ts';
import { startOfDay } from '../../core/session/day.ts';
import { intervalMs } from '../../core/session/interval.ts';
import { errorByStatus, firstLine } from '../http/status.ts';
import type { Call } from '../http/steps.ts';
import type { HttpAnswer } from '../http/transport.ts';
import type { ListRequest, Part } from '../provider.ts';
import { rawAnswer } from '../raw-answer.ts';
import { UnreadableFile, digestIn, emptyDays, openFile } from './archive.ts';
import { isRefusal, notRead, refusalIn } from './errors.ts';
import { type KlineRows, pageRows } from './parse.ts';
import { type Hosts, checksumCall, fileCall, fileName, klinesCall } from './request.ts';
import { type Source, sourcesOf } from './sources.ts';
import { symbolOf } from './symbols.ts';

/** How far the chain of a pair is: what it has read, and what it reads next. */
export interface Progress {
  /** What is still to be read; the first of it is under way. */
  readonly sources: readonly Source[];
  /** Where the next page of klines opens, ms since the epoch. */
  readonly from: number;
  /** Of the file under way: its digest, as soon as that is told. */
  readonly digest: string | null;
  /** Whether that file was asked for before, in vain. */
  readonly isAgain: boolean;
  readonly rows: readonly KlineRows[];
  /** What is over by our clock and by the server's, ms since the epoch. */
  readonly asOf: number;
  /** The files that could not be read, a line each. */
  readonly notRead: readonly string[];
}

/** What a chain asks for and where it begins. */
export function begun({ interval, range, now }: ListRequest): Progress {
  const nothing = { sources: [], from: 0, digest: null, isAgain: false, rows: [], asOf: now, notRead: [] };
  return before(nothing, sourcesOf(interval, range, now));
}

/** The same chain as it comes to other sources. */
function before(progress: Progress, sources: readonly Source[]): Progress {
  const from = startOfDay(sources[0]?.days.from ?? 0);
  return { ...progress, sources, from, digest: null, isAgain: false };
}

/** The next request. */
export function callOf(asked: ListRequest, progress: Progress, hosts: Hosts): Call {
  const { symbol, source } = underWay(asked, progress);
  const { interval } = asked;
  if (source.month === null) return klinesCall(hosts, symbol, interval, source, progress.from);
  const file = { symbol, interval, month: source.month, isAgain: progress.isAgain };
  return progress.digest === null ? checksumCall(hosts, file) : fileCall(hosts, file);
}

/** Whether the next request asks the archive. */
export function isOfArchive({ sources: [source] }: Progress): boolean {
  return source !== undefined && source.month !== null;
}

/** The chain goes on without the archive's file, as nothing of use comes from there. */
export function withoutArchive(progress: Progress, { message }: Error): Progress {
  const [source] = progress.sources as readonly [Source];
  const line = `Binance's archive is of no use (${message}); its months were asked of the API`;
  return insteadOf(source, noting(progress, line));
}

function noting(progress: Progress, line: string): Progress {
  return { ...progress, notRead: [...new Set([...progress.notRead, line])] };
}

function underWay({ tickers }: ListRequest, { sources }: Progress): { symbol: string; source: Source } {
  const [[ticker], [source]] = [tickers as readonly [string], sources as readonly [Source]];
  return { symbol: symbolOf(ticker), source };
}

/** The chain after an answer. Throws what the answer says instead. */
export function after(answer: HttpAnswer, asked: ListRequest, progress: Progress, hosts: Hosts): Progress {
  const { symbol, source } = underWay(asked, progress);
  if (source.month === null) return afterPage(answer, asked, progress, { symbol, source, api: hosts.api });
  const file = { source, name: fileName(symbol, asked.interval, source.month) };
  // It is not published yet, the pair was not listed then, or no archive is there.
  if (answer.status === 404 || answer.status === 403)
    return insteadOf({ ...source, isLacking: true }, progress);
  if (answer.status !== 200) {
    const about = `it answered ${answer.status}: ${firstLine(answer.body)}`;
    throw errorByStatus(answer, about);
  }
  return progress.digest === null
    ? afterChecksum(answer, progress, file)
    : afterFile(answer, asked, progress, file);
}

/** The days of a file are asked of the API, and what followed then follows. */
function insteadOf(source: Source, progress: Progress): Progress {
  return before(progress, [{ ...source, month: null }, ...progress.sources.slice(1)]);
}

const LACKING = "Binance's archive lacks files of months that its API has; their days were asked there";

interface Page {
  readonly symbol: string;
  readonly source: Source;
  readonly api: string;
}

/**
 * A page is followed by the next until one is empty, or has the last kline that there can be: one that was cut short is no
 * end.
 */
function afterPage(answer: HttpAnswer, asked: ListRequest, progress: Progress, of: Page): Progress {
  const { symbol, source, api } = of;
  const refuseAs =
    (details: ErrorDetails) =>
    (what: string): never => {
      throw notRead(`Binance's answer for ${symbol} is no klines: ${what}`, details);
    };
  const body = answer.status === 200 ? parsed(answer, refuseAs({})) : undefined;
  if (body === undefined || isRefusal(body)) throw refusalIn(answer, symbol, api);
  const asOf = Math.min(progress.asOf, serverTime(answer));
  const { interval } = asked;
  const to = startOfDay(source.days.to);
  // A list is what klines come as, whatever is wrong with them.
  const refuse = refuseAs(Array.isArray(body) ? { isOfOne: true } : {});
  const rows = pageRows(body, { interval, from: progress.from, to, asOf }, refuse);
  const next = rows.latest + intervalMs(interval);
  const isNews = source.isLacking === true && rows.bars.length > 0;
  const noted = isNews ? noting(progress, LACKING) : progress;
  const read = { ...noted, asOf, rows: [...progress.rows, rows] };
  const isOver = rows.latest < progress.from || next >= Math.min(to, asOf);
  return isOver ? before(read, progress.sources.slice(1)) : { ...read, from: next };
}

/** The clock of the server, which may be behind ours: what it had not seen the end of is not over. */
function serverTime({ headers }: HttpAnswer): number {
  const at = Date.parse(headers.date ?? '');
  // It is told in whole seconds.
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at + 999;
}

function parsed({ body }: HttpAnswer, refuse: (what: string) => never): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    return refuse(`it does not parse (${error instanceof Error ? error.message : String(error)})`);
  }
}

interface MonthFile {
  readonly source: Source;
  /** `BTCUSDT-1m-2024-03`. */
  readonly name: string;
}

function afterChecksum({ body }: HttpAnswer, progress: Progress, file: MonthFile): Progress {
  const digest = digestIn(body, `${file.name}.zip`);
  return digest === undefined
    ? afterNothing(progress, file, 'its .CHECKSUM is no digest of it')
    : { ...progress, digest };
}

/** Days of which a file has no row are asked of the API before that is believed. */
function afterFile(
  { bytes = new Uint8Array() }: HttpAnswer,
  { interval }: ListRequest,
  progress: Progress,
  file: MonthFile,
): Progress {
  const { days } = file.source;
  const { asOf, digest } = progress;
  const asked = { interval, from: startOfDay(days.from), to: startOfDay(days.to), asOf };
  try {
    const rows = openFile(bytes, digest ?? '', file.name, asked);
    const empty = emptyDays(rows, days).map((run): Source => ({ month: null, days: run }));
    const read = { ...progress, rows: [...progress.rows, rows] };
    return before(read, [...empty, ...progress.sources.slice(1)]);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return afterNothing(progress, file, error.message);
  }
}

/**
 * A file that cannot be read is asked for once more, with its digest: it may have been replaced between the two. Then its days
 * are asked of the API.
 */
function afterNothing(progress: Progress, { source, name }: MonthFile, why: string): Progress {
  if (!progress.isAgain) return { ...progress, digest: null, isAgain: true };
  const line = `${name}.zip of Binance's archive, tried twice: ${why}; its days were asked of the API`;
  return insteadOf(source, noting(progress, line));
}

/** What a chain that is at its end says of its pair. */
export function partOf(asked: ListRequest, { rows, asOf, notRead: lines }: Progress): Part {
  const [ticker] = asked.tickers as readonly [string];
  const unfinished = rows.reduce((sum, one) => sum + one.unfinished, 0);
  const answer = rawAnswer(
    ticker,
    { range: asked.range, now: asOf },
    concatBars(rows.map(({ bars }) => bars)),
    {
      unusable: rows.flatMap(({ unusable }) => unusable),
      identity: { currency: pairOf(ticker)[1], exchange: 'Binance', type: 'crypto', firstTrade: null },
      ...{ dropped: unfinished, unfinished },
      ...(lines.length > 0 && { notRead: lines }),
    },
  );
  return { ticker, answer };
}
