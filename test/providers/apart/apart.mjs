import {
  BackfillError,
  barsOf,
  checkActions,
  errorByStatus,
  firstLine,
  formatDay,
  parseDay,
  rawAnswer,
} from 'backfill/provider';

/** The results in an answer. Throws what it says instead. */
function resultsOf(answer, { tickers: [ticker] }) {
  const { status, body } = answer;
  const about = `apart answered ${status} for ${ticker}: ${firstLine(body)}`;
  if (status === 404 && body === 'no such symbol') throw new BackfillError('unknown-ticker', about);
  if (status !== 200) throw errorByStatus(answer, about);
  const { results } = JSON.parse(body);
  if (Array.isArray(results)) return results;
  throw new BackfillError('bad-answer', about, { retryable: true });
}

/**
 * Daily bars as traded, and splits and dividends from two endpoints of their own, as large vendors have them.
 * @type {import('backfill/provider').ProviderModule<object>}
 */
export default ({ url }) => {
  const call = (path, query) => ({
    url: new URL(`${url}/${path}?${new URLSearchParams(query).toString()}`),
    headers: {},
  });
  return {
    capabilities: {
      id: 'apart',
      intervals: { '1d': { settleDelayMs: 0, maxSpanDays: 366, requestsForActions: 2 } },
      actions: true,
      needsUrl: true,
    },
    request: ({ tickers: [symbol], range: { from, to } }) =>
      call('bars', { symbol, from: formatDay(from), to: formatDay(to) }),
    parse: (answer, asked) => ({ parts: [], state: resultsOf(answer, asked), hasMore: false }),
    end: (asked, rows) => {
      const bars = barsOf(rows.map((row) => ({ ...row, vwap: null, trades: null })));
      return [{ ticker: asked.tickers[0], answer: rawAnswer(asked.tickers[0], asked, bars) }];
    },
    actions: {
      request: ({ tickers: [symbol], range: { from } }, splits) =>
        call(splits === undefined ? 'splits' : 'dividends', { symbol, from: formatDay(from) }),
      parse: (answer, asked, splits) => {
        const rows = resultsOf(answer, asked);
        return { parts: [], state: [...(splits ?? []), ...rows], hasMore: splits === undefined };
      },
      end: ({ tickers: [ticker] }, rows) => {
        const stated = rows.map(({ exDate, ...row }) => ({
          action: { ...row, exDay: parseDay(exDate) },
          row,
        }));
        const { actions, rejected } = checkActions(stated);
        return [{ ticker, answer: { actions, badActions: rejected } }];
      },
    },
  };
};
