import { createHash } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signerOf } from '../../../src/simulator/s3/signature.ts';

/** Keys that the fake knows. */
export const KEYS = { accessKeyId: 'AKFAKE', secretAccessKey: 'a-secret-of-the-fake' } as const;

interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modified: number;
  readonly meta: Readonly<Record<string, string>>;
}

/** A request as it was carried out, or would have been. */
export interface Seen {
  readonly method: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/**
 * What becomes of a request instead: a status with a code; `lost`: it is carried out, and the connection breaks before the
 * answer; `unheard`: the connection breaks before anything is done.
 */
export type Fault = { readonly status: number; readonly code: string } | 'lost' | 'unheard';

/** A server of one bucket, `lake`, in memory, on loopback. */
export interface FakeS3 {
  readonly endpoint: string;
  readonly objects: Map<string, StoredObject>;
  /** What was asked, in order. */
  readonly seen: Seen[];
  /** Keys of a page of a listing. */
  pageKeys: number;
  /** Asked before each request: what becomes of it instead. Default: nothing does. */
  fault: (request: Seen) => Fault | undefined | Promise<Fault | undefined>;
  /** Whether conditions of writes are looked at. Default: they are. */
  keepsConditions: boolean;
  /** Added to its clock, ms. */
  aheadMs: number;
  /** Uploads that were begun. */
  readonly uploads: Map<
    string,
    { readonly key: string; readonly meta: StoredObject['meta']; readonly parts: Map<number, Buffer> }
  >;
  close(): Promise<void>;
}

export async function startFakeS3(): Promise<FakeS3> {
  const fake = {
    endpoint: '',
    objects: new Map(),
    seen: [],
    pageKeys: 1000,
    fault: () => undefined,
    keepsConditions: true,
    aheadMs: 0,
    uploads: new Map(),
  } as unknown as { -readonly [K in keyof FakeS3]: FakeS3[K] };
  const server = createServer((request, response) => void answer(fake, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  fake.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  fake.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return fake;
}

/** What an answer is made of. */
interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

async function answer(fake: FakeS3, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const url = new URL(request.url ?? '', fake.endpoint);
  const [, bucket = '', ...rest] = decodeURIComponent(url.pathname).split('/');
  const seen: Seen = {
    ...{ method: request.method ?? '', key: rest.join('/') },
    ...{ query: url.searchParams, headers: request.headers },
  };
  fake.seen.push(seen);
  const fault = await fake.fault(seen);
  if (fault === 'unheard') return void request.socket.destroy();
  const refused = unsigned(request, url, body);
  const reply =
    typeof fault === 'object'
      ? refusal(fault.status, fault.code)
      : refused !== undefined
        ? refused
        : bucket === 'lake'
          ? carriedOut(fake, seen, body)
          : refusal(404, 'NoSuchBucket');
  if (fault === 'lost') return void request.socket.destroy();
  const isHead = seen.method === 'HEAD';
  const bytes = Buffer.from(reply.body ?? '');
  response.writeHead(reply.status, {
    date: new Date(Date.now() + fake.aheadMs).toUTCString(),
    ...(isHead ? {} : { 'content-length': String(bytes.length) }),
    ...reply.headers,
  });
  response.end(isHead ? undefined : bytes);
}

function unsigned(request: IncomingMessage, url: URL, body: Buffer): Reply | undefined {
  const wire = {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
  };
  const signer = signerOf(wire, (key) => (key === KEYS.accessKeyId ? KEYS.secretAccessKey : undefined));
  if ('refused' in signer) return refusal(403, signer.refused);
  const [digest, md5] = [request.headers['x-amz-content-sha256'], request.headers['content-md5']];
  const isOther =
    (body.length > 0 && digest !== createHash('sha256').update(body).digest('hex')) ||
    (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64'));
  return isOther ? refusal(400, 'BadDigest') : undefined;
}

function carriedOut(fake: FakeS3, seen: Seen, body: Buffer): Reply {
  const { method, key, query, headers } = seen;
  if (key === '') return query.has('uploads') ? uploadList(fake) : listing(fake, query);
  if (method === 'GET' || method === 'HEAD') return readObject(fake, seen);
  if (method === 'DELETE') return removed(fake, seen);
  if (method === 'POST' && query.has('uploads')) {
    const id = `upload-${fake.seen.length}`;
    fake.uploads.set(id, { key, meta: metaOf(headers), parts: new Map() });
    return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  }
  if (method === 'POST') return completed(fake, seen);
  const uploadId = query.get('uploadId');
  if (uploadId !== null) {
    const upload = fake.uploads.get(uploadId);
    if (upload === undefined) return refusal(404, 'NoSuchUpload');
    upload.parts.set(Number(query.get('partNumber')), body);
    return { status: 200, headers: { etag: `"${md5Of(body)}"` } };
  }
  const source = headers['x-amz-copy-source'];
  if (typeof source === 'string')
    return copied(fake, seen, decodeURIComponent(source).replace(/^\/lake\//, ''));
  return unmet(fake, seen) ?? stored(fake, key, body, metaOf(headers), md5Of(body));
}

/** A refusal where the condition of a write does not hold. */
function unmet(fake: FakeS3, { key, headers }: Seen): Reply | undefined {
  if (!fake.keepsConditions) return undefined;
  const there = fake.objects.get(key);
  const [match, noneMatch] = [headers['if-match'], headers['if-none-match']];
  if (noneMatch !== undefined && there !== undefined) return refusal(412, 'PreconditionFailed');
  if (match === undefined) return undefined;
  if (there === undefined) return refusal(404, 'NoSuchKey');
  return match === `"${there.etag}"` ? undefined : refusal(412, 'PreconditionFailed');
}

function stored(fake: FakeS3, key: string, bytes: Buffer, meta: StoredObject['meta'], etag: string): Reply {
  // To the second, as the header has it.
  const modified = Math.floor((Date.now() + fake.aheadMs) / 1000) * 1000;
  fake.objects.set(key, { bytes, etag, modified, meta });
  return { status: 200, headers: { etag: `"${etag}"` } };
}

function completed(fake: FakeS3, seen: Seen): Reply {
  const id = seen.query.get('uploadId') ?? '';
  const upload = fake.uploads.get(id);
  if (upload === undefined) return refusal(404, 'NoSuchUpload');
  const refused = unmet(fake, seen);
  if (refused !== undefined) return refused;
  const parts = [...upload.parts].toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes);
  if (parts.slice(0, -1).some(({ length }) => length < 5 * 1024 * 1024))
    return refusal(400, 'EntityTooSmall');
  fake.uploads.delete(id);
  const bytes = Buffer.concat(parts);
  const etag = `${md5Of(bytes)}-${parts.length}`;
  stored(fake, seen.key, bytes, upload.meta, etag);
  return xml(
    `<CompleteMultipartUploadResult><ETag>&quot;${etag}&quot;</ETag></CompleteMultipartUploadResult>`,
  );
}

function copied(fake: FakeS3, { key, headers }: Seen, from: string): Reply {
  const source = fake.objects.get(from);
  if (source === undefined) return refusal(404, 'NoSuchKey');
  if (headers['x-amz-copy-source-if-match'] !== `"${source.etag}"`) return refusal(412, 'PreconditionFailed');
  stored(fake, key, source.bytes, source.meta, source.etag);
  return xml(`<CopyObjectResult><ETag>&quot;${source.etag}&quot;</ETag></CopyObjectResult>`);
}

function removed(fake: FakeS3, seen: Seen): Reply {
  const uploadId = seen.query.get('uploadId');
  if (uploadId !== null) fake.uploads.delete(uploadId);
  else {
    const refused = fake.objects.has(seen.key) ? unmet(fake, seen) : undefined;
    if (refused !== undefined) return refused;
    fake.objects.delete(seen.key);
  }
  return { status: 204 };
}

function readObject(fake: FakeS3, { key, headers }: Seen): Reply {
  const there = fake.objects.get(key);
  if (there === undefined) return refusal(404, 'NoSuchKey');
  const { bytes, etag, modified, meta } = there;
  if (headers['if-match'] !== undefined && headers['if-match'] !== `"${etag}"`)
    return refusal(412, 'PreconditionFailed');
  const own = {
    ...{ etag: `"${etag}"`, 'last-modified': new Date(modified).toUTCString() },
    ...meta,
  };
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? [];
  if (first === undefined)
    return { status: 200, headers: { ...own, 'content-length': String(bytes.length) }, body: bytes };
  const from = first === '' ? Math.max(0, bytes.length - Number(last)) : Number(first);
  const to = first === '' || last === '' ? bytes.length : Math.min(bytes.length, Number(last) + 1);
  if (from >= bytes.length) return refusal(416, 'InvalidRange');
  const range = { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` };
  return { status: 206, headers: { ...own, ...range }, body: bytes.subarray(from, to) };
}

function listing(fake: FakeS3, query: URLSearchParams): Reply {
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString();
  const groups = new Map<string, string>();
  for (const key of [...fake.objects.keys()].toSorted()) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? key : key.slice(0, end + 1);
    if (name > after) groups.set(name, end < 0 ? contents(fake, key) : prefixes(name));
  }
  const page = [...groups].slice(0, fake.pageKeys);
  const isTruncated = groups.size > fake.pageKeys;
  const next = Buffer.from(page.at(-1)?.[0] ?? '').toString('base64');
  const token = isTruncated ? `<NextContinuationToken>${next}</NextContinuationToken>` : '';
  return xml(
    `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${token}${page.map(([, text]) => text).join('')}</ListBucketResult>`,
  );
}

function contents(fake: FakeS3, key: string): string {
  const { etag, modified, bytes } = fake.objects.get(key) as StoredObject;
  const when = new Date(modified).toISOString();
  return `<Contents><Key>${escaped(key)}</Key><LastModified>${when}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${bytes.length}</Size></Contents>`;
}

function prefixes(name: string): string {
  return `<CommonPrefixes><Prefix>${escaped(name)}</Prefix></CommonPrefixes>`;
}

function uploadList({ uploads }: FakeS3): Reply {
  const all = [...uploads].map(
    ([id, { key }]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`,
  );
  return xml(`<ListMultipartUploadsResult>${all.join('')}</ListMultipartUploadsResult>`);
}

function metaOf(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('x-amz-meta-') ? [[name, String(value)]] : [],
    ),
  );
}

function md5Of(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function xml(content: string): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0"?>${content}`,
  };
}

function refusal(status: number, code: string): Reply {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>so it is</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}
