import type { Bar, Series } from '../core/bars.ts';
import { formatDay, utcDayOf } from '../core/day.ts';
import { BackfillError } from '../core/errors.ts';
import type { Interval } from '../core/interval.ts';
import { seriesKey } from '../core/bars.ts';
import type { BarStore } from '../store/store.ts';
import { intervalsFor, openAdjusted } from './adjusted.ts';
import type { ExportFormat, ReadOptions } from './history.ts';

/** A series that was left out, and why. */
export interface NotExported {
  readonly series: Series;
  readonly reason: string;
}

export interface Exported {
  readonly rows: number;
  readonly series: number;
  readonly failures: readonly NotExported[];
  /** What is odd about the dividends that bars were adjusted for, a line each. */
  readonly doubts: readonly string[];
}

/** Where the bars of an export go. */
export interface BarSink {
  write(series: Series, bars: readonly Bar[]): Promise<void>;
}

/** Gives the bars of many series to `sink`, ticker by ticker, a partition at a time. One that cannot be adjusted is left out. */
export async function exportBars(
  store: BarStore,
  tickers: readonly string[],
  interval: Interval,
  options: ReadOptions,
  sink: BarSink,
): Promise<Exported> {
  const scan = await store.scan({ tickers, intervals: intervalsFor(interval) });
  const failures: NotExported[] = [];
  const doubts: string[] = [];
  let rows = 0;
  let exported = 0;
  for (const ticker of new Set(tickers)) {
    const series = { ticker, interval };
    try {
      if (!scan.series.has(seriesKey(series)))
        throw new BackfillError('no-data', `${seriesKey(series)} is not in the store`, { ticker });
      const adjusted = await openAdjusted(store, scan, series, options);
      for await (const bars of adjusted.bars) {
        rows += bars.length;
        await sink.write(series, bars);
      }
      doubts.push(...adjusted.doubts.map((doubt) => `${seriesKey(series)} ${doubt}`));
      exported++;
    } catch (error) {
      if (!(error instanceof BackfillError) || !LEFT_OUT.has(error.code)) throw error;
      failures.push({ series, reason: error.message });
    }
  }
  return { rows, series: exported, failures, doubts };
}

const LEFT_OUT: ReadonlySet<string> = new Set(['basis-unknown', 'no-data', 'store-corrupt']);

const COLUMNS = ['open', 'high', 'low', 'close', 'volume', 'vwap', 'trades'] as const;

/** A sink of text: CSV with a heading, or one JSON object a line. */
export function textSink(
  format: Exclude<ExportFormat, 'parquet'>,
  write: (text: string) => Promise<void>,
): BarSink {
  let headed = format === 'ndjson';
  return {
    async write(series, bars) {
      if (!headed) await write(`ticker,ts,${COLUMNS.join(',')},source\n`);
      headed = true;
      const line = format === 'csv' ? csvLine : jsonLine;
      for (let i = 0; i < bars.length; i += LINES)
        await write(
          bars
            .slice(i, i + LINES)
            .map((bar) => line(series, bar))
            .join(''),
        );
    },
  };
}

/** Lines that are written at once. */
const LINES = 5000;

function csvLine(series: Series, bar: Bar): string {
  const values = COLUMNS.map((column) => csvNumber(bar[column]));
  return `${csvField(series.ticker)},${stampOf(series, bar)},${values.join(',')},${csvField(bar.source)}\n`;
}

function jsonLine(series: Series, bar: Bar): string {
  const values = Object.fromEntries(COLUMNS.map((column) => [column, bar[column]]));
  return `${JSON.stringify({ ticker: series.ticker, ts: stampOf(series, bar), ...values, source: bar.source })}\n`;
}

/** Empty for what is not known. */
function csvNumber(value: number | null): string {
  return value === null || Number.isNaN(value) ? '' : String(value);
}

/** Text as a field of CSV (RFC 4180). */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function stampOf({ interval }: Series, { ts }: Bar): string {
  return interval === '1d' ? formatDay(utcDayOf(ts)) : new Date(ts).toISOString().replace('.000Z', 'Z');
}
