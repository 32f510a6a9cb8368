import type { DataFetcher, NodeSeries } from '../../src/qmtl/index.ts';

/** The fetcher of the guide, with the rest of a bar beside its open and close, and the address of a server. */
export class BinanceFetcher implements DataFetcher {
  readonly #base: string;

  constructor(base = 'https://api.binance.com') {
    this.#base = base;
  }

  async fetch(start: number, end: number, { nodeId, interval }: NodeSeries) {
    const url =
      `${this.#base}/api/v3/klines` +
      `?symbol=${nodeId}&interval=${interval}` +
      `&startTime=${start * 1000}&endTime=${end * 1000}`;
    const answer = await fetch(url);
    const data = (await answer.json()) as [number, string, string, string, string, string][];
    return data.map((r) => ({
      ts: Math.floor(r[0] / 1000),
      open: Number(r[1]),
      high: Number(r[2]),
      low: Number(r[3]),
      close: Number(r[4]),
      volume: Number(r[5]),
    }));
  }
}
