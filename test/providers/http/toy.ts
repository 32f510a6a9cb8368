import { UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';
import { parseDay, startOfDay } from '../../../src/core/session/day.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import { errorByStatus } from '../../../src/providers/http/status.ts';
import type { HttpSteps } from '../../../src/providers/http/steps.ts';
import type { HttpAnswer } from '../../../src/providers/http/transport.ts';
import type { BarAnswer, ListRequest, Part } from '../../../src/providers/provider.ts';
import { sampleCapabilities } from '../../../src/providers/sample/capabilities.ts';

const FROM = parseDay('2025-01-06');

export const ASKED: Omit<ListRequest, 'tickers'> = {
  interval: '1d',
  range: { from: FROM, to: FROM + 5 },
  now: Date.parse('2025-02-01T00:00:00Z'),
};

/** What the toy's server says: closes by ticker, and where to go on. */
export interface ToyPage {
  readonly closes?: Readonly<Record<string, readonly number[]>>;
  readonly next?: string;
  /** The request is refused for some ticker, which is named or not. */
  readonly refused?: string;
  readonly bad?: string;
}

interface ToyState {
  readonly next: string | undefined;
  readonly came: Readonly<Record<string, readonly number[]>>;
}

/** A provider of lists and pages: of one ticker a page may tell a part; who is whole is known at the end. */
export function toySteps(url = 'http://toy'): HttpSteps<ToyState> {
  return {
    capabilities: { ...sampleCapabilities, id: 'toy', metered: true },
    symbolOf: (ticker) => ticker.toLowerCase(),
    tickerOf: (symbol) => symbol.toUpperCase(),
    request: ({ tickers }, state, { key = '' }) => ({
      url: new URL(`${url}/bars?of=${tickers.join(',')}&page=${state?.next ?? ''}&key=${key}`),
      headers: { 'x-key': key },
    }),
    parse: (answer, _asked, state) => {
      if (answer.status !== 200) throw errorByStatus(answer, `toy says ${answer.body}`);
      const { closes = {}, next, refused, bad } = JSON.parse(answer.body) as ToyPage;
      if (bad !== undefined) throw new BackfillError('bad-answer', bad);
      if (refused !== undefined)
        return { spoilt: new BackfillError('unknown-ticker', `toy says ${answer.body}`), without: [refused] };
      const came = { ...state?.came };
      for (const [ticker, values] of Object.entries(closes))
        came[ticker] = [...(came[ticker] ?? []), ...values];
      // The last one of a page may go on in the next.
      const whole = Object.keys(closes).slice(0, -1);
      return {
        parts: whole.map((ticker) => toyPart(ticker, came[ticker])),
        state: { next, came },
        hasMore: next !== undefined,
      };
    },
    end: ({ tickers }, { came }) => tickers.map((ticker) => toyPart(ticker, came[ticker])),
    tickers: {
      request: ({ key = '' }) => ({ url: new URL(`${url}/tickers`), headers: { 'x-key': key } }),
      parse: (answer: HttpAnswer) => {
        if (answer.status !== 200) throw errorByStatus(answer, `toy says ${answer.body}`);
        return JSON.parse(answer.body) as string[];
      },
    },
  };
}

function toyPart(ticker: string, closes: readonly number[] = []): Part {
  const bars = closes.map((close, i) => ({
    ts: startOfDay(FROM + i),
    ...{ open: close, high: close, low: close, close, volume: 1, vwap: null, trades: null },
  }));
  const answer: BarAnswer = {
    ...{
      bars: barsOf(bars),
      unusable: [],
      proven: ASKED.range,
      wireBasis: 'raw',
      explained: [],
      actions: [],
    },
    ...{ identity: UNKNOWN_IDENTITY, delistedOn: null, dropped: 0 },
  };
  return { ticker, answer };
}

/** What came of each ticker: its closes, or the code of its error. */
export function outcomesOf(parts: readonly Part[]): Record<string, readonly number[] | string> {
  return Object.fromEntries(
    parts.map((part) => [
      part.ticker,
      'answer' in part
        ? [...part.answer.bars.close]
        : ((part.error as BackfillError).code ?? String(part.error)),
    ]),
  );
}
