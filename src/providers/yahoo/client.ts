import createYahooFinance from 'yahoo-finance2/createYahooFinance';
import chart from 'yahoo-finance2/modules/chart';
import { BackfillError } from '../../core/errors.ts';
import type { Interval } from '../../core/session/interval.ts';
import { type Chart, readChart } from './chart.ts';
import { errorByStatus, firstLine } from '../http/status.ts';
import type { Call } from '../http/steps.ts';
import type { HttpAnswer } from '../http/transport.ts';

/** What to ask of `/v8/finance/chart`. Periods are epoch seconds; a bar stamped exactly `period2` is included. */
export interface ChartQuery {
  readonly symbol: string;
  readonly interval: Interval;
  readonly period1: number;
  readonly period2: number;
}

export const YAHOO_URL = 'https://query2.finance.yahoo.com';

const SILENT = { info: nothing, warn: nothing, error: nothing, debug: nothing, dir: nothing };
function nothing(): void {}

/** One for all requests: it is dearer to make than to ask. */
const yahoo = new (createYahooFinance({ modules: { chart } }))({
  queue: { concurrency: Number.POSITIVE_INFINITY },
  versionCheck: false,
  validation: { logErrors: false, logOptionsErrors: false },
  logger: SILENT,
});

/** What the library is told in place of an answer: a chart in which there is nothing to read. */
const NOTHING = '{"chart":{"result":[{"indicators":{"quote":[{}]}}]}}';

/** Stands for a symbol in what the library words. */
const SYMBOL = 'SYMBOL';

/** What the library worded, by interval. */
const worded = new Map<Interval, Promise<Call>>();

/**
 * A request to the chart endpoint as yahoo-finance2 words it, which knows its query. It is asked once an interval: symbol
 * and periods are put into what it said.
 */
export async function wordChart(query: ChartQuery, baseUrl: string): Promise<Call> {
  const wording = worded.get(query.interval) ?? wordingOf(query);
  worded.set(query.interval, wording);
  const { url: asked, headers } = await wording;
  const url = new URL(baseUrl);
  url.pathname =
    url.pathname.replace(/\/$/, '') + asked.pathname.replace(SYMBOL, () => encodeURIComponent(query.symbol));
  url.search = asked.search;
  url.searchParams.set('period1', String(query.period1));
  url.searchParams.set('period2', String(query.period2));
  return { url, headers };
}

/**
 * The library itself never gets to the wire: it loses status and headers of an answer, and its checks ask for what is of
 * no use.
 */
async function wordingOf({ interval, period1, period2 }: ChartQuery): Promise<Call> {
  let call: Call | undefined;
  const fetch: typeof globalThis.fetch = (input, init) => {
    const url = new URL(typeof input === 'object' && 'url' in input ? input.url : input);
    call = { url, headers: { 'user-agent': userAgent(init) } };
    return Promise.resolve(asResponse(NOTHING));
  };
  const options = {
    period1,
    period2,
    interval,
    includePrePost: false,
    events: 'div|split',
    return: 'object',
  } as const;
  await yahoo.chart(SYMBOL, { ...options }, { validateResult: false, fetch });
  if (call === undefined) throw new BackfillError('internal', 'yahoo-finance2 words no request');
  return call;
}

/** Yahoo turns requests without a browser-like agent away with 429; the library's own is known to pass. */
function userAgent(init: RequestInit | undefined): string {
  const own = Object.entries(init?.headers ?? {}).find(([name]) => name.toLowerCase() === 'user-agent');
  return String(own?.[1] ?? 'Mozilla/5.0');
}

/** What the library reads of an answer. The class itself would load all of `fetch` into every thread. */
function asResponse(body: string): Response {
  const read = { ok: true, status: 200, headers: {}, text: () => Promise.resolve(body) };
  return read as unknown as Response;
}

/** The chart in an answer. Throws what the answer says instead, or `bad-answer` for a chart that is none. */
export function chartIn(answer: HttpAnswer, { symbol }: Pick<ChartQuery, 'symbol'>): Chart {
  if (answer.status === 200 && answer.body.trimStart().startsWith('{')) return readChart(answer.body, symbol);
  const said = describe(answer);
  const about = `Yahoo answered ${answer.status} for ${symbol}: ${said}`;
  switch (answer.status) {
    case 404:
      if (isChartError(answer) || NO_DATA.test(answer.body)) throw new BackfillError('unknown-ticker', about);
      break;
    case 400:
      if (said.startsWith("Data doesn't exist")) throw new BackfillError('no-data', about);
      throw new BackfillError('bad-answer', about);
    case 422:
      throw new BackfillError('out-of-range', about);
  }
  const error = errorByStatus(answer, about);
  throw error.code === 'provider-fault' && isRefusal(answer) ? new BackfillError('bad-answer', about) : error;
}

/** What Yahoo says of a symbol that it does not have, be it in plain text. */
const NO_DATA = /No data found, symbol may be delisted/;

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
