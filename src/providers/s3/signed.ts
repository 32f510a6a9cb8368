import { AwsV4Signer } from 'aws4fetch';

/** What a bucket's requests are signed with. */
export interface BucketKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What public clients of servers that are not Amazon's sign for. */
const REGION = 'us-east-1';

/**
 * The headers of a GET of an object or a listing, signed (AWS Signature Version 4, the body left out of it). It is dated by
 * this machine's clock and good for a quarter of an hour, so that each try is signed anew. Encoded bodies are not asked for:
 * what is stored compressed is to come as it is stored.
 */
export async function signedHeaders(
  url: URL,
  keys: BucketKeys,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const signer = new AwsV4Signer({
    ...{ method: 'GET', url: url.href, service: 's3', region: REGION, headers },
    ...keys,
  });
  const signed = await signer.sign();
  return { ...Object.fromEntries(signed.headers), 'accept-encoding': 'identity' };
}

/** The address of an object, in path style; each part of its key is encoded. */
export function objectUrl(base: string, bucket: string, key: string): URL {
  const url = new URL(base);
  const path = [bucket, ...key.split('/')].map(encodeURIComponent).join('/');
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`;
  return url;
}

/** The address of a page of the keys of a bucket that begin so (ListObjectsV2); `token`: where it goes on. */
export function listUrl(base: string, bucket: string, prefix: string, token: string | null): URL {
  const url = objectUrl(base, bucket, '');
  const query = { 'list-type': '2', prefix, ...(token !== null && { 'continuation-token': token }) };
  // A space is %20 in what is signed, never a plus.
  url.search = new URLSearchParams(query).toString().replaceAll('+', '%20');
  return url;
}
