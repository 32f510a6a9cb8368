import { type AsyncBuffer, parquetMetadataAsync } from 'hyparquet';
import { storedRowsOf } from '../../../core/bars/bar-builder.ts';
import type { Bar } from '../../../core/bars/bars.ts';
import { BackfillError } from '../../../core/errors.ts';
import { decodeAsTheyAre } from '../codec/decode-bars.ts';
import { assertBytes } from '../codec/byte-seal.ts';
import { type Footer, readFooter } from '../codec/decode.ts';
import { assertBarBounds } from '../partition/partition-file.ts';
import { orCorrupt, TORN_END, TORN_ROWS } from '../codec/read-columns.ts';

/** What a file of bars holds, however wrong: a value that is none is NaN. */
export interface RawBars {
  readonly footer: Footer;
  /** In the order of the file. */
  readonly bars: readonly Bar[];
  /** What its footer says wrongly of their bounds, where it does. */
  readonly wrongBounds: string | undefined;
  /** Which bytes of the file, whatever they are good for, are not as they were written; undefined for none. */
  readonly changedBytes: string | undefined;
}

/** Why a file gives no rows at all. */
export interface Unusable {
  readonly kind: 'unreadable' | 'wrong-schema' | 'damaged-rows';
  readonly what: string;
}

/** Reads all rows as they are, where the store itself refuses a file with a single impossible one. */
export async function readRaw(file: AsyncBuffer): Promise<RawBars | Unusable> {
  if (file.byteLength === 0) return { kind: 'unreadable', what: 'it is empty' };
  const metadata = await said(orCorrupt(TORN_END, parquetMetadataAsync(file, { geoparquet: false })));
  if ('error' in metadata) return { kind: 'unreadable', what: metadata.error };
  const footer = await said(readFooter(file));
  if ('error' in footer) return { kind: 'wrong-schema', what: footer.error };
  const bars = await said(orCorrupt(TORN_ROWS, decodeAsTheyAre(file)));
  if ('error' in bars) return { kind: 'damaged-rows', what: bars.error };
  const bounds = await said((async () => assertBarBounds(footer.value, bars.value))());
  const wrongBounds = 'error' in bounds ? bounds.error : undefined;
  const bytes = await said(assertBytes(file, footer.value.parsed));
  const changedBytes = 'error' in bytes ? bytes.error : undefined;
  return { footer: footer.value, bars: storedRowsOf(bars.value), wrongBounds, changedBytes };
}

/** What the decoder gives, or why it gives nothing; what the file system says is thrown. */
async function said<T>(decoding: Promise<T>): Promise<{ value: T } | { error: string }> {
  try {
    return { value: await decoding };
  } catch (error) {
    if (!(error instanceof BackfillError)) throw error;
    return { error: error.message };
  }
}
