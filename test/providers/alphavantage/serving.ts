import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type DayRange, parseDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { openAlphavantage } from '../../../src/providers/alphavantage/index.ts';
import type { AlphavantageSettings } from '../../../src/providers/alphavantage/settings.ts';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import type { BarAnswer, Provider } from '../../../src/providers/provider.ts';

/** A key that is written otherwise in an address. */
export const KEY = 'PLANTED+KEY/16';

/** Nothing is asked for twice. */
const ONE_TRY: Gate = { ...OPEN_GATE, failed: async () => false };

/** A Sunday on which answers were recorded. */
export const NOW = Date.parse('2026-05-17T12:00:00Z');

export function dates(first: string, last: string): DayRange {
  return { from: parseDay(first), to: parseDay(last) + 1 };
}

/** A provider beside a real server that replies so, and the queries that it sent there. */
export async function alphavantageBeside(
  reply: (query: URLSearchParams) => string,
  settings: AlphavantageSettings = {},
): Promise<{ readonly provider: Provider; readonly asked: URLSearchParams[] }> {
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://server');
    asked.push(searchParams);
    response.end(reply(searchParams));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const config = { id: 'alphavantage', url: `http://127.0.0.1:${port}`, settings };
  return { provider: openAlphavantage(config, ONE_TRY, { key: KEY }), asked };
}

/** What is asked for, and with what key. Default: a week of IBM by the day, with one that is paid for. */
interface Asked {
  readonly ticker?: string;
  readonly interval?: Interval;
  readonly range?: DayRange;
  readonly now?: number;
  readonly tier?: string;
}

/** What it makes of one answer to whatever it asks. */
export async function answerTo(body: string, asked: Asked = {}): Promise<BarAnswer> {
  const { ticker = 'IBM', interval = '1d', range = dates('2026-05-11', '2026-05-15') } = asked;
  const { now = NOW, tier = '75' } = asked;
  const { provider } = await alphavantageBeside(() => body, { tier, actions: 'none' });
  return provider.fetchBars({ series: { ticker, interval }, range, now });
}
