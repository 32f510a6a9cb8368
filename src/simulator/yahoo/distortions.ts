import type { Random } from '../../market/random.ts';
import type { Asked, Distortions, WireResponse } from '../wire.ts';
import { chartPath, symbolOf, yahooWire } from './wire.ts';

/** The parts of a good answer that distortions change. */
interface ChartResult {
  timestamp: number[];
  events?: Record<string, Record<string, { date: number }>>;
  indicators: Record<string, Record<string, unknown[]>[]>;
}

/** The part of the rows that stand twice. */
const DUPLICATED = 0.2;

/** Good answers made wrong, all parallel arrays in step. */
export const yahooDistortions: Distortions = {
  wrongTicker,
  duplicated: (answer, { random }) => rearranged(answer, (rows) => repeating(rows, random)),
  unordered: (answer, { random }) =>
    answer.rows < 2 ? null : rearranged(answer, (rows) => shuffled(rows, random)),
  milliseconds: (answer) => edited(answer, inMilliseconds),
};

/** The answer for the next ticker of the market that has bars in the range asked for. */
function wrongTicker(answer: WireResponse, { request, market, now }: Asked): WireResponse | null {
  if (answer.rows === 0) return null;
  const tickers = market.tickers();
  const own = tickers.findIndex((ticker) => ticker === symbolOf(request));
  for (const ticker of [...tickers.slice(own + 1), ...tickers.slice(0, Math.max(0, own))]) {
    const other = yahooWire({ ...request, path: chartPath(ticker) }, market, now);
    if (other.rows > 0) return other;
  }
  return null;
}

/** Puts the rows in another order, given as their indexes. */
function rearranged(answer: WireResponse, order: (rows: number) => readonly number[]): WireResponse | null {
  return edited(answer, (result) => {
    const indexes = order(result.timestamp.length);
    const pick = <T>(column: readonly T[]): T[] => indexes.map((i) => column[i] as T);
    result.timestamp = pick(result.timestamp);
    for (const columns of Object.values(result.indicators).flat()) {
      for (const [name, column] of Object.entries(columns)) columns[name] = pick(column);
    }
  });
}

function repeating(rows: number, random: Random): number[] {
  const atLeast = Math.floor(random() * rows);
  return Array.from({ length: rows }, (_, i) => i).flatMap((i) =>
    random() < DUPLICATED || i === atLeast ? [i, i] : [i],
  );
}

/** Fisher-Yates, with the last row never left in its place. */
function shuffled(rows: number, random: Random): number[] {
  const order = Array.from({ length: rows }, (_, i) => i);
  for (let i = rows - 1; i > 0; i--) {
    const j = Math.floor(random() * (i === rows - 1 ? i : i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

function inMilliseconds(result: ChartResult): void {
  result.timestamp = result.timestamp.map((stamp) => stamp * 1000);
  for (const [kind, byStamp] of Object.entries(result.events ?? {})) {
    const events = Object.values(byStamp).map((event) => ({ ...event, date: event.date * 1000 }));
    result.events = {
      ...result.events,
      [kind]: Object.fromEntries(events.map((event) => [event.date, event])),
    };
  }
}

/** A good answer with its result edited; null for an error and for an answer without bars. */
function edited(answer: WireResponse, edit: (result: ChartResult) => void): WireResponse | null {
  if (answer.rows === 0) return null;
  const body = JSON.parse(answer.body) as { chart: { result: [ChartResult] } };
  const [result] = body.chart.result;
  edit(result);
  return { ...answer, body: JSON.stringify(body), rows: result.timestamp.length };
}
