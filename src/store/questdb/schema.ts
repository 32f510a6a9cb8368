import { INTERVALS, type Interval } from '../../core/session/interval.ts';

/** Names of the tables of a store. */
export interface Names {
  readonly bars: (interval: Interval) => string;
  readonly revisions: string;
  readonly actions: string;
  readonly parts: string;
  readonly books: string;
  readonly documents: string;
  readonly pieces: string;
  readonly lease: string;
  /** Who has rows in it that are not committed has the lease. */
  readonly writerLock: string;
  /** The same for what one thread at a time may change: which of them is for what, its key says. */
  readonly turnLocks: readonly string[];
  readonly schema: string;
}

/** Threads that write at once are about as many. */
const TURNS = 4;

export function namesOf(prefix: string): Names {
  const name = (own: string): string => `${prefix}${own}`;
  return {
    bars: (interval) => name(`bars_${interval}`),
    ...{ revisions: name('revisions'), actions: name('actions') },
    ...{ parts: name('backfill_parts'), books: name('backfill_books') },
    ...{ documents: name('backfill_documents'), pieces: name('backfill_document_parts') },
    ...{ lease: name('backfill_lease'), writerLock: name('backfill_writer') },
    turnLocks: Array.from({ length: TURNS }, (_, i) => name(`backfill_turn_${i}`)),
    schema: name('backfill_schema'),
  };
}

/** A later version adds to what this one makes, and raises it. */
export const VERSION = 1;

/** Whose changes are applied a moment after they were taken. */
export function appliedTables(names: Names): string[] {
  const { revisions, actions, parts, books, documents, pieces } = names;
  return [...INTERVALS.map(names.bars), revisions, actions, parts, books, documents, pieces];
}

/** Those whose rows are there at once; a writer holds them alone. */
export function plainTables({ lease, writerLock, turnLocks, schema }: Names): string[] {
  return [lease, writerLock, ...turnLocks, schema];
}

/** The server makes room for more as it must, and lets statements fail that it compiled before. */
const TICKER = 'ticker SYMBOL CAPACITY 16384';
const PRICES = 'open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE';
const REST = 'vwap DOUBLE, trades LONG, source SYMBOL, fetched_at TIMESTAMP';

/** What makes all of them. The server removes no row: `gone` says of one that it is no more. */
export function statements(names: Names): string[] {
  const upsert = (table: string, columns: string, span: string, keys: readonly string[]): string =>
    `CREATE TABLE IF NOT EXISTS '${table}' (${columns}) TIMESTAMP(${keys[0] ?? ''}) PARTITION BY ${span} WAL DEDUP UPSERT KEYS(${keys.join(', ')})`;
  const plain = (table: string, columns: string): string =>
    `CREATE TABLE IF NOT EXISTS '${table}' (at TIMESTAMP, ${columns}) TIMESTAMP(at) PARTITION BY YEAR BYPASS WAL`;
  const bars = INTERVALS.map((interval) =>
    upsert(
      names.bars(interval),
      `ts TIMESTAMP, ${TICKER}, session TIMESTAMP, ${PRICES}, ${REST}, gone BOOLEAN, version LONG`,
      interval === '1d' || interval === '1h' ? 'YEAR' : 'MONTH',
      ['ts', 'ticker'],
    ),
  );
  return [
    ...bars,
    upsert(
      names.revisions,
      `ts TIMESTAMP, ${TICKER}, interval SYMBOL, id LONG, stayed BOOLEAN, ${PRICES}, ${REST}, new_open DOUBLE, new_high DOUBLE, new_low DOUBLE, new_close DOUBLE, new_volume DOUBLE, new_source SYMBOL, revised_at TIMESTAMP, gone BOOLEAN`,
      'YEAR',
      ['ts', 'ticker', 'interval', 'id'],
    ),
    upsert(
      names.actions,
      `slot TIMESTAMP, ${TICKER}, ex_date TIMESTAMP, kind SYMBOL, value DOUBLE, currency SYMBOL, source SYMBOL, fetched_at TIMESTAMP, gone BOOLEAN`,
      'DAY',
      ['slot', 'ticker', 'ex_date', 'kind'],
    ),
    upsert(
      names.parts,
      `slot TIMESTAMP, ${TICKER}, interval SYMBOL, period SYMBOL, version LONG, rows LONG, first_ts TIMESTAMP, last_ts TIMESTAMP, known VARCHAR, gone BOOLEAN`,
      'DAY',
      ['slot', 'ticker', 'interval', 'period'],
    ),
    upsert(
      names.books,
      `slot TIMESTAMP, ${TICKER}, version LONG, known VARCHAR, entries VARCHAR, gone BOOLEAN`,
      'DAY',
      ['slot', 'ticker'],
    ),
    upsert(
      names.documents,
      'slot TIMESTAMP, path VARCHAR, version VARCHAR, size LONG, written_at TIMESTAMP, gone BOOLEAN',
      'DAY',
      ['slot', 'path'],
    ),
    upsert(names.pieces, 'at TIMESTAMP, version VARCHAR, start LONG, data VARCHAR', 'DAY', [
      'at',
      'version',
      'start',
    ]),
    plain(
      names.lease,
      'token LONG, holder VARCHAR, pid LONG, host VARCHAR, command VARCHAR, ended BOOLEAN, tidy BOOLEAN',
    ),
    ...[names.writerLock, ...names.turnLocks].map((table) => plain(table, 'pid LONG')),
  ];
}
