import { BackfillError } from '../core/errors.ts';
import { option } from '../core/option-name.ts';
import { shown } from '../core/shown.ts';
import type { Interval } from '../core/session/interval.ts';
import { openBarFile } from '../store/bar-file.ts';
import type { BarStore } from '../store/store.ts';
import { parseAdjust } from './reading.ts';
import { type BarSink, exportBars, textSink } from './export.ts';
import type { Exported } from './exported.ts';
import { dayRange } from './forget.ts';
import { EXPORT_FORMATS, type ExportFormat, type ExportRequest } from './read-options.ts';
import { outFileAt, writeOut, writeText } from './out-file.ts';

/** What `History.export` does; `tickers` undefined: all in the store. */
export async function exportTo(
  store: BarStore,
  tickers: readonly string[] | undefined,
  request: ExportRequest,
): Promise<Exported> {
  const { to, stop } = request;
  const [format, interval] = [knownFormat(request.format ?? 'csv'), onlyInterval(request)];
  if (!['string', 'function'].includes(typeof to))
    throw new BackfillError(
      'usage',
      `export: to ${shown(to)}: must be the path of a file, or a function that takes text`,
    );
  const { mode } = parseAdjust(request);
  dayRange(request);
  const into = async (sink: BarSink): Promise<Exported> =>
    exportBars(store, tickers, interval, request, stoppable(sink, stop));
  const asText = async (write: (text: string) => Promise<void>): Promise<Exported> => {
    const sink = textSink(format === 'parquet' ? 'csv' : format, mode, write);
    const exported = await into(sink);
    if (exported.failures.length === 0) await sink.end();
    return exported;
  };
  if (typeof to !== 'string') {
    if (format === 'parquet')
      throw new BackfillError('usage', `parquet is no text; name a file with ${option('to')}`);
    return asText(to);
  }
  const file = await outFileAt(to, store);
  if (file.isStream && format === 'parquet')
    throw new BackfillError('usage', `${to} is no regular file, which a Parquet file has to be`);
  const write = async (path: string): Promise<Exported> => {
    if (format !== 'parquet') return writeText(path, asText);
    const bars = openBarFile(path, mode);
    try {
      return await into(bars);
    } finally {
      await bars.close();
    }
  };
  // A heading without a bar is worth less than what is there.
  return writeOut(file, write, ({ series }) => series > 0);
}

/** Throws `usage` for a format that there is not. */
export function knownFormat(format: ExportFormat): ExportFormat {
  if (EXPORT_FORMATS.includes(format)) return format;
  throw new BackfillError(
    'usage',
    `export: there is no format ${shown(format)}; there are ${EXPORT_FORMATS.join(', ')}`,
  );
}

function onlyInterval({ interval = '1d', intervals = [interval] }: ExportRequest): Interval {
  const [only, ...others] = intervals;
  if (only !== undefined && others.length === 0) return only;
  throw new BackfillError(
    'usage',
    `export: intervals ${shown(intervals)}: a file has bars of one; name one, or give perTicker for files of several`,
  );
}

function stoppable(sink: BarSink, stop: AbortSignal | undefined): BarSink {
  return {
    async write(series, bars, isFinal) {
      if (stop?.aborted) throw new BackfillError('cancelled', 'stopped before all was exported');
      await sink.write(series, bars, isFinal);
    },
  };
}
