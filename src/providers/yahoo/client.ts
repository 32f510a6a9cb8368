import createYahooFinance from 'yahoo-finance2/createYahooFinance';
import chart from 'yahoo-finance2/modules/chart';
import { BackfillError } from '../../core/errors.ts';
import type { Interval } from '../../core/interval.ts';
import { type Chart, readChart } from './chart.ts';
import { type HttpAnswer, type Send, type WireEvents, retryAfterMs } from '../http/transport.ts';

/** What to ask of `/v8/finance/chart`. Periods are epoch seconds; a bar stamped exactly `period2` is included. */
export interface ChartQuery {
  readonly symbol: string;
  readonly interval: Interval;
  readonly period1: number;
  readonly period2: number;
  /** The caller's clock, ms since the epoch. */
  readonly now: number;
}

export type ChartClient = (query: ChartQuery, wire?: WireEvents) => Promise<Chart>;

export const YAHOO_URL = 'https://query2.finance.yahoo.com';

const YahooFinance = createYahooFinance({ modules: { chart } });

const SILENT = { info: nothing, warn: nothing, error: nothing, debug: nothing, dir: nothing };
function nothing(): void {}

/** What the library is shown of a good answer: it refuses a whole chart for a field that nobody reads. */
const NOTHING_MORE = '{"chart":{"result":[{"indicators":{"quote":[{}]}}]}}';

/**
 * The chart endpoint through yahoo-finance2, which knows its query. Bytes go through our own `send`, and answers are
 * read here, before the library sees them: it loses status and headers, and its checks ask for what is of no use.
 */
export function chartClient(send: Send, baseUrl: string): ChartClient {
  const base = new URL(baseUrl);
  return async (query, wire) => {
    let answered: Chart | undefined;
    const yahoo = new YahooFinance({
      fetch: async (input, init) => {
        const url = new URL(typeof input === 'object' && 'url' in input ? input.url : input);
        url.protocol = base.protocol;
        url.host = base.host;
        url.pathname = base.pathname.replace(/\/$/, '') + url.pathname;
        const answer = await send({ url, headers: { 'user-agent': userAgent(init) }, ...wire });
        assertUsable(answer, query);
        answered = readChart(answer.body, query.symbol);
        return asResponse(NOTHING_MORE);
      },
      queue: { concurrency: Number.POSITIVE_INFINITY },
      versionCheck: false,
      validation: { logErrors: false, logOptionsErrors: false },
      logger: SILENT,
    });
    try {
      // A new options object a call: the library mutates it.
      const options = {
        period1: query.period1,
        period2: query.period2,
        interval: query.interval,
        includePrePost: false,
        events: 'div|split',
        return: 'object',
      } as const;
      await yahoo.chart(encodeURIComponent(query.symbol), options, { validateResult: false });
    } catch (error) {
      if (error instanceof BackfillError) throw error;
      const what = firstLine(error instanceof Error ? error.message : String(error));
      const message = `Yahoo cannot be asked for ${query.symbol}: ${what}`;
      throw new BackfillError('bad-answer', message, { cause: error });
    }
    if (answered === undefined)
      throw new BackfillError('bad-answer', `Yahoo was not asked for ${query.symbol}`);
    return answered;
  };
}

/** Yahoo turns requests without a browser-like agent away with 429; the library's own is known to pass. */
function userAgent(init: RequestInit | undefined): string {
  const own = Object.entries(init?.headers ?? {}).find(([name]) => name.toLowerCase() === 'user-agent');
  return String(own?.[1] ?? 'Mozilla/5.0');
}

/** What the library reads of a good answer. The class itself would load all of `fetch` into every thread. */
function asResponse(body: string): Response {
  const read = { ok: true, status: 200, headers: {}, text: () => Promise.resolve(body) };
  return read as unknown as Response;
}

function assertUsable(answer: HttpAnswer, query: ChartQuery): void {
  if (answer.status === 200 && answer.body.trimStart().startsWith('{')) return;
  const said = describe(answer);
  const about = `Yahoo answered ${answer.status} for ${query.symbol}: ${said}`;
  const wait = retryAfterMs(answer.headers, query.now);
  switch (answer.status) {
    case 404:
      if (isChartError(answer)) throw new BackfillError('unknown-ticker', about);
      break;
    case 400:
      if (said.startsWith("Data doesn't exist")) throw new BackfillError('no-data', about);
      throw new BackfillError('bad-answer', about);
    case 422:
      throw new BackfillError('out-of-range', about);
    case 418:
    case 429:
      throw throttled(about, wait);
    case 401:
      throw new BackfillError('unauthorized', about);
    case 402:
    case 403:
    case 451:
      throw new BackfillError('not-entitled', about);
  }
  if (answer.status >= 500 && wait !== undefined) throw throttled(about, wait);
  if (isRefusal(answer)) throw new BackfillError('bad-answer', about);
  throw new BackfillError('provider-fault', about, { retryable: true });
}

function throttled(about: string, wait: number | undefined): BackfillError {
  const details = { retryable: true, ...(wait !== undefined && { retryAfterMs: wait }) };
  return new BackfillError('throttled', about, details);
}

/** Statuses 4xx that say that the same request may do later: time-out, too early. */
const LATER: ReadonlySet<number> = new Set([408, 425]);

/** Whether Yahoo itself says that the request is wrong; a page of something in between says nothing of it. */
function isRefusal(answer: HttpAnswer): boolean {
  const { status } = answer;
  return status >= 400 && status < 500 && !LATER.has(status) && isChartError(answer);
}

function isChartError(answer: HttpAnswer): boolean {
  return answer.body.includes('"chart"') && answer.body.includes('"error"');
}

/** The description of a JSON error, or the first line of whatever else came. */
function describe({ body }: HttpAnswer): string {
  const description = /"description"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1];
  return description ?? firstLine(body.replaceAll(/<[^>]*>/g, ' '));
}

function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > 160 ? `${line.slice(0, 160)}…` : line || '(empty)';
}
