import type { Version } from '../parquet/files/blobs.ts';
import {
  disturbedAt,
  type DocumentHead,
  type DocumentRows,
  type NewContent,
  type Piece,
} from '../tables/documents.ts';
import { literal } from '../tables/literal.ts';
import type { QuestServer } from './server.ts';
import { long, newVersion, slotOf, time, varchar } from './sql.ts';
import { inTurn } from './turn.ts';
import { insertsOf, type Writer } from './writer.ts';

/** What fits into a message of the server's, in base64. */
const PIECE = 192 * 1024;
/** Any two may be of one path. */
const DOCUMENTS = 'documents';
const HEADS = ['slot', 'path', 'version', 'size', 'written_at', 'gone'];
const PIECES = ['at', 'version', 'start', 'data'];

/**
 * Documents as two tables. The pieces of a version lie on the day on which it was written; of one that is nobody's any more they are
 * emptied. What is at a path changes in a turn.
 */
export class QuestDocuments implements DocumentRows {
  readonly url: string;
  readonly kind = 'database';
  readonly piece = PIECE;
  readonly #server: QuestServer;
  readonly #writer: Writer;

  constructor(server: QuestServer, writer: Writer) {
    this.url = server.place.shown;
    this.#server = server;
    this.#writer = writer;
  }

  isThere(): Promise<boolean> {
    return this.#server.isThere();
  }

  async names(from: string, to: string, at: number): Promise<string[]> {
    const paths = await this.paths(from, to);
    return [...new Set(paths.map((path) => path.slice(at).split('/', 1)[0] ?? ''))];
  }

  async paths(from: string, to: string): Promise<string[]> {
    const rows = await this.#heads('path', `${between(from, to)} ORDER BY path`);
    return rows.map(({ path }) => String(path));
  }

  async bytes(from: string, to: string): Promise<number> {
    const [row] = await this.#heads('sum(size) AS bytes', between(from, to));
    return Number(row?.['bytes'] ?? 0);
  }

  async head(path: string): Promise<DocumentHead | undefined> {
    const [row] = await this.#heads('version, size, cast(written_at AS long) AS at', ofPath(path));
    return (
      row && {
        version: String(row['version']),
        size: Number(row['size']),
        writtenAt: Number(row['at']) / 1000,
      }
    );
  }

  #heads(columns: string, where: string): ReturnType<QuestServer['read']> {
    return this.#server.read(
      `SELECT ${columns} FROM '${this.#server.names.documents}' WHERE NOT gone AND ${where}`,
    );
  }

  async pieces(version: Version, from: number, to: number): Promise<Piece[]> {
    const rows = await this.#server.read(
      `SELECT start, data FROM '${this.#server.names.pieces}' WHERE ${ofVersion(version)}
       AND start > ${from - PIECE} AND start < ${to} AND data IS NOT NULL ORDER BY start`,
    );
    return rows.map(({ start, data }) => ({
      start: Number(start),
      data: Buffer.from(String(data), 'base64'),
    }));
  }

  /** By when it was begun, so that its pieces are found. */
  async nextVersion(): Promise<Version> {
    await this.#server.prepare();
    return `${Math.floor((await this.#server.now()) / 1000)}-${newVersion()}`;
  }

  putPiece(version: Version, start: number, bytes: Uint8Array): Promise<void> {
    return this.#writer.put(
      insertsOf(this.#server.names.pieces, PIECES, [
        [
          time(bornAt(version)),
          varchar(version),
          long(start),
          varchar(Buffer.from(bytes).toString('base64')),
        ],
      ]),
    );
  }

  removePieces(version: Version): Promise<void> {
    const { pieces } = this.#server.names;
    return this.#writer.put([
      {
        ...{ table: pieces, columns: PIECES },
        rows: `SELECT at, version, start, cast(null as varchar) AS data FROM '${pieces}' WHERE ${ofVersion(version)} AND data IS NOT NULL`,
      },
    ]);
  }

  async put(path: string, bytes: Uint8Array, ifVersion: Version | null | undefined): Promise<void> {
    const version = await this.nextVersion();
    for (let start = 0; start < bytes.length; start += PIECE)
      await this.putPiece(version, start, bytes.subarray(start, start + PIECE));
    await this.#set(path, { version, size: bytes.length }, ifVersion);
  }

  publish(path: string, content: NewContent): Promise<void> {
    return this.#set(path, content, undefined);
  }

  #set(path: string, content: NewContent, ifVersion: Version | null | undefined): Promise<void> {
    return inTurn(this.#server, DOCUMENTS, async () => {
      const before = (await this.head(path))?.version ?? null;
      if (ifVersion !== undefined && ifVersion !== before) {
        await this.removePieces(content.version);
        throw disturbedAt(path);
      }
      await this.#lay(path, content);
      if (before !== null) await this.removePieces(before);
    });
  }

  async #lay(path: string, { version, size }: NewContent, gone = false): Promise<void> {
    await this.#writer.put(
      insertsOf(this.#server.names.documents, HEADS, [
        [slotOf(path), varchar(path), varchar(version), long(size), 'now()', String(gone)],
      ]),
    );
  }

  /** At the other path first: cut off between, it is at both. */
  move(from: string, to: string): Promise<boolean> {
    return inTurn(this.#server, DOCUMENTS, async () => {
      const [moved, before] = [await this.head(from), await this.head(to)];
      if (moved === undefined) return false;
      await this.#lay(to, moved);
      await this.#lay(from, moved, true);
      if (before !== undefined && before.version !== moved.version) await this.removePieces(before.version);
      return true;
    });
  }

  drop(path: string, ifVersion?: Version | null): Promise<boolean> {
    return inTurn(this.#server, DOCUMENTS, async () => {
      const head = await this.head(path);
      if (typeof ifVersion === 'string' && head?.version !== ifVersion) throw disturbedAt(path);
      if (head === undefined) return false;
      await this.#lay(path, { version: head.version, size: 0 }, true);
      // Of one that was moved, and cut off, the other path has the same.
      const [other] = await this.#heads('path', `version = ${literal(head.version)}`);
      if (other === undefined) await this.removePieces(head.version);
      return true;
    });
  }
}

function ofPath(path: string): string {
  return `slot = ${slotOf(path)} AND path = ${literal(path)}`;
}

function between(from: string, to: string): string {
  return `path > ${literal(from)} AND path < ${literal(to)}`;
}

function ofVersion(version: Version): string {
  return `at = ${time(bornAt(version))} AND version = ${literal(version)}`;
}

function bornAt(version: Version): number {
  return Number(version.split('-', 1)[0]);
}

/** Who writes a document without the lease is done with it long before: ten minutes, ms. */
const UNDER_WAY_MS = 600_000;

/** Empties and removes what writers began who did not come to the end of it. Only for the one writer. */
export async function sweepPieces(server: QuestServer, writer: Writer): Promise<void> {
  const { pieces, documents } = server.names;
  const [held, heads] = [
    await server.read(`SELECT DISTINCT version FROM '${pieces}' WHERE data IS NOT NULL`),
    await server.read(`SELECT version FROM '${documents}' WHERE NOT gone`),
  ];
  const live = new Set(heads.map(({ version }) => String(version)));
  const rows = new QuestDocuments(server, writer);
  const now = (await server.now()) / 1000;
  for (const { version } of held) {
    const isUnderWay = now - bornAt(String(version)) < UNDER_WAY_MS;
    if (!live.has(String(version)) && !isUnderWay) await rows.removePieces(String(version));
  }
}
