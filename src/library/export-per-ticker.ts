import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Series } from '../core/bars/bars.ts';
import { BackfillError } from '../core/errors.ts';
import { fileTrouble } from '../core/file-trouble.ts';
import type { BarStore } from '../store/store.ts';
import { exportTo, knownFormat } from './export-file.ts';
import type { Exported } from './exported.ts';
import { outFileAt } from './out-file.ts';
import type { ExportRequest } from './read-options.ts';

/** What `History.export` does with `perTicker`; `tickers` undefined: all in the store. Throws `usage`. */
export async function exportPerTicker(
  store: BarStore,
  tickers: readonly string[] | undefined,
  request: ExportRequest,
): Promise<Exported> {
  const { to, interval = '1d', intervals = [interval] } = request;
  const format = knownFormat(request.format ?? 'parquet');
  if (typeof to !== 'string')
    throw new BackfillError('usage', 'perTicker: each series is a file of its own; name a folder with to');
  // A file that is in the store is refused before a folder is made.
  await outFileAt(to, store);
  const { series: known } = await store.scan({ ...(tickers && { tickers }), intervals });
  const parts: Exported[] = [];
  for (const { series } of known.values()) {
    const path = join(to, fileOf(series, format));
    await makeFolder(dirname(path));
    parts.push(
      await exportTo(store, [series.ticker], { ...request, format, intervals: [series.interval], to: path }),
    );
  }
  return {
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    series: parts.reduce((sum, { series }) => sum + series, 0),
    failures: parts.flatMap(({ failures }) => failures),
    doubts: parts.flatMap(({ doubts }) => doubts),
  };
}

/** `AAPL/AAPL.1m.parquet`; a slash of a ticker is written %2F. */
function fileOf({ ticker, interval }: Series, format: string): string {
  const name = ticker.replaceAll('/', '%2F');
  return join(name, `${name}.${interval}.${format}`);
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new BackfillError('usage', `${path} cannot be made${fileTrouble(error, 'write')}`, {
      cause: error,
    });
  }
}
