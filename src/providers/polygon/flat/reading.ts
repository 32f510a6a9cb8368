import { finished } from 'node:stream/promises';
import { type Gunzip, createGunzip } from 'node:zlib';
import { BackfillError } from '../../../core/errors.ts';
import type { Head } from '../../http/transport.ts';
import { unreadable } from '../errors.ts';
import type { FlatFile } from './files.ts';
import type { FlatPiece } from './piece.ts';
import { FlatRows } from './rows.ts';
import { TradeRows } from './trade-rows.ts';

/** What a file compressed with gzip begins with. */
const GZIP = Buffer.from([0x1f, 0x8b]);

/** What servers of files call their content. */
const FILE_TYPES = /^(?:application|binary)\/(?:octet-stream|(?:x-)?gzip)$/;

/** Keys of files that were found damaged, by their ETags. */
export type DamagedFiles = Map<string, string>;

/** So many are known by their ETags, of which each takes some 200 bytes: all sessions of forty years. */
const MOST_DAMAGED = 10_000;

/** What is wanted of a file. */
export interface WantedRows {
  /** The one symbol that is read; null: all. */
  readonly symbol: string | null;
  /** Who takes full pieces as they come. Default: nobody, and the file is one piece. */
  readonly taker?: PieceTaker | undefined;
}

export interface PieceTaker {
  readonly add: (piece: FlatPiece) => Promise<void>;
  /** The pieces so far do not count: the file is read from its first byte again, or not at all. */
  readonly restart: () => void;
}

/**
 * A file as it is read, over as many tries as it takes: what came before a connection broke is not asked for again, unless the
 * file was replaced meanwhile, as its ETag tells. Never more of it is held than a piece of its rows, where somebody takes them.
 */
export class FlatReading {
  readonly #file: FlatFile;
  readonly #wanted: WantedRows;
  #rows: FlatRows | TradeRows;
  /** How the content is unpacked; null: it is not packed; undefined: it has not begun. */
  #gunzip: Gunzip | null | undefined;
  #begun = Buffer.alloc(0);
  #isPacked = false;
  #received = 0;
  #etag: string | undefined;
  #type: string | undefined;
  /** Whether as many bytes were announced as there are. */
  #hasLength = false;
  /** What was wrong with the file the last time, and by which ETag. */
  #wrong: string | undefined;
  readonly #damaged: DamagedFiles;

  /** `damaged`: the files that were found so, of all readings of a provider. */
  constructor(file: FlatFile, wanted: WantedRows, damaged: DamagedFiles = new Map()) {
    this.#file = file;
    this.#wanted = wanted;
    this.#damaged = damaged;
    this.#rows = rowsOf(file, wanted);
  }

  get file(): FlatFile {
    return this.#file;
  }

  /** What of it is to be asked for. */
  headers(): Readonly<Record<string, string>> {
    if (this.#received === 0 || this.#etag === undefined) return {};
    return { range: `bytes=${this.#received}-`, 'if-match': this.#etag };
  }

  /** It is read from its first byte again, or not at all. */
  restart(): void {
    this.#gunzip?.destroy();
    this.#rows = rowsOf(this.#file, this.#wanted);
    this.#wanted.taker?.restart();
    this.#gunzip = undefined;
    this.#isPacked = false;
    this.#begun = Buffer.alloc(0);
    this.#received = 0;
    this.#etag = undefined;
  }

  /**
   * The rows that nobody has taken. Throws what befalls the body on its way, what the taker throws, and `bad-answer`
   * (retryable) for one that is no such file, which is then read from its first byte; that of a file, and none of a page in
   * its place, is of this one, and as it is kept where no other one that is damaged has its ETag. Once it is wrong in the same way twice, by the same ETag, it is not worth another try.
   */
  async read(body: AsyncIterable<Uint8Array>, head: Head): Promise<FlatPiece> {
    if (!this.#continues(head)) this.restart();
    if (head.status === 206 && this.#received === 0)
      throw unreadable(`a part of ${this.#file.key} came, not asked for`);
    const { etag, 'content-encoding': coding = 'identity', 'content-type': type } = head.headers;
    this.#type = type;
    this.#hasLength = Number(head.headers['content-length']) > 0;
    // Where bytes were unpacked on the way, it is not known which come next.
    this.#etag = coding === 'identity' && !etag?.startsWith('W/') ? etag : undefined;
    for await (const part of body) {
      await this.#orRestart(() => this.#take(part));
      await this.#giveFull();
    }
    const rest = await this.#orRestart(async () => {
      await this.#end();
      return this.#rows.end();
    });
    await this.#giveFull();
    return rest;
  }

  async #giveFull(): Promise<void> {
    for (const piece of this.#rows.takeFull()) await this.#wanted.taker?.add(piece);
  }

  /** Whether a body goes on where the last one broke off. */
  #continues({ status, headers }: Head): boolean {
    if (status !== 206 || headers.etag !== this.#etag) return false;
    return headers['content-range']?.startsWith(`bytes ${this.#received}-`) === true;
  }

  async #orRestart<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const [etag, isOfOne] = [this.#etag, this.#isFile()];
      // Other columns may be those of all files from some day on.
      const isDamage = this.#rows.hasHeading || !(error instanceof BackfillError);
      const isAsKept = isOfOne && isDamage && this.#isOwnContent();
      this.restart();
      const { message } = error instanceof BackfillError ? error : notUnpacked(error, this.#file);
      const wrong = etag === undefined ? undefined : `${etag} ${message}`;
      const isSame = isOfOne && wrong !== undefined && wrong === this.#wrong;
      this.#wrong = wrong;
      throw new BackfillError('bad-answer', isSame ? `${message}; it came so twice` : message, {
        retryable: !isSame,
        ...(isOfOne && { isOfOne }),
        ...(isAsKept && { isAsKept }),
      });
    }
  }

  /**
   * Whether what came is a file, damaged or not, and none of a page that a server, or something on the way, gives in place of
   * whatever is asked for: it begins as a packed one does, has the columns of one, or is no text and has an ETag.
   */
  #isFile(): boolean {
    if (this.#isPacked || this.#rows.hasHeading) return true;
    return this.#etag !== undefined && FILE_TYPES.test(this.#type ?? '');
  }

  /** Whether it came with a length and an ETag that no other damaged file has: a server that is down gives one thing for all. */
  #isOwnContent(): boolean {
    const etag = this.#etag;
    if (etag === undefined || !this.#hasLength) return false;
    const { key } = this.#file;
    if (this.#damaged.size < MOST_DAMAGED && !this.#damaged.has(etag)) this.#damaged.set(etag, key);
    return this.#damaged.get(etag) === key;
  }

  async #take(part: Uint8Array): Promise<void> {
    this.#received += part.byteLength;
    if (this.#gunzip === undefined) {
      this.#begun = Buffer.concat([this.#begun, part]);
      if (this.#begun.length >= GZIP.length) await this.#begin();
    } else await this.#unpack(Buffer.from(part.buffer, part.byteOffset, part.byteLength));
  }

  async #begin(): Promise<void> {
    const begun = this.#begun;
    this.#begun = Buffer.alloc(0);
    this.#isPacked = begun.subarray(0, GZIP.length).equals(GZIP);
    this.#gunzip = this.#isPacked ? this.#gunzipper() : null;
    await this.#unpack(begun);
  }

  #gunzipper(): Gunzip {
    const gunzip = createGunzip();
    const rows = this.#rows;
    gunzip.on('data', (part: Buffer) => {
      try {
        rows.push(part);
      } catch (error) {
        gunzip.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    // It is thrown where the next piece is taken, or at the end.
    gunzip.on('error', () => undefined);
    return gunzip;
  }

  /** Waits until a piece is unpacked, so that none wait in memory. */
  async #unpack(part: Buffer): Promise<void> {
    const gunzip = this.#gunzip;
    if (gunzip === null || gunzip === undefined) this.#rows.push(part);
    else
      await new Promise<void>((resolve, reject) => {
        // What breaks in the middle of a part, such as bytes behind the last member, is not told to who wrote it, nor is what is
        // wrong with a row: it is told of no error, or of nothing at all.
        const settle = (error?: Error | null): void => {
          gunzip.off('error', settle);
          const wrong = gunzip.errored ?? error;
          if (wrong) reject(wrong);
          else resolve();
        };
        gunzip.once('error', settle);
        gunzip.write(part, settle);
      });
  }

  async #end(): Promise<void> {
    if (this.#gunzip === undefined) await this.#begin();
    const gunzip = this.#gunzip;
    if (gunzip === null || gunzip === undefined) return;
    // It may have ended before: what pads it to a length is no part of it.
    await finished(gunzip.end());
  }
}

function notUnpacked(error: unknown, { key }: FlatFile): BackfillError {
  return unreadable(`${key} does not unpack (${error instanceof Error ? error.message : String(error)})`);
}

function rowsOf(file: FlatFile, { symbol, taker }: WantedRows): FlatRows | TradeRows {
  const Rows = file.isOfTrades ? TradeRows : FlatRows;
  return new Rows(file, symbol, taker !== undefined);
}
