import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';

/** What a bucket's requests are signed with. */
export interface BucketKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of keys that are lent for a while. Default: they are not. */
  readonly sessionToken?: string;
}

/** What is signed for where nothing else is said, as public clients of servers that are not Amazon's do. */
export const DEFAULT_REGION = 'us-east-1';

/** A request that is to be signed. */
export interface Signable {
  /** Default: GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Signed with it: what arrives as something else is refused. Default: it has none, and that is left out. */
  readonly body?: Uint8Array;
  /** Default: `DEFAULT_REGION`. */
  readonly region?: string;
}

/**
 * The headers of a request of an object or a listing, signed (AWS Signature Version 4). It is dated by this machine's clock
 * and good for a quarter of an hour, so that each try is signed anew. Encoded bodies are not asked for: what is stored
 * compressed is to come as it is stored.
 */
export async function signedHeaders(
  url: URL,
  keys: BucketKeys,
  { method = 'GET', headers = {}, body, region = DEFAULT_REGION }: Signable = {},
): Promise<Record<string, string>> {
  const digest = body && { 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') };
  const signer = new AwsV4Signer({
    ...{ method, url: url.href, service: 's3', region, headers: { ...headers, ...digest } },
    ...keys,
  });
  const signed = await signer.sign();
  return { ...Object.fromEntries(signed.headers), 'accept-encoding': 'identity' };
}

/** The address of an object, in path style; each part of its key is encoded. */
export function objectUrl(base: string, bucket: string, key: string): URL {
  return urlOfKey(base, `${bucket}/${key}`);
}

/** The address of what a server calls by a path; each part of it is encoded. */
function urlOfKey(base: string, path: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${encodedKey(path)}`;
  return url;
}

/** A key as an address has it. */
export function encodedKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

/** The address of a page of the keys of a bucket that begin so (ListObjectsV2); `token`: where it goes on. */
export function listUrl(base: string, bucket: string, prefix: string, token: string | null): URL {
  const url = objectUrl(base, bucket, '');
  const query = { 'list-type': '2', prefix, ...(token !== null && { 'continuation-token': token }) };
  url.search = searchOf(query);
  return url;
}

/** Parameters as they are signed. */
export function searchOf(query: Readonly<Record<string, string>>): string {
  // A space is %20 in what is signed, never a plus.
  return new URLSearchParams(query).toString().replaceAll('+', '%20');
}
