import { fileURLToPath } from 'node:url';
import { BackfillError } from '../core/errors.ts';
import { bucketAddressIn } from '../s3/address.ts';
import { openBucket } from './parquet/bucket/bucket.ts';
import { openParquetStore, storeOn } from './parquet/index.ts';
import { openPostgresStore } from './postgres/index.ts';
import { isPostgresUrl } from './postgres/place.ts';
import { openQuestStore } from './questdb/index.ts';
import { isQuestUrl } from './questdb/place.ts';
import type { BarStore } from './store.ts';
import { withoutPassword } from '../core/without-password.ts';

/**
 * The store at a URL: a folder's path (`data`, relative to the working directory), a `file://` URL, a bucket
 * (`s3://BUCKET/PREFIX`), a PostgreSQL database or a QuestDB server. Touches nothing yet. `lock`: of the `Lease` under which it is written.
 * Default: the store's own, once it is acquired. Throws `usage` for any other scheme.
 */
export function openStore(url: string, lock?: string): BarStore {
  if (isPostgresUrl(url)) return openPostgresStore(url, lock);
  if (isQuestUrl(url)) return openQuestStore(url, lock);
  assertNoOtherForm(url);
  // One letter is a Windows drive.
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (url !== '' && scheme === undefined) return openParquetStore(url, undefined, lock);
  if (scheme === 's3') return storeOn(openBucket(bucketAddressIn(url), lock === undefined ? {} : { lock }));
  const path = scheme === 'file' ? filePath(url) : undefined;
  if (path !== undefined) return openParquetStore(path, undefined, lock);
  throw new BackfillError(
    'usage',
    `"${withoutPassword(url)}" is not a store; give the path of a folder, such as data, or file:///path/to/data, s3://bucket/prefix, postgres://user@host/database, or questdb://user@host`,
  );
}

/** A folder of such a name would be made, with the password in it. Throws `usage`. */
function assertNoOtherForm(text: string): void {
  const isPairs = /^\s*\w+\s*=/.test(text) && /(?:^|\s)(?:password|dbname|sslmode)\s*=/i.test(text);
  const isNear = /^\s*postgres(?:ql)?[:/]/i.test(text) && text.includes('@');
  if (!isPairs && !isNear) return;
  throw new BackfillError(
    'usage',
    `"${withoutPassword(text)}" is not a store; a PostgreSQL database is written postgres://USER@HOST:5432/DATABASE, and its password stands in PGPASSWORD or ~/.pgpass`,
  );
}

function filePath(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}
