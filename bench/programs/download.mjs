// The least that any client of these bodies must do: ask for all tickers and take the bytes; `parse`: as JSON too.
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { Worker, isMainThread, workerData } from 'node:worker_threads';

const [url, query, tickerFile, threads, mode] = process.argv.slice(2);
/** A thread. */
const IN_FLIGHT = 16;

if (isMainThread) {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const workers = Array.from(
    { length: Number(threads) },
    () => new Worker(new URL(import.meta.url), { argv: process.argv.slice(2), workerData: next }),
  );
  await Promise.all(
    workers.map((worker) => new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject))),
  );
} else {
  const tickers = readFileSync(tickerFile, 'utf8').split('\n').filter(Boolean);
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const one = async () => {
    for (;;) {
      const ticker = tickers[Atomics.add(workerData, 0, 1)];
      if (ticker === undefined) return;
      const body = await bodyOf(
        `${url}/v8/finance/chart/${encodeURIComponent(ticker.replace('.', '-'))}?${query}`,
        agent,
      );
      if (mode === 'parse') JSON.parse(body.toString());
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  agent.destroy();
}

function bodyOf(address, agent) {
  return new Promise((resolve, reject) => {
    get(address, { agent, headers: { 'user-agent': 'download' } }, (response) => {
      const pieces = [];
      response.on('data', (piece) => mode === 'parse' && pieces.push(piece));
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(Buffer.concat(pieces))
          : reject(new Error(`${address}: ${response.statusCode}`)),
      );
    }).on('error', reject);
  });
}
