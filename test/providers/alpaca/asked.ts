import { afterEach } from 'vitest';
import { type DayRange, parseDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import type { Part, Provider } from '../../../src/providers/provider.ts';
import { NO_BARS, type Reply, type Request, alpacaThatAnswers, askedOf, stopServers } from './serving.ts';

/** Has each test of a file stop the servers that it started. */
export function stopAfterEach(): void {
  afterEach(stopServers);
}

export const SHARES = '/v2/stocks/bars';
const CRYPTO = '/v1beta3/crypto/us/bars';
export const range = (from: string, to: string): DayRange => ({ from: parseDay(from), to: parseDay(to) });
export const JANUARY = range('2023-01-03', '2023-02-01');
const NOW = Date.parse('2023-12-10T18:54:00Z');

interface Asking {
  readonly tickers?: readonly string[];
  readonly interval?: Interval;
  readonly range?: DayRange;
  readonly now?: number;
}

/** What is asked for, by endpoint, and what is made of a chain of answers. */
export async function ask(
  asking: Asking,
  reply: (request: Request) => Reply | undefined = ({ path }) =>
    path === '/v1/corporate-actions' ? undefined : { body: NO_BARS },
  settings = {},
) {
  const { provider, asked } = await alpacaThatAnswers(reply, settings);
  const parts = await listOf(provider, asking);
  return { asked, shares: askedOf(asked, SHARES), crypto: askedOf(asked, CRYPTO), parts };
}

async function listOf(provider: Provider, asking: Asking): Promise<ReadonlyMap<string, Part>> {
  const request = { tickers: ['AAPL'], interval: '1d', range: JANUARY, now: NOW, ...asking } as const;
  return new Map((await provider.fetchList?.(request))?.map((part) => [part.ticker, part]));
}

export function codeOf(part: Part | undefined): unknown {
  return part !== undefined && 'error' in part ? (part.error as { code?: unknown }).code : part && 'bars';
}
