import { fileURLToPath } from 'node:url';
import { BackfillError } from '../core/errors.ts';
import { openParquetStore } from './parquet/index.ts';
import { openPostgresStore } from './postgres/index.ts';
import { isPostgresUrl } from './postgres/place.ts';
import type { BarStore } from './store.ts';
import { withoutPassword } from './without-password.ts';

/**
 * The store at a URL: a folder's path (`data`, relative to the working directory), a `file://` URL or that of a PostgreSQL
 * database. Touches nothing yet. `lock`: of the `Lease` under which it is written. Default: the store's own, once it is
 * acquired. Throws `usage` for any other scheme.
 */
export function openStore(url: string, lock?: string): BarStore {
  if (isPostgresUrl(url)) return openPostgresStore(url, lock);
  // One letter is a Windows drive.
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (url !== '' && scheme === undefined) return openParquetStore(url, undefined, lock);
  const path = scheme === 'file' ? filePath(url) : undefined;
  if (path !== undefined) return openParquetStore(path, undefined, lock);
  throw new BackfillError(
    'usage',
    `"${withoutPassword(url)}" is not a store; give the path of a folder, such as data, or file:///path/to/data, or postgres://user@host/database`,
  );
}

function filePath(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}
