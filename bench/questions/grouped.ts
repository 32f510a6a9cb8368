import type { Question } from '../harness/question.ts';
import { inventGrouped } from '../market/grouped.ts';
import { fillMarket } from './whole-market.ts';

const END = '2026-11-20';

export const grouped: Question = {
  asks: 'A year of a whole market, a session a request: what does it take?',
  long: true,
  answer: async (options) => {
    const size = options.quick ? { tickers: 1000, sessions: 60 } : { tickers: 8000, sessions: 252 };
    const market = await inventGrouped(options.scratch, { ...size, end: END });
    return await fillMarket(options, market, { args: [], note: 'grouped days of the API' });
  },
};
