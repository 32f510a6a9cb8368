import { formatDay, parseDay, utcDayOf } from 'backfill/provider';
import { tradedRows } from 'backfill/testing';

const askedSeries = ({ path }) => ({ symbol: decodeURIComponent(path.slice(1, -4)), interval: '1d' });
const text = (status, body, rows = 0) => ({ status, headers: { 'content-type': 'text/csv' }, body, rows });

/** The server of the toy. @type {import('backfill/testing').OwnWire} */
export default {
  askedSeries,
  answer: (request, market, now) => {
    if (request.path === '/members.csv') return members(market);
    const listing = market.listing(askedSeries(request).symbol);
    if (listing === undefined) return text(404, 'no such symbol');
    const [from, to] = ['from', 'to'].map((name) => parseDay(request.query.get(name)));
    const rows = tradedRows(market, listing, '1d', { from, to }, now);
    const lines = rows.map(({ ts, open, high, low, close, volume }) =>
      [`\n${listing.ticker}`, formatDay(utcDayOf(ts)), open, high, low, close, volume].join(','),
    );
    return text(200, `symbol,date,open,high,low,close,volume${lines.join('')}\n`, rows.length);
  },
};

function members(market) {
  const day = (one) => (one === null ? '' : formatDay(one));
  const lines = market.tickers().map((ticker) => {
    const { name, type, firstTrade, delistedOn } = market.listing(ticker);
    const last = delistedOn === null ? null : delistedOn - 1;
    return [`\n${ticker}`, name.replaceAll(',', ' '), type, day(firstTrade), day(last)].join(',');
  });
  return text(200, `symbol,name,type,listed,delisted${lines.join('')}\n`);
}
