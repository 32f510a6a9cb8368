// One ticker after the other in plain Node: fetch, row objects, one Parquet file a ticker by hyparquet-writer.
//
// usage: sequential.mjs URL STORE START END TICKERFILE
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';

const [url, store, start, end, tickerFile] = process.argv.slice(2);
const DAY = 86_400;
const seconds = (date) => Date.parse(date) / 1000;

mkdirSync(store, { recursive: true });
const tickers = readFileSync(tickerFile, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((ticker) => ticker.replace('.', '-'));
let total = 0;
for (const ticker of tickers) {
  const query = `period1=${seconds(start)}&period2=${seconds(end) + DAY}&interval=1d&events=div,splits`;
  const response = await fetch(`${url}/v8/finance/chart/${ticker}?${query}`, {
    headers: { 'user-agent': 'Mozilla/5.0' },
  });
  if (!response.ok) throw new Error(`${ticker}: ${response.status}`);
  const [{ timestamp, indicators }] = (await response.json()).chart.result;
  const [quote] = indicators.quote;
  const rows = timestamp
    .map((stamp, i) => ({
      ts: new Date((stamp - (stamp % DAY)) * 1000),
      open: quote.open[i],
      high: quote.high[i],
      low: quote.low[i],
      close: quote.close[i],
      volume: quote.volume[i],
    }))
    .filter(({ close }) => close !== null);
  const column = (name, type) => ({ name, type, data: rows.map((row) => row[name]) });
  const columnData = [
    column('ts', 'TIMESTAMP'),
    ...['open', 'high', 'low', 'close', 'volume'].map((name) => column(name, 'DOUBLE')),
  ];
  writeFileSync(join(store, `${ticker}.parquet`), Buffer.from(parquetWriteBuffer({ columnData })));
  total += rows.length;
}
console.log(`${tickers.length} tickers, ${total} rows`);
