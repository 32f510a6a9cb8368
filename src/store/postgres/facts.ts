import type { StoreFacts } from '../facts.ts';
import type { Database } from './database.ts';
import type { Blobs } from '../parquet/files/blobs.ts';
import { hypertableBytes } from './hypertables.ts';
import { writerAtWork } from './lease.ts';

/** What a store is: with its indexes, and what lies in it beside the tables. */
export async function factsOf(db: Database, documents: Blobs): Promise<StoreFacts> {
  const [row] = await db.read(
    `SELECT sum(pg_total_relation_size(oid))::text AS bytes FROM pg_class WHERE relnamespace = to_regnamespace($1)
     AND relkind IN ('r', 'p') AND relname IN ('bars', 'revisions', 'actions', 'backfill_parts', 'backfill_books')`,
    [db.place.schema],
  );
  const parted = (await db.isThere()) ? await db.with(hypertableBytes) : 0;
  const bytes = Number(row?.['bytes'] ?? 0) + parted + (await documents.bytesBelow('.'));
  return { bytes, writer: (await writerAtWork(db)) ?? null };
}
