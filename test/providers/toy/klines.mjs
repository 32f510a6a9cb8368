import { defineProvider } from 'backfill/provider';

const A_PAGE = { settleDelayMs: 60_000, paging: { rows: 1000 } };

export default defineProvider({
  capabilities: {
    id: 'klines',
    intervals: { '1d': A_PAGE, '1m': { ...A_PAGE, maxSpanDays: 7 } },
    quotas: [{ requests: 3000, perMs: 60_000 }],
    serves: ['crypto'],
  },
  symbolOf: (ticker) => ticker.replace('-', ''),
  tickerOf: (symbol) => symbol.replace(/(USDT|USDC|BTC|ETH)$/, '-$1'),
  fetch: async ({ symbol, interval, start, end, config, getJson }) => {
    const { url = 'https://api.binance.com' } = config;
    const asked = `symbol=${symbol}&interval=${interval}&startTime=${start}&endTime=${end - 1}&limit=1000`;
    const isUnknown = ({ body }) => body.includes('Invalid symbol');
    const rows = await getJson(`${url}/api/v3/klines?${asked}`, { isUnknown });
    return rows.map(([ts, ...cells]) => {
      const [open, high, low, close, volume] = cells.map(Number);
      return { ts, open, high, low, close, volume };
    });
  },
});
