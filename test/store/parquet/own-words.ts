import { readFile } from 'node:fs/promises';
import { parquetMetadataAsync } from 'hyparquet';
import { bytesAsFile } from '../../../src/store/parquet/codec/bytes-at.ts';

/** What a file says of itself, letter by letter. */
export async function ownWords(path: string): Promise<string> {
  const { key_value_metadata } = await parquetMetadataAsync(bytesAsFile(await readFile(path)));
  return key_value_metadata?.find(({ key }) => key === 'backfill')?.value ?? '';
}

/** The same as a file of the second version would say it, which had no seal: whatever is changed in it is not seen. */
export async function unsealedWords(path: string): Promise<Record<string, unknown>> {
  const entry = JSON.parse(await ownWords(path)) as Record<string, unknown>;
  delete entry['seal'];
  return { ...entry, version: 2 };
}
