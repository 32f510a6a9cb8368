import { startOfDay } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { Call } from '../http/steps.ts';
import type { ProviderConfig } from '../provider.ts';
import { ROWS_A_PAGE } from './capabilities.ts';
import type { Source } from './sources.ts';

/** Where Binance is asked: its API, and the archive of files. */
export interface Hosts {
  readonly api: string;
  readonly archive: string;
}

/** Has public market data only, needs no key, and is served where api.binance.com answers 451. */
export const PUBLIC_API = 'https://data-api.binance.vision';

const ARCHIVE = 'https://data.binance.vision';

/** Firewalls may turn away who does not say what it is; Node's client says nothing by itself. */
const HEADERS = { 'user-agent': 'backfill' } as const;

/** Both at the URL of a configuration that has one. */
export function hostsOf({ url }: Pick<ProviderConfig, 'url'>): Hosts {
  return url === undefined ? { api: PUBLIC_API, archive: ARCHIVE } : { api: url, archive: url };
}

/** One page of klines that open from `from` on to the end of the source's days. */
export function klinesCall(
  { api }: Hosts,
  symbol: string,
  interval: Interval,
  source: Source,
  from: number,
): Call {
  const asked = {
    ...{ symbol, interval, startTime: String(from) },
    // Both ends are inclusive.
    ...{ endTime: String(startOfDay(source.days.to) - 1), limit: String(ROWS_A_PAGE) },
  };
  return { url: below(api, '/api/v3/klines', asked), headers: HEADERS };
}

/** `BTCUSDT-1m-2024-03`: a month's file, without what it ends with. */
export function fileName(symbol: string, interval: Interval, month: string): string {
  return `${symbol}-${interval}-${month}`;
}

/** A month's file as it is asked for; a second time past whatever keeps copies on the way. */
interface FileAsked {
  readonly symbol: string;
  readonly interval: Interval;
  /** `YYYY-MM` */
  readonly month: string;
  readonly isAgain: boolean;
}

/** The digest of a month's file. */
export function checksumCall({ archive }: Hosts, file: FileAsked): Call {
  return { url: below(archive, `${pathOf(file)}.CHECKSUM`, manner(file)), headers: HEADERS };
}

/** A month's file. */
export function fileCall({ archive }: Hosts, file: FileAsked): Call {
  return { url: below(archive, pathOf(file), manner(file)), headers: HEADERS, asBytes: true };
}

function manner({ isAgain }: FileAsked): Readonly<Record<string, string>> {
  return isAgain ? { again: '1' } : {};
}

function pathOf({ symbol, interval, month }: FileAsked): string {
  return `/data/spot/monthly/klines/${symbol}/${interval}/${fileName(symbol, interval, month)}.zip`;
}

/** Every spot pair that trades. */
export function pairsCall({ api }: Hosts): Call {
  const asked = { permissions: 'SPOT', showPermissionSets: 'false', symbolStatus: 'TRADING' };
  return { url: below(api, '/api/v3/exchangeInfo', asked), headers: HEADERS };
}

function below(base: string, path: string, query: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`;
  url.search = new URLSearchParams(query).toString();
  return url;
}
