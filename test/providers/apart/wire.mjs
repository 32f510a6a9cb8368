import { formatDay, parseDay } from 'backfill/provider';
import { tradedRows } from 'backfill/testing';

const answered = (status, body, rows = 0) => ({ status, headers: {}, body, rows });
const results = (list, rows) => answered(200, JSON.stringify({ results: list }), rows);

/** Its server. @type {import('backfill/testing').OwnWire} */
export default {
  askedSeries: ({ query }) => ({ symbol: query.get('symbol'), interval: '1d' }),
  answer: ({ path, query }, market, now) => {
    const listing = market.listing(query.get('symbol'));
    if (listing === undefined) return answered(404, 'no such symbol');
    const from = parseDay(query.get('from'));
    if (path === '/bars') {
      const rows = tradedRows(market, listing, '1d', { from, to: parseDay(query.get('to')) }, now);
      return results(
        rows.filter(({ open }) => open !== null),
        rows.length,
      );
    }
    const kind = path === '/splits' ? 'split' : 'dividend';
    const told = market.actions(listing.ticker).filter((one) => {
      return one.kind === kind && one.exDay >= from && one.exDay <= Math.floor(now / 86_400_000);
    });
    return results(told.map(({ exDay, ...one }) => ({ ...one, exDate: formatDay(exDay) })));
  },
};
