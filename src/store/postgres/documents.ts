import { BackfillError } from '../../core/errors.ts';
import {
  type Append,
  type BlobFile,
  type Blobs,
  type BlobsLock,
  Conflict,
  type PutOptions,
  type Version,
  type Written,
} from '../parquet/files/blobs.ts';
import type { Kind } from '../parquet/files/kind.ts';
import type { Client } from './client.ts';
import type { Database } from './database.ts';
import { nextVersion, PIECE, putPiece, removePieces } from './document-pieces.ts';
import type { Writing } from './edit.ts';

/**
 * What of a store is no table: records of runs, rejected rows, renames, universes, copies of what was forgotten, answers on
 * their way. Each is a document with the path that it has as a file of another store. A new content is a new version, of which
 * the pieces lie there before the document becomes it.
 */
export class Documents implements Blobs {
  readonly url: string;
  readonly folder = undefined;
  readonly #db: Database;
  readonly #writing: Writing;
  readonly #folder: string;

  constructor(db: Database, writing: Writing, folder = '') {
    this.#db = db;
    this.#writing = writing;
    this.#folder = folder;
    this.url = folder === '' ? db.place.shown : `${db.place.shown}/${folder.slice(0, -1)}`;
  }

  at(path: string): string {
    return path === '' ? this.url : `${this.url}/${path}`;
  }

  below(folder: string): Blobs {
    return new Documents(this.#db, this.#writing, `${this.#at(folder)}/`);
  }

  /** A database lies in no other. */
  around(): undefined {
    return undefined;
  }

  survey(): Promise<Blobs> {
    return Promise.resolve(this);
  }

  /** A path is in no other's way, and leads nowhere else. */
  async assertInPlace(): Promise<void> {}

  async assertNothing(): Promise<void> {}

  async whyNone(): Promise<string | undefined> {
    return (await this.#db.isThere())
      ? undefined
      : 'there is no store in this database; a first backfill makes it';
  }

  async list(folder: string): Promise<string[]> {
    const [from, to] = this.#inside(folder);
    const rows = await this.#db.read(
      `SELECT DISTINCT split_part(substr(path, $3), '/', 1) AS name FROM backfill_documents WHERE path > $1 AND path < $2`,
      [from, to, from.length + 1],
    );
    return rows.map(({ name }) => String(name));
  }

  async listDeep(folder: string): Promise<string[]> {
    const [from, to] = this.#inside(folder);
    const rows = await this.#db.read(
      'SELECT path FROM backfill_documents WHERE path > $1 AND path < $2 ORDER BY path',
      [...[from, to]],
    );
    return rows.map(({ path }) => String(path).slice(this.#folder.length));
  }

  async bytesBelow(folder: string): Promise<number> {
    const [from, to] = this.#inside(folder);
    const [row] = await this.#db.read(
      'SELECT coalesce(sum(size), 0)::text AS bytes FROM backfill_documents WHERE path > $1 AND path < $2',
      [from, to],
    );
    return Number(row?.['bytes'] ?? 0);
  }

  async kind(path: string): Promise<Kind | undefined> {
    if ((await this.version(path)) !== undefined) return 'file';
    return (await this.list(path)).length > 0 ? 'folder' : undefined;
  }

  async version(path: string): Promise<Version | undefined> {
    return (await this.written(path))?.version;
  }

  async written(path: string): Promise<Written | undefined> {
    const [row] = await this.#db.read(
      'SELECT version::text AS version, extract(epoch FROM written_at) * 1000 AS at FROM backfill_documents WHERE path = $1',
      [this.#at(path)],
    );
    return row && { version: String(row['version']), writtenAt: Number(row['at']) };
  }

  async read(path: string): Promise<BlobFile | undefined> {
    const file = await this.#file(path);
    if (file === undefined) return undefined;
    const bytes = await file.slice(0, file.byteLength);
    return { ...file, slice: (from, to) => bytes.slice(from, to) };
  }

  async open<T>(path: string, use: (file: BlobFile) => Promise<T>): Promise<T | undefined> {
    const file = await this.#file(path);
    return file && use(file);
  }

  async #file(path: string): Promise<BlobFile | undefined> {
    const [row] = await this.#db.read(
      'SELECT version::text AS version, size::text AS size FROM backfill_documents WHERE path = $1',
      [this.#at(path)],
    );
    if (row === undefined) return undefined;
    const [version, byteLength] = [String(row['version']), Number(row['size'])];
    return {
      ...{ byteLength, version, isSettled: false },
      slice: async (from, to = byteLength) => this.#bytes(path, version, from, Math.min(to, byteLength)),
    };
  }

  async #bytes(path: string, version: Version, from: number, to: number): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(Math.max(0, to - from));
    const rows = await this.#db.read(
      `SELECT greatest(start, $2) AS at, substr(data, (greatest(start, $2) - start + 1)::int, (least(start + length(data), $3) - greatest(start, $2))::int) AS data
       FROM backfill_document_parts WHERE version = $1 AND start < $3 AND start + length(data) > $2 ORDER BY start`,
      [version, from, to],
    );
    let filled = 0;
    for (const { at, data } of rows) {
      bytes.set(data as Buffer, Number(at) - from);
      filled += (data as Buffer).length;
    }
    if (filled < bytes.length) throw gone(path, 'read');
    return bytes.buffer;
  }

  put(path: string, bytes: Uint8Array, { ifVersion }: PutOptions = {}): Promise<Version | undefined> {
    return this.#writing(async (client) => {
      const version = await nextVersion(client);
      for (let start = 0; start < bytes.length; start += PIECE)
        await putPiece(client, version, start, bytes.subarray(start, start + PIECE));
      await this.#publish(client, path, { version, size: bytes.length }, ifVersion);
      return undefined;
    });
  }

  async putInParts(path: string, give: (append: Append) => Promise<void>): Promise<void> {
    const version = await this.#writing(nextVersion);
    let size = 0;
    let waiting: Uint8Array[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      const [piece, start] = [Buffer.concat(waiting), size];
      [waiting, bytes] = [[], 0];
      size += piece.length;
      if (piece.length > 0) await this.#writing((client) => putPiece(client, version, start, piece));
    };
    try {
      await give(async (more) => {
        waiting.push(more.slice());
        bytes += more.length;
        if (bytes >= PIECE) await flush();
      });
      await flush();
      await this.#writing((client) => this.#publish(client, path, { version, size }, undefined));
    } catch (error) {
      await this.#writing((client) => removePieces(client, [version])).catch(() => {});
      throw error;
    }
  }

  async add(stem: string, extension: string, bytes: Uint8Array): Promise<string> {
    for (let n = 1; ; n++) {
      const path = `${stem}-${n}${extension}`;
      if ((await this.version(path)) !== undefined) continue;
      try {
        await this.put(path, bytes, { ifVersion: null });
        return path;
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
      }
    }
  }

  move(from: string, to: string): Promise<void> {
    return this.#writing(async (client) => {
      await this.#drop(client, to);
      const { rowCount } = await client.query('UPDATE backfill_documents SET path = $2 WHERE path = $1', [
        ...[this.#at(from), this.#at(to)],
      ]);
      if (rowCount !== 1) throw gone(from, 'rename');
    });
  }

  remove(path: string, { ifVersion }: Pick<PutOptions, 'ifVersion'> = {}): Promise<void> {
    return this.#writing(async (client) => {
      if (typeof ifVersion === 'string' && (await this.#held(client, path)) !== ifVersion)
        throw disturbed(path);
      if (!(await this.#drop(client, path))) throw gone(path, 'unlink');
    });
  }

  removeFolder(folder: string): Promise<void> {
    return this.#writing(async (client) => {
      for (const path of await this.listDeep(folder)) await this.#drop(client, path);
    });
  }

  lock(): Promise<BlobsLock> {
    // Who writes the tables writes these.
    return Promise.reject(new BackfillError('internal', 'documents have no lock of their own'));
  }

  /** Makes a version what lies at a path. */
  async #publish(
    client: Client,
    path: string,
    { version, size }: { readonly version: Version; readonly size: number },
    ifVersion: Version | null | undefined,
  ): Promise<void> {
    const at = this.#at(path);
    const before = await this.#held(client, path);
    if (ifVersion !== undefined && ifVersion !== before) throw disturbed(path);
    const { rowCount } = await client.query(
      before === null
        ? 'INSERT INTO backfill_documents (path, version, size) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING'
        : 'UPDATE backfill_documents SET version = $2, size = $3, written_at = clock_timestamp() WHERE path = $1',
      [at, version, size],
    );
    if (rowCount !== 1) throw disturbed(path);
    if (before !== null) await removePieces(client, [before]);
  }

  /** The version at a path, which stays to the end of the transaction; null for nothing. */
  async #held(client: Client, path: string): Promise<Version | null> {
    const { rows } = await client.query(
      'SELECT version::text AS version FROM backfill_documents WHERE path = $1 FOR UPDATE',
      [this.#at(path)],
    );
    return rows[0] === undefined ? null : String(rows[0]['version']);
  }

  async #drop(client: Client, path: string): Promise<boolean> {
    const { rows } = await client.query(
      'DELETE FROM backfill_documents WHERE path = $1 RETURNING version::text AS version',
      [this.#at(path)],
    );
    await removePieces(
      client,
      rows.map(({ version }) => String(version)),
    );
    return rows.length > 0;
  }

  #at(path: string): string {
    return this.#folder + path;
  }

  /** What all paths in a folder lie between; `/` is followed by `0`. */
  #inside(folder: string): [string, string] {
    const at = folder === '' || folder === '.' ? this.#folder.slice(0, -1) : this.#at(folder);
    return at === '' ? ['', '\u{10FFFF}'] : [`${at}/`, `${at}0`];
  }
}

function disturbed(path: string): Conflict {
  return new Conflict(`${path} was written by somebody else at the same time`);
}

/** As a file system says it: see `orAbsent`. */
function gone(path: string, syscall: string): Error {
  return Object.assign(new Error(`ENOENT: no such document, ${syscall} '${path}'`), {
    code: 'ENOENT',
    syscall,
    path,
  });
}
