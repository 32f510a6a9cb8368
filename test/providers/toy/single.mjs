import { BackfillError, defineProvider, formatDay, utcDayOf } from 'backfill/provider';

/** The toy as one function. */
export default defineProvider({
  capabilities: { id: 'single', intervals: { '1d': { settleDelayMs: 0 } }, needsUrl: true },
  fetch: async ({ symbol, start, end, config: { url }, get }) => {
    const [from, to] = [start, end].map((ms) => formatDay(utcDayOf(ms)));
    const { body } = await get(`${url}/${encodeURIComponent(symbol)}.csv?from=${from}&to=${to}`, {
      isUnknown: ({ status, body: said }) => status === 404 && said === 'no such symbol',
    });
    const [heading, ...lines] = body.split('\n');
    if (heading !== 'symbol,date,open,high,low,close,volume' || lines.pop() !== '') throw bad(body);
    return lines.map((line) => {
      const [own, date, ...cells] = line.split(',');
      const ts = Date.parse(`${date}T00:00:00Z`);
      if (own !== symbol || Number.isNaN(ts)) throw bad(line);
      const [open, high, low, close, volume] = cells.map((cell) => (cell === '' ? null : Number(cell)));
      return { ts, open, high, low, close, volume };
    });
  },
});

function bad(text) {
  return new BackfillError('bad-answer', `single answered ${text.slice(0, 80)}`, { retryable: true });
}
