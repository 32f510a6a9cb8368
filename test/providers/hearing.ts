import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { formatDay, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { ProviderConfig, Secrets } from '../../src/providers/provider.ts';
import { openProvider } from '../../src/providers/registry.ts';

// Answers as real servers are known to word them, or may, beside those that were recorded: each gives its rows, or is an error
// that says what it is; none is a success without rows.

interface Reply {
  readonly status?: number;
  readonly body: string;
}

export interface Asked {
  readonly id: string;
  readonly ticker: string;
  readonly interval?: Interval;
  readonly settings?: ProviderConfig['settings'];
  readonly secrets?: Secrets;
  /** What is said to a request for anything but bars; undefined: the same. */
  readonly besides?: (path: string) => string | undefined;
}

const NOW = Date.parse('2024-03-20T12:00:00Z');

/** Closes by session, of a week of March 2024, or the code of the error. */
async function hears({ status = 200, body }: Reply, asked: Asked): Promise<unknown> {
  const { id, ticker, interval = '1d', settings = {}, secrets = {}, besides = () => undefined } = asked;
  const server = createServer(({ url = '' }, response) => {
    const other = besides(url);
    response.writeHead(other === undefined ? status : 200).end(other ?? body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const gate = { ...OPEN_GATE, failed: async () => false, throttled: async () => false };
  const config = { id, url: `http://127.0.0.1:${port}`, timeoutMs: 5000, settings };
  const provider = await openProvider(config, gate, secrets);
  const range = { from: parseDay('2024-03-11'), to: parseDay('2024-03-16') };
  try {
    const { bars } = await provider.fetchBars({ series: { ticker, interval }, range, now: NOW });
    return Object.fromEntries(
      [...bars.ts].map((ts, i) => [
        interval === '1d' ? formatDay(utcDayOf(ts)) : new Date(ts).toISOString(),
        bars.close[i],
      ]),
    );
  } catch (error) {
    return (error as { code?: unknown }).code;
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** What answers say: status, body, and what is heard. */
export type Case = readonly [what: string, body: string, heard: unknown, status?: number];

/** What is heard of answers, however they are said. */
export function describeAnswers(asked: Asked, cases: readonly Case[]): void {
  describe(`${asked.id}, ${asked.ticker} ${asked.interval ?? '1d'}`, () => {
    it.each(cases.map((one) => [one[0], one] as const))(
      'hears %s',
      async (_, [, body, heard, status = 200]) => {
        expect(await hears({ status, body }, asked)).toEqual(heard);
      },
    );
  });
}

/** A page in place of an answer. */
export const HTML = '<html><head><title>429 Too Many Requests</title></head></html>';

/** Byte order mark. */
export const BOM = '\uFEFF';
