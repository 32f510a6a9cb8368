import type { Version } from '../parquet/files/blobs.ts';
import {
  disturbedAt,
  type DocumentHead,
  type DocumentRows,
  type NewContent,
  type Piece,
} from '../tables/documents.ts';
import type { Client } from './client.ts';
import type { Database } from './database.ts';
import { nextVersion, PIECE, putPiece, removePieces } from './document-pieces.ts';
import type { Writing } from './lease.ts';

/** Documents as two tables: which version lies at a path, and the bytes of each version in pieces. */
export class PostgresDocuments implements DocumentRows {
  readonly url: string;
  readonly kind = 'database';
  readonly piece = PIECE;
  readonly #db: Database;
  readonly #writing: Writing;

  constructor(db: Database, writing: Writing) {
    this.url = db.place.shown;
    this.#db = db;
    this.#writing = writing;
  }

  isThere(): Promise<boolean> {
    return this.#db.isThere();
  }

  async names(from: string, to: string, at: number): Promise<string[]> {
    const rows = await this.#db.read(
      `SELECT DISTINCT split_part(substr(path, $3), '/', 1) AS name FROM backfill_documents WHERE path > $1 AND path < $2`,
      [from, to, at + 1],
    );
    return rows.map(({ name }) => String(name));
  }

  async paths(from: string, to: string): Promise<string[]> {
    const rows = await this.#db.read(
      'SELECT path FROM backfill_documents WHERE path > $1 AND path < $2 ORDER BY path',
      [from, to],
    );
    return rows.map(({ path }) => String(path));
  }

  async bytes(from: string, to: string): Promise<number> {
    const [row] = await this.#db.read(
      'SELECT coalesce(sum(size), 0)::text AS bytes FROM backfill_documents WHERE path > $1 AND path < $2',
      [from, to],
    );
    return Number(row?.['bytes'] ?? 0);
  }

  async head(path: string): Promise<DocumentHead | undefined> {
    const [row] = await this.#db.read(
      'SELECT version::text AS version, size::text AS size, extract(epoch FROM written_at) * 1000 AS at FROM backfill_documents WHERE path = $1',
      [path],
    );
    return (
      row && { version: String(row['version']), size: Number(row['size']), writtenAt: Number(row['at']) }
    );
  }

  async pieces(version: Version, from: number, to: number): Promise<Piece[]> {
    const rows = await this.#db.read(
      `SELECT greatest(start, $2) AS at, substr(data, (greatest(start, $2) - start + 1)::int, (least(start + length(data), $3) - greatest(start, $2))::int) AS data
       FROM backfill_document_parts WHERE version = $1 AND start < $3 AND start + length(data) > $2 ORDER BY start`,
      [version, from, to],
    );
    return rows.map(({ at, data }) => ({ start: Number(at), data: data as Buffer }));
  }

  nextVersion(): Promise<Version> {
    return this.#writing(nextVersion);
  }

  putPiece(version: Version, start: number, bytes: Uint8Array): Promise<void> {
    return this.#writing((client) => putPiece(client, version, start, bytes));
  }

  removePieces(version: Version): Promise<void> {
    return this.#writing((client) => removePieces(client, [version]));
  }

  put(path: string, bytes: Uint8Array, ifVersion: Version | null | undefined): Promise<void> {
    return this.#writing(async (client) => {
      const version = await nextVersion(client);
      for (let start = 0; start < bytes.length; start += PIECE)
        await putPiece(client, version, start, bytes.subarray(start, start + PIECE));
      await this.#publish(client, path, { version, size: bytes.length }, ifVersion);
    });
  }

  publish(path: string, content: NewContent): Promise<void> {
    return this.#writing((client) => this.#publish(client, path, content, undefined));
  }

  move(from: string, to: string): Promise<boolean> {
    return this.#writing(async (client) => {
      const held = await this.#held(client, from);
      if (held === null) return false;
      await this.#drop(client, to);
      await client.query('UPDATE backfill_documents SET path = $2 WHERE path = $1', [from, to]);
      return true;
    });
  }

  drop(path: string, ifVersion?: Version | null): Promise<boolean> {
    return this.#writing(async (client) => {
      if (typeof ifVersion === 'string' && (await this.#held(client, path)) !== ifVersion)
        throw disturbedAt(path);
      return this.#drop(client, path);
    });
  }

  /** Makes a version what lies at a path. */
  async #publish(
    client: Client,
    path: string,
    { version, size }: NewContent,
    ifVersion: Version | null | undefined,
  ): Promise<void> {
    const before = await this.#held(client, path);
    if (ifVersion !== undefined && ifVersion !== before) throw disturbedAt(path);
    const { rowCount } = await client.query(
      before === null
        ? 'INSERT INTO backfill_documents (path, version, size) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING'
        : 'UPDATE backfill_documents SET version = $2, size = $3, written_at = clock_timestamp() WHERE path = $1',
      [path, version, size],
    );
    if (rowCount !== 1) throw disturbedAt(path);
    if (before !== null) await removePieces(client, [before]);
  }

  /** The version at a path, which stays to the end of the transaction; null for nothing. */
  async #held(client: Client, path: string): Promise<Version | null> {
    const { rows } = await client.query(
      'SELECT version::text AS version FROM backfill_documents WHERE path = $1 FOR UPDATE',
      [path],
    );
    return rows[0] === undefined ? null : String(rows[0]['version']);
  }

  async #drop(client: Client, path: string): Promise<boolean> {
    const { rows } = await client.query(
      'DELETE FROM backfill_documents WHERE path = $1 RETURNING version::text AS version',
      [path],
    );
    await removePieces(
      client,
      rows.map(({ version }) => String(version)),
    );
    return rows.length > 0;
  }
}
