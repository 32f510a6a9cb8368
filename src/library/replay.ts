import type { Series } from '../core/bars/bars.ts';
import { knownAt } from '../core/bars/columns.ts';
import { TimeQueue } from '../core/bars/time-queue.ts';
import { BackfillError } from '../core/errors.ts';
import { eachBounded } from '../store/bounded.ts';
import { BAR_COLUMNS, type BarBatchOptions } from './bar-batch.ts';
import { type BarSource, barSource } from './bar-source.ts';
import { type Calling, countedIn } from './counted-in.ts';
import type { Replay, ReplayBatch, ReplayOptions, ReplayRow, ReplayRowOptions } from './replay-batch.ts';
import { ReplayCursor, type ReplayedSeries, seriesOpener } from './replay-cursor.ts';
import { ReplayGathering } from './replay-gather.ts';
import { replayWindows } from './replay-windows.ts';
import type { VerdictTools } from './verdict-in.ts';

/** How much is done at a time, in bars. Defaults are the right ones. */
interface ReplaySizes {
  /** Of a batch, as far as it ends with an instant. */
  readonly batch?: number;
  /** In memory. */
  readonly memory?: number;
}

/** What `History.replay` gives. Throws `usage` and what `barSource` does. */
export function replayOf(
  tools: VerdictTools & Calling,
  series: Series | readonly Series[],
  options: ReplayOptions | ReplayRowOptions,
  sizes: ReplaySizes = {},
): Replay<ReplayBatch | ReplayRow> {
  const { rows = false, ...how }: Omit<ReplayOptions, 'rows'> & { readonly rows?: boolean } = options;
  if (typeof rows !== 'boolean')
    throw new BackfillError('usage', `rows ${String(rows)}: must be true or false`);
  if (rows && how.columns !== undefined)
    throw new BackfillError('usage', 'columns: rows have all of them; leave out columns, or rows');
  const source = barSource(tools, series, how);
  return {
    verdict: () => tools.call(() => source.verdict()),
    [Symbol.asyncIterator]: () => {
      const batches = countedIn(tools, batchesIn(tools, source, sizes));
      return rows ? rowsIn(batches) : batches;
    },
  };
}

/** Bars in time order, window by window; nothing is read before it is asked for. */
async function* batchesIn(
  { store }: VerdictTools,
  source: BarSource<BarBatchOptions>,
  { batch, memory }: ReplaySizes,
): AsyncGenerator<ReplayBatch> {
  const { series, options } = source;
  const open = seriesOpener(store, await source.readable(), options);
  const cursors = await cursorsOf(series, open, memory);
  const queue = new TimeQueue();
  await eachBounded(cursors, async (cursor) => cursor?.advance());
  for (const [of, cursor] of cursors.entries())
    if (cursor !== undefined && cursor.at.length > 0) queue.add(of, cursor.at[0] as number);
  const gathering = new ReplayGathering(series, options.columns ?? BAR_COLUMNS, batch);
  for (let due = queue.take(); due !== undefined; due = queue.take()) {
    for (const of of due.places) {
      const cursor = cursors[of] as ReplayCursor;
      do {
        gathering.add(of, cursor);
        cursor.place++;
        if (cursor.place === cursor.at.length) {
          gathering.moved(of);
          await cursor.advance();
        }
      } while (cursor.at[cursor.place] === due.time);
      if (cursor.place < cursor.at.length) queue.add(of, cursor.at[cursor.place] as number);
    }
    if (gathering.isFull) yield gathering.taken() as ReplayBatch;
  }
  const last = gathering.taken();
  if (last !== undefined) yield last;
}

/** Those of the series, in their order; none of one that has nothing to read. */
async function cursorsOf(
  series: readonly Series[],
  open: (series: Series) => Promise<ReplayedSeries | undefined>,
  memory: number | undefined,
): Promise<readonly (ReplayCursor | undefined)[]> {
  const opened = series.map((): ReplayedSeries | undefined => undefined);
  await eachBounded(series, async (one, of) => {
    opened[of] = await open(one);
  });
  const windows = replayWindows(
    opened.flatMap((one) => one?.stretch ?? []),
    memory,
  );
  return opened.map((one) => one && new ReplayCursor(one, windows));
}

async function* rowsIn(batches: AsyncIterable<ReplayBatch>): AsyncGenerator<ReplayRow> {
  for await (const bars of batches) for (let i = 0; i < bars.rows; i++) yield rowAt(bars, i);
}

/** Written out, like `storedBarAt`. */
function rowAt(bars: ReplayBatch, i: number): ReplayRow {
  const { codes, names } = bars.source;
  return {
    series: bars.series[bars.of[i] as number] as Series,
    at: bars.at[i] as number,
    ts: bars.ts[i] as number,
    open: bars.open[i] as number,
    high: bars.high[i] as number,
    low: bars.low[i] as number,
    close: bars.close[i] as number,
    volume: bars.volume[i] as number,
    vwap: knownAt(bars.vwap, i),
    trades: knownAt(bars.trades, i),
    source: names[codes[i] as number] as string,
    fetchedAt: bars.fetchedAt[i] as number,
  };
}
