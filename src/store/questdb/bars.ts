import type { Series } from '../../core/bars/bars.ts';
import { inForm, NO_BARS, type StoredBars, sourceAt } from '../../core/bars/columns.ts';
import type { DayRange } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import { grouped } from '../../core/grouped.ts';
import { BackfillError } from '../../core/errors.ts';
import { literal } from '../tables/literal.ts';
import type { SeriesRows } from '../tables/plan.ts';
import type { Row } from '../tables/row.ts';
import type { Names } from './schema.ts';
import type { QuestServer } from './server.ts';
import { double, long, msOf, oneOf, symbol, time } from './sql.ts';
import type { Insert } from './writer.ts';

const DAY_MS = 86_400_000;
const PRICES = ['open', 'high', 'low', 'close', 'volume', 'vwap'] as const;
const COLUMNS = ['ts', 'ticker', 'session', ...PRICES, 'trades', 'source', 'fetched_at', 'gone', 'version'];

/** Bounds of the sessions of a range, with those of the stamps that they can have, by which they are found. */
export function inSessions({ from, to }: DayRange): string {
  const after = (column: string, day: number): string[] =>
    Number.isFinite(day) ? [`${column} >= ${time(Math.max(day, 0) * DAY_MS)}`] : [];
  const before = (column: string, day: number): string[] =>
    Number.isFinite(day) ? [`${column} < ${time(Math.max(day, 0) * DAY_MS)}`] : [];
  // A session may open on the UTC day before, and close on the one after.
  return [
    ...after('ts', from - 1),
    ...before('ts', to + 1),
    ...after('session', from),
    ...before('session', to),
    'NOT gone',
  ].join(' AND ');
}

/** The bars of a series in a range of sessions. */
export async function readBarsIn(
  server: QuestServer,
  { ticker, interval }: Series,
  range: DayRange,
): Promise<StoredBars> {
  if (range.to <= range.from || !(await server.isThere())) return NO_BARS;
  const rows = await server.table(
    `SELECT cast(ts AS long) AS at, open, high, low, close, volume, vwap, trades, source, cast(fetched_at AS long) AS fetched
     FROM '${server.names.bars(interval)}' WHERE ticker = ${literal(ticker)} AND ${inSessions(range)} ORDER BY ts`,
  );
  return rows.length === 0 ? NO_BARS : barsOf(rows);
}

/** The session of each of the same bars, as an ISO date. */
export async function sessionsIn(
  server: QuestServer,
  { ticker, interval }: Series,
  range: DayRange,
): Promise<string[]> {
  const rows = await server.read(
    `SELECT to_str(session, 'yyyy-MM-dd') AS day FROM (SELECT ts, session FROM '${server.names.bars(interval)}'
     WHERE ticker = ${literal(ticker)} AND ${inSessions(range)} ORDER BY ts)`,
  );
  return rows.map(({ day }) => String(day));
}

function barsOf(rows: readonly unknown[][]): StoredBars {
  const column = (place: number): Float64Array =>
    Float64Array.from(rows, (row) => (row[place] === null ? Number.NaN : Number(row[place])));
  // Another hand may have written parts of a millisecond, or none at all.
  const times = (place: number): Float64Array =>
    column(place).map((micros) => (Number.isNaN(micros) ? 0 : Math.floor(micros / 1000)));
  const names: string[] = [];
  const codes = Uint16Array.from(rows, (row) => {
    const name = typeof row[8] === 'string' ? row[8] : '';
    const known = names.indexOf(name);
    return known === -1 ? names.push(name) - 1 : known;
  });
  return inForm<StoredBars>({
    length: rows.length,
    ts: times(0),
    ...{ open: column(1), high: column(2), low: column(3), close: column(4), volume: column(5) },
    ...{ vwap: unlessUnknown(column(6)), trades: unlessUnknown(column(7)) },
    source: { codes, names },
    fetchedAt: times(9),
  });
}

function unlessUnknown(column: Float64Array): Float64Array | null {
  return column.every(Number.isNaN) ? null : column;
}

/** Rows of a statement: its columns must fit into the server's buffer. */
const MOST = 4000;
const MOST_SERIES = 500;

/** What stores bars, in place of those of the same stamps. Throws for those that the server cannot have. */
export function insertsOfBars(names: Names, all: readonly SeriesRows[], version: string): Insert[] {
  const inserts: Insert[] = [];
  for (const [interval, some] of grouped(all, ({ series }) => series.interval)) {
    let pieces: Piece[] = [];
    let rows = 0;
    const flush = (): void => {
      if (rows > 0) inserts.push(insertOf(names.bars(interval), pieces, rows, version));
      [pieces, rows] = [[], 0];
    };
    for (const one of some) {
      assertStorable(one);
      for (let from = 0; from < one.bars.length;) {
        const to = Math.min(one.bars.length, from + MOST - rows);
        pieces.push({ ...one, from, to });
        rows += to - from;
        from = to;
        if (rows === MOST || pieces.length === MOST_SERIES) flush();
      }
    }
    flush();
  }
  return inserts;
}

function assertStorable({ series, bars }: SeriesRows): void {
  const [first = 0] = bars.ts;
  if (first >= 0) return;
  throw new BackfillError(
    'store-unusable',
    `QuestDB keeps no bar from before 1970, and ${series.ticker} ${series.interval} has one of ${new Date(first).toISOString().slice(0, 10)}; begin on 1970-01-01 or later, or use another store`,
    { scope: 'series' },
  );
}

interface Piece extends SeriesRows {
  readonly from: number;
  readonly to: number;
}

function insertOf(table: string, pieces: readonly Piece[], rows: number, version: string): Insert {
  const column = (of: (piece: Piece, at: number) => number): Buffer => {
    const values = new Float64Array(rows);
    let row = 0;
    for (const piece of pieces) for (let at = piece.from; at < piece.to; at++) values[row++] = of(piece, at);
    return doubles(values);
  };
  const tickers = labels(pieces.map(({ series }) => series.ticker));
  const sources = labels(pieces.flatMap(({ bars }) => bars.source.names));
  const arrays = [
    column(({ bars }, at) => (bars.ts[at] as number) * 1000),
    column(({ sessions }, at) => (sessions[at] as number) * DAY_MS * 1000),
    ...PRICES.map((name) => column(({ bars }, at) => bars[name]?.[at] ?? Number.NaN)),
    column(({ bars }, at) => bars.trades?.[at] ?? Number.NaN),
    column(({ bars }, at) => Math.round((bars.fetchedAt[at] as number) * 1000)),
    column(({ series }) => tickers.codes.get(series.ticker) as number),
    column(({ bars }, at) => sources.codes.get(sourceAt(bars, at)) as number),
  ];
  const [ts, session, ...rest] = arrays.map((_, i) => `($${i + 1}::double[])[x::int]`) as [
    string,
    string,
    ...string[],
  ];
  const prices = rest.slice(0, PRICES.length);
  const [trades, fetched, ticker, source] = rest.slice(PRICES.length) as [string, string, string, string];
  const given = [
    `cast(cast(${ts} as long) as timestamp) AS ts`,
    `cast(cast(${session} as long) as timestamp) AS session`,
    ...PRICES.map((name, i) => `${prices[i] ?? ''} AS ${name}`),
    `cast(${trades} as long) AS trades`,
    `cast(cast(${fetched} as long) as timestamp) AS fetched_at`,
    `cast(${ticker} as int) AS t, cast(${source} as int) AS s`,
  ];
  return {
    ...{ table, columns: COLUMNS, arrays },
    rows:
      `SELECT ts, ${tickers.chosenBy('t')} AS ticker, session, ${PRICES.join(', ')}, trades, ${sources.chosenBy('s')} AS source, ` +
      `fetched_at, false AS gone, ${long(Number(version))} AS version FROM (SELECT ${given.join(', ')} FROM long_sequence(${rows}))`,
  };
}

/** Words by number: the server takes no array of texts. */
function labels(all: readonly string[]): {
  readonly codes: ReadonlyMap<string, number>;
  chosenBy(column: string): string;
} {
  const names = [...new Set(all)];
  return {
    codes: new Map(names.map((name, i) => [name, i])),
    chosenBy: (column) => {
      const [first = '', ...others] = names.map(literal);
      if (others.length === 0) return `cast(${first} as varchar)`;
      const cases = others.map((name, i) => `WHEN ${column} = ${i + 1} THEN cast(${name} as varchar)`);
      return `CASE ${cases.join(' ')} ELSE cast(${first} as varchar) END`;
    },
  };
}

/** What says of some bars that they are no more: a SELECT of theirs. */
export function goneBars(names: Names, { ticker, interval }: Series, where: string, version: string): Insert {
  const nothing = [...PRICES.map((name) => `${double(null)} AS ${name}`), `${long(null)} AS trades`];
  return {
    table: names.bars(interval),
    columns: COLUMNS,
    rows:
      `SELECT ts, ${symbol(ticker)} AS ticker, session, ${nothing.join(', ')}, cast(null as symbol) AS source, ` +
      `${time(null)} AS fetched_at, true AS gone, ${long(Number(version))} AS version FROM '${names.bars(interval)}' WHERE ticker = ${literal(ticker)} AND ${where}`,
  };
}

/** Of rows of which another hand wrote no session. */
export const NO_PERIOD = '';

/** The rows of a part, and of one version among them. */
export interface Extent {
  readonly rows: number;
  readonly firstTs: number | null;
  readonly lastTs: number | null;
  readonly written: number;
}

/** What lies in the parts of some series (default: of all), by ticker and period. */
export async function extentsOf(
  server: QuestServer,
  interval: Interval,
  tickers: readonly string[] | undefined,
  version = '0',
): Promise<Map<string, Map<string, Extent>>> {
  const period = PERIODS[interval];
  const [only, ...others] = tickers ?? [];
  // Without groups it takes a small part of the time.
  const isOne = only !== undefined && others.length === 0;
  const keys = [...(isOne ? [] : ['ticker']), ...(period === undefined ? [] : [`${period} AS period`])];
  const own =
    tickers === undefined ? '' : ` AND ${isOne ? `ticker = ${literal(only)}` : oneOf('ticker', tickers)}`;
  const rows = await server.read(
    `SELECT ${keys.map((key) => `${key}, `).join('')}count() AS rows, cast(min(ts) AS long) AS first, cast(max(ts) AS long) AS last,
       sum(CASE WHEN version = ${version} THEN 1 ELSE 0 END) AS written
     FROM '${server.names.bars(interval)}' WHERE NOT gone${own}`,
  );
  const extents = new Map<string, Map<string, Extent>>();
  for (const row of rows) {
    if (Number(row['rows']) === 0) continue;
    const ticker = isOne ? only : String(row['ticker']);
    const known = extents.get(ticker) ?? new Map<string, Extent>();
    extents.set(
      ticker,
      known.set(periodIn(row), {
        rows: Number(row['rows']),
        ...{ firstTs: msOf(row['first']), lastTs: msOf(row['last']) },
        written: Number(row['written']),
      }),
    );
  }
  return extents;
}

function periodIn({ period }: Row): string {
  if (period === undefined) return 'all';
  return typeof period === 'string' ? period : NO_PERIOD;
}

/** The period of a session, as `periodOf` has it; undefined: it is the same of all. */
const PERIODS: Readonly<Record<Interval, string | undefined>> = {
  '1d': undefined,
  '1h': `to_str(session, 'yyyy')`,
  '15m': `to_str(session, 'yyyy')`,
  '5m': `to_str(session, 'yyyy')`,
  '1m': `to_str(session, 'yyyy-MM')`,
};

/** The server's own form of an array of doubles, with NaN in it for what is not known: it knows no null in one. */
function doubles(values: Float64Array): Buffer {
  const array = Buffer.allocUnsafe(20 + 12 * values.length);
  for (const [i, word] of [1, 0, 701, values.length, 1].entries()) array.writeInt32BE(word, 4 * i);
  for (const [i, value] of values.entries()) {
    array.writeInt32BE(8, 20 + 12 * i);
    array.writeDoubleBE(value, 24 + 12 * i);
  }
  return array;
}
