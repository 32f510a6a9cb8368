import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WireRequest } from '../wire.ts';

/** Why a request is refused before it is looked at. */
export type Unsigned = 'AccessDenied' | 'InvalidAccessKeyId' | 'SignatureDoesNotMatch';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/(\w+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Whose request it is, by its signature (AWS Signature Version 4, in a header), or why it is nobody's. `secretOf`: the secret of
 * an access key. The date of the signature is not held against a clock: the simulator's may stand still.
 */
export function signerOf(
  request: WireRequest,
  secretOf: (accessKey: string) => string | undefined,
): { readonly accessKey: string } | { readonly refused: Unsigned } {
  const { headers } = request;
  const [, accessKey, date, region, service, names, signature] =
    AUTHORIZATION.exec(headerOf(headers, 'authorization')) ?? [];
  if (accessKey === undefined || names === undefined || signature === undefined)
    return { refused: 'AccessDenied' };
  const secret = secretOf(accessKey);
  if (secret === undefined) return { refused: 'InvalidAccessKeyId' };
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = [
    'AWS4-HMAC-SHA256',
    headerOf(headers, 'x-amz-date'),
    scope,
    createHash('sha256').update(canonical(request, names)).digest('hex'),
  ].join('\n');
  let key: Buffer = Buffer.from(`AWS4${secret}`);
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  const own = createHmac('sha256', key).update(toSign).digest();
  const isSame = timingSafeEqual(own, Buffer.from(signature, 'hex'));
  return isSame ? { accessKey } : { refused: 'SignatureDoesNotMatch' };
}

/** A request as it is signed. */
function canonical({ method, path, query, headers }: WireRequest, names: string): string {
  const parameters = [...query]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted()
    .join('&');
  const signed = names.split(';').map((name) => `${name}:${headerOf(headers, name).trim()}\n`);
  const keys = decodeURIComponent(path).split('/').map(encoded).join('/');
  return [method, keys, parameters, signed.join(''), names, headerOf(headers, 'x-amz-content-sha256')].join(
    '\n',
  );
}

function headerOf(headers: WireRequest['headers'], name: string): string {
  return String(headers[name] ?? '');
}

/** As RFC 3986 has it. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
