import type { Series } from '../core/bars/bars.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { type StoredBars, barAt, sourceAt } from '../core/bars/columns.ts';
import { formatDay, utcDayOf } from '../core/session/day.ts';
import { BackfillError } from '../core/errors.ts';
import type { Interval } from '../core/session/interval.ts';
import { seriesKey } from '../core/bars/bars.ts';
import type { Adjustment } from '../core/adjust/factors.ts';
import { isOutsideRange } from '../core/checks/outside-range.ts';
import { sessionDateOf } from '../core/bars/partition.ts';
import { contains } from '../core/session/ranges.ts';
import type { BarStore } from '../store/store.ts';
import { type Scan, type SeriesState, unreadableIn } from '../store/scan.ts';
import { isDamage } from '../store/damage.ts';
import { intervalsFor, openAdjusted } from './adjusted.ts';
import type { Exported, NotExported } from './exported.ts';
import { hasBar, notFound } from './not-found.ts';
import { readingOf } from './reading.ts';
import type { ExportFormat, ReadOptions } from './read-options.ts';

/** Where the bars of an export go. `isFinal` says of a stamp whether its session was settled when it was stored. */
export interface BarSink {
  write(series: Series, bars: StoredBars, isFinal: (ts: number) => boolean): Promise<void>;
}

/**
 * Gives the bars of many tickers (default: all in the store) to `sink`, ticker by ticker, a partition at a time. A series
 * that cannot be adjusted is left out, and so is a file that cannot be read.
 */
export async function exportBars(
  store: BarStore,
  tickers: readonly string[] | undefined,
  interval: Interval,
  options: ReadOptions,
  sink: BarSink,
): Promise<Exported> {
  const scan = await store.scan(tickers && { tickers, intervals: intervalsFor(interval) });
  const damaged = unreadableIn(scan).filter((file) => file.interval === interval && !file.isRevisions);
  const failures: NotExported[] = damaged.map(({ ticker, path, reason }) => ({
    series: { ticker, interval },
    reason: `${path}: ${reason}`,
  }));
  const leaveOut = (series: Series, { message }: BackfillError): void => {
    if (!damaged.some(({ path }) => message.includes(path))) failures.push({ series, reason: message });
  };
  const doubts: string[] = [];
  const missing = notFound(scan, { tickers, intervals: [interval] }, (state) =>
    isReadable(scan, state, options),
  );
  const reasonOf = new Map(missing.map(({ ticker, reason }) => [ticker, reason]));
  let rows = 0;
  let exported = 0;
  for (const ticker of new Set(tickers ?? tickersIn(scan))) {
    const series = { ticker, interval };
    const reason = reasonOf.get(ticker);
    if (reason !== undefined) failures.push({ series, reason });
    const state = scan.series.get(seriesKey(series));
    // Of daily bars, which are one file, as a query has it: a part of what was there is left out with the rest.
    const isLost = interval === '1d' && damaged.some((file) => file.ticker === ticker);
    if (state === undefined || isLost || !isReadable(scan, state, options)) continue;
    try {
      const onDamage = (error: BackfillError): void => leaveOut(series, error);
      const adjusted = await openAdjusted(store, scan, series, options, onDamage);
      const before = rows;
      for await (const bars of adjusted.bars) {
        if (bars.length === 0) continue;
        rows += bars.length;
        await sink.write(series, bars, finality(state));
      }
      for (const doubt of adjusted.doubts) doubts.push(`${seriesKey(series)} ${doubt}`);
      if (rows > before) exported++;
    } catch (error) {
      const isKnown = error instanceof BackfillError && error.code === 'basis-unknown';
      if (!isKnown && !isDamage(error)) throw error;
      leaveOut(series, error);
    }
  }
  return { rows, series: exported, failures, doubts };
}

/** Whether a series has bars that are asked for. */
function isReadable(scan: Scan, state: SeriesState, options: ReadOptions): boolean {
  const reading = readingOf(scan, state.series, options);
  return reading !== undefined && hasBar(state, reading.days);
}

function tickersIn({ series }: Scan): string[] {
  return [...new Set([...series.values()].map((state) => state.series.ticker))].toSorted();
}

/** Whether the bar of a series that starts at a stamp is final. */
function finality({ series, calendar, coverage }: SeriesState): (ts: number) => boolean {
  const { provisional } = coverage;
  if (provisional.length === 0) return () => true;
  const sessionOf = sessionDateOf(series.interval, calendarById(calendar));
  return (ts) => !contains(provisional, sessionOf(ts));
}

const COLUMNS = ['open', 'high', 'low', 'close', 'volume', 'vwap', 'trades'] as const;

/** A sink of text; `end`: what is to be written though no bar came. */
interface TextSink extends BarSink {
  end(): Promise<void>;
}

/**
 * A sink of text: CSV with a heading, or one JSON object a line. Bars as traded (`adjust` is `none`) are written exactly;
 * others say in a last column what they are adjusted for, so that nobody takes them for such.
 */
export function textSink(
  format: Exclude<ExportFormat, 'parquet'>,
  adjust: Adjustment,
  write: (text: string) => Promise<void>,
): TextSink {
  const shown = adjust === 'none' ? exactly : withoutNoise;
  const basis = adjust === 'none' ? undefined : adjust;
  let headed = format === 'ndjson';
  const head = async (): Promise<void> => {
    if (!headed)
      await write(
        `ticker,ts,${COLUMNS.join(',')},source,is_final,outside_range${basis === undefined ? '' : ',adjusted'}\n`,
      );
    headed = true;
  };
  return {
    end: head,
    async write(series, bars, isFinal) {
      await head();
      const line = format === 'csv' ? csvLine : jsonLine;
      for (let from = 0; from < bars.length; from += LINES) {
        let lines = '';
        for (let i = from; i < Math.min(bars.length, from + LINES); i++)
          lines += line(series, bars, i, { shown, basis, isFinal: isFinal(bars.ts[i] as number) });
        await write(lines);
      }
    },
  };
}

/** Lines that are written at once. */
const LINES = 5000;

/** How a line is written. */
interface Written {
  readonly shown: Shown;
  /** What its prices are adjusted for; undefined: nothing. */
  readonly basis: string | undefined;
  readonly isFinal: boolean;
}

/** A value as it is written. */
type Shown = (value: number | null) => number | null;

const exactly: Shown = (value) => value;

/** Digits that a double keeps of any decimal: what a product of factors has beyond them (92.84279999999998) is noise. */
const SURE_DIGITS = 15;

const withoutNoise: Shown = (value) =>
  value === null || Number.isInteger(value) ? value : Number(value.toPrecision(SURE_DIGITS));

function csvLine(series: Series, bars: StoredBars, i: number, { shown, basis, isFinal }: Written): string {
  const bar = barAt(bars, i);
  const values = COLUMNS.map((column) => csvNumber(shown(bar[column]))).join(',');
  const flags = `${isFinal},${isOutsideRange(bar)}${basis === undefined ? '' : `,${basis}`}`;
  return `${csvField(series.ticker)},${stampOf(series, bar.ts)},${values},${csvField(sourceAt(bars, i))},${flags}\n`;
}

function jsonLine(series: Series, bars: StoredBars, i: number, { shown, basis, isFinal }: Written): string {
  const bar = barAt(bars, i);
  const values = Object.fromEntries(COLUMNS.map((column) => [column, shown(bar[column])]));
  const flags = { is_final: isFinal, outside_range: isOutsideRange(bar), adjusted: basis };
  const { ticker } = series;
  return `${JSON.stringify({ ticker, ts: stampOf(series, bar.ts), ...values, source: sourceAt(bars, i), ...flags })}\n`;
}

/** Empty for what is not known. */
function csvNumber(value: number | null): string {
  return value === null || Number.isNaN(value) ? '' : String(value);
}

/** Text as a field of CSV (RFC 4180). */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function stampOf({ interval }: Series, ts: number): string {
  return interval === '1d' ? formatDay(utcDayOf(ts)) : new Date(ts).toISOString().replace('.000Z', 'Z');
}
