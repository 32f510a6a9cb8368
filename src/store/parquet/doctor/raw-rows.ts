import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { Bar } from '../../../core/bars.ts';
import { type Footer, readFooter } from '../decode.ts';
import { BAR_COLUMNS } from '../encode.ts';

/** What a file of bars holds, however wrong: a value that is none is NaN. */
export interface RawBars {
  readonly footer: Footer;
  /** In the order of the file. */
  readonly bars: readonly Bar[];
}

/** Why a file gives no rows at all. */
export interface Unusable {
  readonly kind: 'unreadable' | 'wrong-schema' | 'damaged-rows';
  readonly what: string;
}

/** Timestamps as ms since the epoch whatever unit the file has. */
const PARSERS = {
  timestampFromMilliseconds: (value: bigint) => Number(value),
  timestampFromMicroseconds: (value: bigint) => Number(value / 1000n),
  timestampFromNanoseconds: (value: bigint) => Number(value / 1_000_000n),
};

/** Reads all rows as they are, where the store itself refuses a file with a single impossible one. */
export async function readRaw(file: AsyncBuffer): Promise<RawBars | Unusable> {
  if (file.byteLength === 0) return { kind: 'unreadable', what: 'it is empty' };
  const metadata = await said(parquetMetadataAsync(file, { parsers: PARSERS, geoparquet: false }));
  if ('error' in metadata) return { kind: 'unreadable', what: metadata.error };
  const footer = await said(readFooter(file));
  if ('error' in footer) return { kind: 'wrong-schema', what: footer.error };
  const columns = BAR_COLUMNS.map(({ name }) => name);
  const rows = await said(parquetReadObjects({ file, metadata: metadata.value, columns, parsers: PARSERS }));
  if ('error' in rows) return { kind: 'damaged-rows', what: rows.error };
  if (rows.value.length !== footer.value.rows)
    return { kind: 'damaged-rows', what: 'it holds fewer rows than its footer says' };
  return { footer: footer.value, bars: rows.value.map(barOf) };
}

function barOf(row: Readonly<Record<string, unknown>>): Bar {
  const number = (name: string): number => {
    const value = row[name];
    return typeof value === 'number' ? value : Number.NaN;
  };
  const { vwap, trades } = row;
  return {
    ts: number('ts'),
    open: number('open'),
    high: number('high'),
    low: number('low'),
    close: number('close'),
    volume: number('volume'),
    vwap: typeof vwap === 'number' ? vwap : null,
    trades: typeof trades === 'bigint' ? Number(trades) : null,
    source: String(row['source']),
    fetchedAt: number('fetched_at'),
  };
}

/** What the decoder gives or says; what the file system says is thrown. */
async function said<T>(decoding: Promise<T>): Promise<{ value: T } | { error: string }> {
  try {
    return { value: await decoding };
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw error;
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
