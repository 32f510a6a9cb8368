import { randomUUID } from 'node:crypto';
import { BackfillError } from '../../../core/errors.ts';
import { bucketUrl } from '../../../s3/address.ts';
import { type Listed, listingIn, uploadsIn, wordIn } from '../../../s3/documents.ts';
import { encodedKey } from '../../../s3/signed.ts';
import { Conflict, type Version } from '../files/blobs.ts';
import { type Answered, type BucketClient, textOf } from './client.ts';

/** What an answer says of an object. */
export interface Head {
  readonly version: Version;
  readonly size: number;
  /** ms since the epoch, by the server's clock, to the second. */
  readonly writtenAt: number;
  /** When the server said so, by the same clock. */
  readonly saidAt: number;
}

/** A part of an object, from its beginning or not, and what there is of it. */
export interface Piece extends Head {
  readonly bytes: Uint8Array;
  /** Where the bytes begin. */
  readonly from: number;
}

/** What must be there: this version, nothing (null), or whatever there is (undefined). */
export type Condition = Version | null | undefined;

/** An object longer than this goes up in parts. */
const WHOLE_BYTES = 32 * 1024 * 1024;
/** Of a part: ten thousand of them are an object at most, and but the last none is below 5 MiB. */
export const PART_BYTES = 16 * 1024 * 1024;

/** Who wrote an object: what tells a write of which nobody heard from that of somebody else. */
const WRITE_ID = 'x-amz-meta-backfill-write';

/** The objects of a bucket, each read, written and removed in one piece, under a condition. */
export class Objects {
  readonly client: BucketClient;
  readonly #writer = randomUUID();
  #writes = 0;

  constructor(client: BucketClient) {
    this.client = client;
  }

  /** What is known of an object without reading it; undefined if there is none. */
  async head(key: string): Promise<Head | undefined> {
    const answer = await this.client.ask({ method: 'HEAD', key });
    return answer.status === 404 ? undefined : headOf(answer, Number(answer.headers['content-length'] ?? 0));
  }

  /** A whole object; undefined if there is none. */
  async get(key: string): Promise<Piece | undefined> {
    const answer = await this.client.ask({ method: 'GET', key });
    if (answer.status === 404) return undefined;
    return { ...headOf(answer, answer.body.length), bytes: answer.body, from: 0 };
  }

  /** The last bytes of an object, or all of it if it is shorter; undefined if there is none. */
  async tail(key: string, bytes: number): Promise<Piece | undefined> {
    const answer = await this.client.ask({ method: 'GET', key, headers: { range: `bytes=-${bytes}` } });
    // Of an empty object there is no part.
    if (answer.status === 416) return this.get(key);
    if (answer.status === 404) return undefined;
    const { from, size } = placeOf(answer);
    return { ...headOf(answer, size), bytes: answer.body, from };
  }

  /** Bytes `[from, to)` of just this version of an object; undefined if another one lies there now, or none. */
  async part(key: string, version: Version, from: number, to: number): Promise<Uint8Array | undefined> {
    const headers = { range: `bytes=${from}-${to - 1}`, 'if-match': quoted(version) };
    const answer = await this.client.ask({ method: 'GET', key, headers });
    if (answer.status === 412 || answer.status === 404) return undefined;
    return answer.status === 206 ? answer.body : answer.body.subarray(from, to);
  }

  /** Writes an object. Throws `Conflict` where there is something else than the condition says. Gives its version. */
  async put(key: string, bytes: Uint8Array, condition: Condition): Promise<Head> {
    if (bytes.length <= WHOLE_BYTES) {
      const id = this.#nextId();
      const headers = { ...conditionOf(condition), [WRITE_ID]: id };
      const answer = await this.client.ask({ method: 'PUT', key, headers, body: bytes });
      return this.#written(key, id, answer, bytes.length);
    }
    const upload = await this.beginUpload(key);
    try {
      for (let from = 0; from < bytes.length; from += PART_BYTES)
        await upload.add(bytes.subarray(from, from + PART_BYTES));
      return await upload.complete(condition);
    } catch (error) {
      await upload.giveUp();
      throw error;
    }
  }

  /** An object that is written part by part, each but the last of at least 5 MiB. */
  async beginUpload(key: string): Promise<Upload> {
    const id = this.#nextId();
    const begun = await this.client.ask({
      method: 'POST',
      key,
      query: { uploads: '' },
      headers: { [WRITE_ID]: id },
    });
    const uploadId = wordIn(textOf(begun.body), 'UploadId') ?? '';
    const etags: string[] = [];
    let length = 0;
    return {
      add: async (bytes) => {
        const query = { partNumber: String(etags.length + 1), uploadId };
        const answer = await this.client.ask({ method: 'PUT', key, query, body: bytes });
        etags.push(String(answer.headers.etag));
        length += bytes.length;
      },
      complete: async (condition) => {
        const parts = etags.map(
          (etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
        );
        const body = new TextEncoder().encode(
          `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`,
        );
        const headers = { ...conditionOf(condition), 'content-type': 'application/xml' };
        const answer = await this.client.ask({ method: 'POST', key, query: { uploadId }, headers, body });
        return this.#written(key, id, answer, length);
      },
      giveUp: async () => {
        await this.client.ask({ method: 'DELETE', key, query: { uploadId } }).catch(() => {});
      },
    };
  }

  /** Gives up the uploads below a beginning of keys that somebody who died has begun. */
  async giveUpUploads(prefix: string): Promise<void> {
    const answer = await this.client.ask({ method: 'GET', key: '', query: { uploads: '', prefix } });
    for (const { key, id } of uploadsIn(textOf(answer.body)))
      if (key.startsWith(prefix)) await this.client.ask({ method: 'DELETE', key, query: { uploadId: id } });
  }

  /** Copies an object, if it is this version still, in place of what lies at the other key. Throws `Conflict`. */
  async copy(from: string, version: Version, to: string): Promise<void> {
    const source = `/${this.client.address.bucket}/${encodedKey(from)}`;
    const headers = { 'x-amz-copy-source': source, 'x-amz-copy-source-if-match': quoted(version) };
    const answer = await this.client.ask({ method: 'PUT', key: to, headers });
    if (answer.status >= 300) throw changed(from);
  }

  /**
   * Removes an object, if it is this version still. Throws `Conflict`. Where the server knows no such condition that was
   * looked at a moment before.
   */
  async remove(key: string, version: Version): Promise<void> {
    const headers = { 'if-match': quoted(version) };
    const answer = await this.client.ask({ method: 'DELETE', key, headers });
    if (answer.status === 412) throw changed(key);
    if (answer.status === 501) await this.client.ask({ method: 'DELETE', key });
  }

  /** The objects whose keys begin so, and, with a delimiter, the beginnings up to it that more of them have in common. */
  async list(prefix: string, delimiter = ''): Promise<{ objects: Listed[]; prefixes: string[] }> {
    const found = { objects: [] as Listed[], prefixes: [] as string[] };
    for (let token: string | null = null; ;) {
      const query: Record<string, string> = {
        ...{ 'list-type': '2', prefix },
        ...(delimiter !== '' && { delimiter }),
        ...(token !== null && { 'continuation-token': token }),
      };
      const { status, body } = await this.client.ask({ method: 'GET', key: '', query });
      const page = status < 300 ? listingIn(textOf(body)) : undefined;
      if (page === undefined) throw noListing(this.client);
      for (const object of page.objects) found.objects.push(object);
      for (const one of page.prefixes) found.prefixes.push(one);
      token = page.next;
      if (token === null) return found;
    }
  }

  #nextId(): string {
    return `${this.#writer}-${this.#writes++}`;
  }

  /** What was written. A refusal of what may have been carried out before, unheard, is looked into. */
  async #written(key: string, id: string, answer: Answered, size: number): Promise<Head> {
    if (answer.status < 300) {
      const etag = answer.headers.etag ?? wordIn(textOf(answer.body), 'ETag');
      if (etag !== undefined) return { ...headOf({ ...answer, headers: { ...answer.headers, etag } }, size) };
    }
    if (answer.status < 300 || answer.isRepeated) {
      const there = await this.client.ask({ method: 'HEAD', key });
      if (there.status < 300 && there.headers[WRITE_ID] === id) return headOf(there, size);
    }
    throw changed(key);
  }
}

export interface Upload {
  add(bytes: Uint8Array): Promise<void>;
  /** Throws `Conflict`. */
  complete(condition: Condition): Promise<Head>;
  /** Never rejects. */
  giveUp(): Promise<void>;
}

function conditionOf(condition: Condition): Record<string, string> {
  if (condition === undefined) return {};
  return condition === null ? { 'if-none-match': '*' } : { 'if-match': quoted(condition) };
}

function headOf({ headers }: Pick<Answered, 'headers'>, size: number): Head {
  const [writtenAt, saidAt] = [headers['last-modified'], headers.date].map((said) => Date.parse(said ?? ''));
  return {
    ...{ version: unquoted(headers.etag ?? ''), size },
    ...{ writtenAt: numberOr(writtenAt, numberOr(saidAt, 0)), saidAt: numberOr(saidAt, 0) },
  };
}

function numberOr(value: number | undefined, otherwise: number): number {
  return value === undefined || Number.isNaN(value) ? otherwise : value;
}

/** Where the bytes of an answer lie in their object. */
function placeOf({ status, headers, body }: Answered): { from: number; size: number } {
  const [, from, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  if (status !== 206 || from === undefined) return { from: 0, size: body.length };
  return { from: Number(from), size: Number(size) };
}

function quoted(version: Version): string {
  return `"${version}"`;
}

function unquoted(etag: string): Version {
  return etag.replaceAll('"', '');
}

function changed(key: string): Conflict {
  return new Conflict(`${key} was written by somebody else meanwhile`);
}

function noListing(client: BucketClient): BackfillError {
  return new BackfillError(
    'store-unusable',
    `the store ${bucketUrl(client.address)} cannot be used: the server does not list its objects (ListObjectsV2)`,
  );
}
