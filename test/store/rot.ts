import { readFile, writeFile } from 'node:fs/promises';

/** Spoils the first rows of a Parquet file, and leaves its footer alone, which tells nothing of it. */
export async function rotRows(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes.fill(0xff, 4, 60);
  await writeFile(path, bytes);
}
