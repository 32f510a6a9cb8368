import type { Version } from '../parquet/files/blobs.ts';
import type { Client } from './client.ts';

/** Bytes that lie in one row. */
export const PIECE = 2 ** 20;

/** Of a content that is about to be written: no other has it, or will. */
export async function nextVersion(client: Client): Promise<Version> {
  const { rows } = await client.query(`SELECT nextval('backfill_versions')::text AS version`);
  return String(rows[0]?.['version']);
}

/** Writes a piece of a content, of which `start` is the first byte. */
export async function putPiece(
  client: Client,
  version: Version,
  start: number,
  bytes: Uint8Array,
): Promise<void> {
  await client.query('INSERT INTO backfill_document_parts (version, start, data) VALUES ($1, $2, $3)', [
    ...[version, start, Buffer.from(bytes)],
  ]);
}

/** Removes all of some contents. */
export async function removePieces(client: Client, versions: readonly Version[]): Promise<void> {
  if (versions.length > 0)
    await client.query('DELETE FROM backfill_document_parts WHERE version = ANY ($1::bigint[])', [
      [...versions],
    ]);
}

/** Removes what writers began who did not come to the end of it. Only for the one writer. */
export async function sweepPieces(client: Client): Promise<void> {
  await client.query(
    'DELETE FROM backfill_document_parts AS p WHERE NOT EXISTS (SELECT FROM backfill_documents AS d WHERE d.version = p.version)',
  );
}
