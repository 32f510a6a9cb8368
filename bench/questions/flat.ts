import type { Question } from '../harness/question.ts';
import { inventFlat } from '../market/flat.ts';
import { fillMarket } from './whole-market.ts';

/** The last session of a month of 22. */
const END = '2026-10-30';

export const flat: Question = {
  asks: 'A month of the minutes of a whole market, a file a session: what does it take?',
  long: true,
  answer: async (options) => {
    const size = options.quick ? { tickers: 200, sessions: 5 } : { tickers: 2000, sessions: 22 };
    const market = await inventFlat(options.scratch, { ...size, end: END });
    const args = ['--interval', '1m', '--provider-setting', 'source=flat'];
    return await fillMarket(options, market, { args, note: 'packed files of minutes from a bucket' });
  },
};
