import {
  BackfillError,
  barsOf,
  errorByStatus,
  firstLine,
  formatDay,
  inCategories,
  parseDay,
  rawAnswer,
} from 'backfill/provider';

const HEADING = 'symbol,date,open,high,low,close,volume';
const MEMBERS = 'symbol,name,type,listed,delisted';
const UNIVERSES = { categories: ['us_equities', 'etf'], tellsDelisted: true };
const bad = (about) => new BackfillError('bad-answer', about, { retryable: true });

/** Daily bars as CSV, a request a ticker. @type {import('backfill/provider').ProviderModule<object[]>} */
export default ({ url }) => ({
  capabilities: {
    id: 'toy',
    intervals: { '1d': { settleDelayMs: 0 } },
    discovers: UNIVERSES,
    needsUrl: true,
  },
  request: ({ tickers: [ticker], range: { from, to } }) => ({
    url: new URL(`${url}/${encodeURIComponent(ticker)}.csv?from=${formatDay(from)}&to=${formatDay(to)}`),
    headers: {},
  }),
  parse: (answer, { tickers: [ticker] }) => {
    const { status, body } = answer;
    const about = `toy answered ${status} for ${ticker}: ${firstLine(body)}`;
    if (status === 404 && body === 'no such symbol') throw new BackfillError('unknown-ticker', about);
    if (status !== 200) throw errorByStatus(answer, about);
    const [heading, ...lines] = body.split('\n');
    // Cut short, it has no line end.
    if (heading !== HEADING || lines.pop() !== '') throw bad(about);
    return { parts: [], state: lines.map((line) => rowOf(line, ticker)), hasMore: false };
  },
  end: (asked, rows) => {
    const [ticker] = asked.tickers;
    const isTraded = ({ open, high, low, close }) => ![open, high, low, close].includes(null);
    const unusable = rows
      .filter((row) => !isTraded(row))
      .map((row) => ({ ts: row.ts, reason: 'empty', row }));
    return [{ ticker, answer: rawAnswer(ticker, asked, barsOf(rows.filter(isTraded)), { unusable }) }];
  },
  discover: {
    request: () => ({ url: new URL(`${url}/members.csv`), headers: {} }),
    parse: (answer, { categories }) => {
      const { status, body } = answer;
      const about = `toy answered ${status} for its members: ${firstLine(body)}`;
      if (status !== 200) throw errorByStatus(answer, about);
      const [heading, ...lines] = body.split('\n');
      if (heading !== MEMBERS || lines.pop() !== '') throw bad(about);
      return { parts: inCategories(lines.map(memberOf), categories), state: [], hasMore: false };
    },
    end: () => [],
  },
});

/** The dates are the first and the last on which it trades; null: the source does not tell, or it still does. */
function memberOf(line) {
  const [ticker, name, type, listed, delisted] = line.split(',');
  const day = (text) => (text === '' ? null : parseDay(text));
  return { ticker, name, type, exchange: null, listed: day(listed), delisted: day(delisted), source: 'toy' };
}

function rowOf(line, ticker) {
  const [symbol, date, ...cells] = line.split(',');
  const ts = Date.parse(`${date}T00:00:00Z`);
  if (symbol !== ticker || Number.isNaN(ts)) throw bad(`toy answered for ${ticker} with the row ${line}`);
  const [open, high, low, close, volume] = cells.map((cell) => (cell === '' ? null : Number(cell)));
  return { ts, open, high, low, close, volume: volume ?? Number.NaN, vwap: null, trades: null };
}
