import type { Series } from '../core/bars/bars.ts';
import type { StoredBars } from '../core/bars/columns.ts';
import { BackfillError } from '../core/errors.ts';
import type { Interval } from '../core/session/interval.ts';
import { seriesKey } from '../core/bars/bars.ts';
import type { Adjustment } from '../core/adjust/factors.ts';
import type { BarStore } from '../store/store.ts';
import { ANY_TICKER, type Scan, type SeriesState, unreadableIn } from '../store/scan.ts';
import { isDamage } from '../store/damage.ts';
import { intervalsFor, openAdjusted } from './adjusted.ts';
import { damageInRange } from './damage-in-range.ts';
import { BAR_COLUMNS, batchOf } from './bar-batch.ts';
import { formOf, headingOf, linesOf } from './bar-lines.ts';
import type { Exported, NotExported } from './exported.ts';
import { finality, type IsFinal } from './finality.ts';
import { hasBar, notFound } from './not-found.ts';
import { readingOf } from './reading.ts';
import type { ExportFormat, ReadOptions } from './read-options.ts';

/** Where the bars of an export go. `isFinal` says of a stamp whether its session was settled when it was stored. */
export interface BarSink {
  write(series: Series, bars: StoredBars, isFinal: IsFinal): Promise<void>;
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
  const isAny = (ticker: string): boolean =>
    damageInRange(scan, { ticker, interval }, options).some((file) => file.ticker === ANY_TICKER);
  const damaged = unreadableIn(scan).filter((file) =>
    file.ticker === ANY_TICKER
      ? (tickers?.some(isAny) ?? true)
      : file.interval === interval && !file.isRevisions,
  );
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
    const isLost = interval === '1d' && (isAny(ticker) || damaged.some((file) => file.ticker === ticker));
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
  const form = formOf(adjust);
  let headed = format === 'ndjson';
  const head = async (): Promise<void> => {
    if (!headed) await write(`${headingOf(form).join(',')}\n`);
    headed = true;
  };
  return {
    end: head,
    async write(series, bars, isFinal) {
      await head();
      const batch = batchOf(series, bars, BAR_COLUMNS);
      for (const lines of linesOf(form, format === 'csv' ? 'csv' : 'json', batch, isFinal))
        await write(`${lines.join('\n')}\n`);
    },
  };
}
