import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { ProviderConfig } from '../provider.ts';

/** Where the use of a quota is kept. */
export interface QuotaPlace {
  readonly path: string;
  /** Files in which earlier versions counted the same requests; what is in them is taken over. */
  readonly former: readonly string[];
}

/**
 * The file in which all processes of this machine that use one key at one provider share its quota, whatever URL they
 * ask: a key is known by a hash only, and without one the provider counts by where requests come from. A server on this
 * machine (a simulator) is another provider in the same clothes and counts by its port.
 */
export function quotaPlaceOf(stateFolder: string, { id, url }: ProviderConfig, key?: string): QuotaPlace {
  const folder = join(stateFolder, 'quota');
  const port = url === undefined ? undefined : loopbackPort(url);
  const owner = key ? hashOf(id, key) : 'anonymous';
  const name = port === undefined ? `${id}-${owner}` : `${id}-${owner}-port-${port}`;
  const asked = port === undefined ? ['', url ?? ''] : [url ?? ''];
  const former = [...new Set(asked)].map((once) => join(folder, `${id}-${hashOf(id, once)}.json`));
  return { path: join(folder, `${name}.json`), former };
}

/** What a quota is called where several machines share it: `alphavantage-0123456789abcdef`. */
export function ownerOf({ path }: QuotaPlace): string {
  return basename(path, '.json');
}

function hashOf(id: string, secret: string): string {
  return createHash('sha256').update(`${id}\n${secret}`).digest('hex').slice(0, 16);
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Names of this machine: `localhost`, 127.0.0.0/8, ::1, and the addresses of any interface, which reach it too. */
const LOOPBACK = /^(?:.+\.)?localhost\.?$|^127\.|^0\.0\.0\.0$|^\[::1?\]$|^\[::ffff:7f[\da-f]{2}:/;

/** The port of a server on this machine; undefined for any other URL. */
function loopbackPort(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, port, protocol } = new URL(url);
  return LOOPBACK.test(hostname) ? port || DEFAULT_PORTS[protocol] : undefined;
}
