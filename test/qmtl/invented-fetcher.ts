import type { DataFetcher, HistoryRow, Interval, NodeSeries } from '../../src/qmtl/index.ts';

const SECONDS: Readonly<Record<Interval, number>> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3600,
  '1d': 86_400,
};

/** A call of a fetcher: seconds, both inclusive. */
export interface Asked extends NodeSeries {
  readonly start: number;
  readonly end: number;
}

export interface Invented extends DataFetcher {
  readonly asked: readonly Asked[];
  /** Rows that were asked for more than once. */
  twice(): number;
}

/** The bar of a node that begins at an instant in seconds. */
export function invented(ts: number, nodeId = 'BTC-USD'): HistoryRow {
  const open = 1000 + ((ts / 60) % 97) + nodeId.charCodeAt(0);
  return { ts, open, high: open + 2, low: open - 2, close: open + 1, volume: 5 };
}

/** A fetcher of bars around the clock. `change`: what becomes of a row; undefined: there is none. Throws what `fails` gives. */
export function inventedFetcher({
  change = (row) => row,
  fails = () => undefined,
}: {
  readonly change?: (row: HistoryRow) => unknown;
  readonly fails?: (call: number) => unknown;
} = {}): Invented {
  const asked: Asked[] = [];
  const given = new Map<string, number>();
  return {
    asked,
    maxRows: 2000,
    twice: () => [...given.values()].filter((times) => times > 1).length,
    fetch: async (start, end, { nodeId, interval }) => {
      asked.push({ start, end, nodeId, interval });
      const error = fails(asked.length);
      if (error !== undefined) throw error;
      const step = SECONDS[interval];
      const rows: unknown[] = [];
      for (let ts = Math.ceil(start / step) * step; ts <= end; ts += step) {
        given.set(`${nodeId} ${interval} ${ts}`, (given.get(`${nodeId} ${interval} ${ts}`) ?? 0) + 1);
        const row = change(invented(ts, nodeId));
        if (row !== undefined) rows.push(row);
      }
      return rows as HistoryRow[];
    },
  };
}
