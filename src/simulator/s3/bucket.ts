// A bucket as S3 has it, asked in path style:
//
//   GET /BUCKET/?list-type=2&prefix=us_stocks_sip/&max-keys=1000&continuation-token=…
//   GET /BUCKET/KEY      with Range and If-Match, if need be
//
// with a signature in `Authorization`. A listing has IsTruncated before its keys, and no KeyCount, as recorded.

import { createHash } from 'node:crypto';
import type { WireRequest, WireResponse } from '../wire.ts';
import { type Unsigned, signerOf } from './signature.ts';

/** An object as it is at some moment. */
export interface StoredObject {
  readonly bytes: Buffer;
  /** ms since the epoch. */
  readonly modified: number;
  /** Bars in it. */
  readonly rows: number;
}

export interface Bucket {
  readonly name: string;
  readonly secretOf: (accessKey: string) => string | undefined;
  /** Keys that begin so, ascending. */
  readonly keysWith: (prefix: string) => Iterable<string>;
  /** Undefined where there is none. */
  readonly read: (key: string) => StoredObject | undefined;
  /** Whether a key is given to who asks for it; a listing names it all the same. */
  readonly isOpen: (key: string, accessKey: string) => boolean;
}

/** What a bucket answers; undefined for a request of something else. */
export function bucketAnswer(request: WireRequest, bucket: Bucket): WireResponse | undefined {
  const path = decodeURIComponent(request.path);
  if (path !== `/${bucket.name}` && !path.startsWith(`/${bucket.name}/`)) return undefined;
  const signer = signerOf(request, bucket.secretOf);
  if ('refused' in signer) return refusal(403, signer.refused);
  const key = path.slice(bucket.name.length + 2);
  if (key === '') return listing(request.query, bucket);
  const found = bucket.read(key);
  if (found === undefined) return refusal(404, 'NoSuchKey', `<Key>${escaped(key)}</Key>`);
  // Recorded so: without a document.
  if (!bucket.isOpen(key, signer.accessKey)) return { status: 403, headers: {}, body: '', rows: 0 };
  return object(request.headers, found);
}

const MOST_KEYS = 1000;

function listing(query: URLSearchParams, { name, keysWith, read }: Bucket): WireResponse {
  if (query.get('list-type') !== '2') return refusal(400, 'InvalidArgument');
  const prefix = query.get('prefix') ?? '';
  const most = Math.min(MOST_KEYS, Number(query.get('max-keys') ?? MOST_KEYS));
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64').toString();
  const keys: string[] = [];
  let isTruncated = false;
  for (const key of keysWith(prefix)) {
    if (key <= after) continue;
    isTruncated = keys.length === most;
    if (isTruncated) break;
    keys.push(key);
  }
  const contents = keys.flatMap((key) => {
    const found = read(key);
    if (found === undefined) return [];
    return `<Contents><Key>${escaped(key)}</Key><LastModified>${new Date(found.modified).toISOString()}</LastModified><ETag>${escaped(etagOf(found))}</ETag><Size>${found.bytes.length}</Size><StorageClass>STANDARD</StorageClass><Type>Normal</Type></Contents>`;
  });
  const next = isTruncated
    ? `<NextContinuationToken>${Buffer.from(keys.at(-1) ?? '').toString('base64')}</NextContinuationToken>`
    : '';
  const head = `<Name>${name}</Name><Prefix>${escaped(prefix)}</Prefix><MaxKeys>${most}</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>`;
  return document(
    200,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${head}${contents.join('')}${next}</ListBucketResult>`,
  );
}

/** An object, or the part of it from some byte on. */
function object(headers: WireRequest['headers'], { bytes, modified, rows }: StoredObject): WireResponse {
  const etag = etagOf({ bytes });
  const { 'if-match': match, range } = headers;
  if (match !== undefined && match !== etag) return refusal(412, 'PreconditionFailed');
  const own = {
    ...{ etag, 'last-modified': new Date(modified).toUTCString(), 'accept-ranges': 'bytes' },
    'content-type': 'application/gzip',
  };
  const [, first, end] = /^bytes=(\d+)-(\d*)$/.exec(String(range ?? '')) ?? [];
  if (first === undefined)
    return { status: 200, headers: own, body: bytes.toString('latin1'), encoding: 'latin1', rows };
  const from = Number(first);
  if (from >= bytes.length) return refusal(416, 'InvalidRange');
  const last = end === undefined || end === '' ? bytes.length - 1 : Math.min(Number(end), bytes.length - 1);
  return {
    status: 206,
    headers: { ...own, 'content-range': `bytes ${from}-${last}/${bytes.length}` },
    ...{ body: bytes.subarray(from, last + 1).toString('latin1'), encoding: 'latin1', rows },
  };
}

function etagOf({ bytes }: Pick<StoredObject, 'bytes'>): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

const MESSAGES: Readonly<Record<string, string>> = {
  AccessDenied: 'Access Denied',
  InvalidAccessKeyId: 'The AWS Access Key Id you provided does not exist in our records.',
  SignatureDoesNotMatch:
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  NoSuchKey: 'The specified key does not exist.',
  PreconditionFailed: 'At least one of the pre-conditions you specified did not hold',
  InvalidRange: 'The requested range is not satisfiable',
  InvalidArgument: 'Only listings of type 2 are answered',
  SlowDown: 'Please reduce your request rate.',
} satisfies Readonly<Record<Unsigned | 'NoSuchKey', string>> & Readonly<Record<string, string>>;

/** What a bucket says where it gives nothing. */
export function refusal(status: number, code: string, more = ''): WireResponse {
  return document(
    status,
    `<Error><Code>${code}</Code><Message>${MESSAGES[code] ?? code}</Message>${more}</Error>`,
  );
}

function document(status: number, content: string): WireResponse {
  const body = `<?xml version="1.0" encoding="UTF-8"?>${content}`;
  return { status, headers: { 'content-type': 'application/xml' }, body, rows: 0 };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}
