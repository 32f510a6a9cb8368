import { isLoopback } from './loopback.ts';

/** Ports of servers where their URLs name none. */
const PORTS: Readonly<Record<string, string>> = { 'postgres:': '5432', 'http:': '80', 'https:': '443' };

/**
 * The same text for the same store, however its URL is written: whatever the name of a server's loopback, with its usual port or
 * without, whoever logs in. `url`: as it is shown.
 */
export function sameStoreText(url: string): string {
  const plain = url.replace(/^postgresql:/i, 'postgres:');
  const parsed = URL.canParse(plain) ? new URL(plain) : undefined;
  if (parsed === undefined) return url;
  const endpoint = parsed.searchParams.get('endpoint');
  // Where the server is, a region says nothing more; and what is left of a path is a database or a bucket's.
  if (parsed.protocol === 's3:')
    return `s3:${endpoint === null ? '' : placeOf(new URL(endpoint))}/${parsed.host}${pathOf(parsed)}`;
  if (parsed.protocol !== 'postgres:') return url;
  const schema = parsed.searchParams.get('schema') ?? 'public';
  return `postgres:${placeOf(parsed)}${pathOf(parsed)} ${schema}`;
}

export function isSameStore(one: string, other: string): boolean {
  return one === other || sameStoreText(one) === sameStoreText(other);
}

/** `?host=` and `?port=` stand for those of a URL that names none: a socket's folder, say. */
function placeOf({ hostname, port: ownPort, protocol, searchParams }: URL): string {
  const port = ownPort || searchParams.get('port');
  const host = (hostname || (searchParams.get('host') ?? ''))
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  return `${isLoopback(host) || host === '' ? 'localhost' : host}:${port || (PORTS[protocol] ?? '')}`;
}

function pathOf({ pathname }: URL): string {
  return decodeURIComponent(pathname).replace(/\/+$/, '');
}
