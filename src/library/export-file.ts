import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BackfillError } from '../core/errors.ts';
import { openBarFile } from '../store/parquet/bar-file.ts';
import type { BarStore } from '../store/store.ts';
import { parseAdjust } from './reading.ts';
import { type BarSink, type Exported, exportBars, textSink } from './export.ts';
import { dayRange } from './forget.ts';
import type { ExportRequest } from './history.ts';

/** What `History.export` does; `tickers` undefined: all in the store. */
export async function exportTo(
  store: BarStore,
  tickers: readonly string[] | undefined,
  request: ExportRequest,
): Promise<Exported> {
  const { format = 'csv', interval = '1d', to, stop } = request;
  parseAdjust(request);
  dayRange(request);
  const into = async (sink: BarSink): Promise<Exported> =>
    exportBars(store, tickers, interval, request, stoppable(sink, stop));
  if (typeof to !== 'string') {
    if (format === 'parquet') throw new BackfillError('usage', 'parquet is no text; name a file with --out');
    return into(textSink(format, to));
  }
  const { path, isStream } = await targetOf(to);
  if (isStream && format === 'parquet')
    throw new BackfillError('usage', `${to} is no regular file, which a Parquet file has to be`);
  // A pipe or a device is written to; to put a file in its place would destroy it.
  const write = isStream ? inPlace : wholeFile;
  return write(path, async (temp) => {
    if (format !== 'parquet') {
      return withText(temp, (text) => into(textSink(format, text)));
    }
    const file = openBarFile(temp);
    try {
      return await into(file);
    } finally {
      await file.close();
    }
  });
}

function stoppable(sink: BarSink, stop: AbortSignal | undefined): BarSink {
  return {
    async write(series, bars, isFinal) {
      if (stop?.aborted) throw new BackfillError('cancelled', 'stopped before all was exported');
      await sink.write(series, bars, isFinal);
    },
  };
}

async function withText<T>(
  path: string,
  use: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const file = await open(path, 'w');
  try {
    return await use(async (text) => {
      await file.writeFile(text);
    });
  } finally {
    await file.close();
  }
}

/** Where a file is to be written: what a link points to; `isStream`: a pipe or a device stands there. */
async function targetOf(to: string): Promise<{ path: string; isStream: boolean }> {
  const path = await realpath(to).catch(() => resolve(to));
  const there = await stat(path).catch(() => undefined);
  return { path, isStream: there !== undefined && !there.isFile() && !there.isDirectory() };
}

/** Lets `write` write to what there is. */
async function inPlace<T>(path: string, write: (path: string) => Promise<T>): Promise<T> {
  try {
    return await write(path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Lets `write` fill a hidden file beside `path`, flushes it and renames it, so that `path` is whole or as it was. */
async function wholeFile<T>(path: string, write: (temp: string) => Promise<T>): Promise<T> {
  const temp = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const result = await write(temp);
    await flush(temp);
    await rename(temp, path);
    return result;
  } catch (error) {
    await rm(temp, { force: true });
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): unknown {
  if (error instanceof BackfillError || (error as NodeJS.ErrnoException).code === undefined) return error;
  return new BackfillError('usage', `${path} cannot be written: ${(error as Error).message}`, {
    cause: error,
  });
}

async function flush(path: string): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r+');
    await file.datasync();
  } finally {
    await file?.close();
  }
}
