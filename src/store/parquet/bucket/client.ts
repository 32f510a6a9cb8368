import { createHash, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackfillError } from '../../../core/errors.ts';
import { type BucketAddress, bucketUrl } from '../../../s3/address.ts';
import { type BucketAccess, accessTo } from '../../../s3/access.ts';
import { type Refused, refusalIn } from '../../../s3/documents.ts';
import { type Answer, exchange } from '../../../s3/exchange.ts';
import { encodedKey, searchOf, signedHeaders } from '../../../s3/signed.ts';
import type { Asked } from './asked.ts';
import { noAnswer, refusedBy } from './trouble.ts';

export interface Answered extends Answer {
  /** Whether an attempt before this answer may have been carried out, though nobody heard so. */
  readonly isRepeated: boolean;
}

/** How long is waited between attempts. */
export interface Patience {
  readonly attempts: number;
  /** Of the first wait at most, in ms; each further one may be twice as long. */
  readonly firstMs: number;
}

/** Some six seconds in all: what a server of objects asks for by 503 while it spreads load. */
const PATIENCE: Patience = { attempts: 8, firstMs: 100 };
const LONGEST_MS = 5000;

/** Of a server that cannot be reached at all. */
const REACHES = 3;
const OUT_OF_REACH: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Statuses that a caller makes something of: what is not there, and conditions that do not hold. */
const TOLD: ReadonlySet<number> = new Set([404, 412, 416, 501]);

/** 409: two conditional writes met, and neither is decided. */
const PASSING: ReadonlySet<number> = new Set([409, 429, 500, 502, 503, 504]);
const PASSING_CODES: ReadonlySet<string | undefined> = new Set([
  ...['BadDigest', 'XAmzContentSHA256Mismatch', 'RequestTimeout', 'IncompleteBody'],
]);

/**
 * Asks a bucket, and again, at random within a growing time, where the server was busy, failed, or did not answer. Throws
 * `store-unusable`, in one line, for what nobody can go on with: no server, no such bucket, no right.
 */
export class BucketClient {
  readonly address: BucketAddress;
  readonly #patience: Patience;
  /** Looked up with the first request: opening a store touches nothing. */
  #access: BucketAccess | undefined;

  constructor(address: BucketAddress, patience: Patience = PATIENCE) {
    this.address = address;
    this.#patience = patience;
  }

  async ask(asked: Asked): Promise<Answered> {
    const access = (this.#access ??= accessTo(this.address));
    let isRepeated = false;
    for (let attempt = 1; ; attempt++) {
      let failure: BackfillError;
      let most = this.#patience.attempts;
      try {
        const answer = await this.#once(asked, access);
        const { status } = answer;
        const refused = status < 300 && !isLateRefusal(asked, answer) ? undefined : refusalOf(answer);
        if (refused === undefined || (TOLD.has(status) && refused.code !== 'NoSuchBucket'))
          return { ...answer, isRepeated };
        failure = refusedBy(asked, refused, answer, { access, where: bucketUrl(this.address) });
        if (status >= 300 && !PASSING.has(status) && !PASSING_CODES.has(refused.code)) throw failure;
      } catch (error) {
        const { code } = error as { code?: unknown };
        if (!(error instanceof Error) || isOwn(error)) throw error;
        failure = noAnswer(error, { access, where: bucketUrl(this.address) });
        if (OUT_OF_REACH.has(code)) most = Math.min(most, REACHES);
      }
      if (attempt >= most) throw failure;
      isRepeated = true;
      await sleep(randomInt(1 + Math.min(LONGEST_MS, this.#patience.firstMs * 2 ** (attempt - 1))));
    }
  }

  async #once(
    { method, key, query, headers, body }: Asked,
    { base, keys, region }: BucketAccess,
  ): Promise<Answer> {
    const url = new URL(base);
    url.pathname = `${url.pathname.replace(/\/$/, '')}/${encodedKey(key)}`;
    url.search = searchOf(query ?? {});
    const digest = body && { 'content-md5': createHash('md5').update(body).digest('base64') };
    const signed = await signedHeaders(url, keys, {
      ...{ method, region, headers: { ...headers, ...digest } },
      ...(body && { body }),
    });
    return exchange({ method, url, headers: signed, ...(body && { body }) });
  }
}

const isOwn = (error: Error): boolean => error.name === 'BackfillError';

/** What takes the server long is answered before it is done: then the refusal stands in a body behind a good status. */
function isLateRefusal({ method, headers }: Asked, { body }: Answer): boolean {
  const isLong = method === 'POST' || (method === 'PUT' && headers?.['x-amz-copy-source'] !== undefined);
  return isLong && refusalIn(textOf(body)) !== undefined;
}

function refusalOf({ status, body }: Answer): Refused {
  return refusalIn(textOf(body)) ?? { code: String(status), message: '' };
}

export function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}
