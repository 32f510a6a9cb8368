import type { Series } from '../../core/bars/bars.ts';
import type { StoredBars } from '../../core/bars/columns.ts';
import { periodRange } from '../../core/bars/partition.ts';
import type { DayRange } from '../../core/session/day.ts';
import { INTERVALS, type Interval } from '../../core/session/interval.ts';
import type { StoreFacts } from '../facts.ts';
import type { Partition } from '../parquet/files/layout.ts';
import type { ScanOptions } from '../store.ts';
import { Documents } from '../tables/documents.ts';
import { assertAsWritten, isAllAsWritten } from '../tables/as-written.ts';
import { partitionOfRow, type PartWrite } from '../tables/parts.ts';
import type { SeriesWrite } from '../tables/plan.ts';
import type { SeriesRead } from '../tables/read.ts';
import type { KeptRevision } from '../tables/revisions.ts';
import type { Row } from '../tables/row.ts';
import type {
  ExaminedPart,
  HeldLease,
  PartMarks,
  Tables,
  TickerBook,
  UnknownRows,
} from '../tables/tables.ts';
import { extentsOf, readBarsIn, sessionsIn } from './bars.ts';
import { bookVersions, readBooks } from './books.ts';
import { QuestDocuments, sweepPieces } from './document-rows.ts';
import { forgetRange, mendPart, putPart } from './forget.ts';
import { takeLease, writerAtWork } from './lease.ts';
import { ofSeries, readParts } from './parts.ts';
import { putAll } from './put.ts';
import { readSeries, stampsIn } from './read.ts';
import { reconcile } from './reconcile.ts';
import { goneRevisions, insertsOfRevisions, readRevisions } from './revisions.ts';
import { appliedTables } from './schema.ts';
import type { QuestServer } from './server.ts';
import { conditionsOf, oneOf, SLOT_TIMES } from './sql.ts';
import { Writer } from './writer.ts';

/** Parts that are read at once. */
const MOST_PARTS = 20_000;

/** The tables in the words of QuestDB, which knows no transaction over them and removes no row. */
export class QuestTables implements Tables {
  readonly url: string;
  readonly documents: Documents;
  readonly words = {
    reader: 'the web console and psql: bars_1d and the like, actions and revisions',
    removeRows: 'UPDATE … SET gone = true there',
    mendSessions: 'UPDATE bars_1d SET session = ts there',
  };
  readonly stampsOf: Tables['stampsOf'];
  readonly #server: QuestServer;
  readonly #writer: Writer;

  constructor(server: QuestServer, token: string | undefined) {
    this.url = server.place.shown;
    this.#server = server;
    this.#writer = new Writer(server, token);
    this.stampsOf = stampsIn(server);
    this.documents = new Documents(new QuestDocuments(server, this.#writer));
  }

  usable<T>(work: () => Promise<T>): Promise<T> {
    return this.#server.usable(work);
  }

  isThere(): Promise<boolean> {
    return this.#server.isThere();
  }

  async takeLease(): Promise<HeldLease> {
    const held = await takeLease(this.#server, this.#writer);
    if (held.isTidy) return held;
    try {
      await reconcile(this.#server, this.#writer);
      await sweepPieces(this.#server, this.#writer);
    } catch (error) {
      await held.free();
      throw error;
    }
    return held;
  }

  async *partRows({ tickers, intervals }: ScanOptions): AsyncGenerator<Row> {
    if (!(await this.#server.isThere())) return;
    await this.#server.applied(appliedTables(this.#server.names));
    const [row] = await this.#server.rows(`SELECT count() AS parts FROM '${this.#server.names.parts}'`);
    // What is known of a hundred thousand series is not held as text as a whole.
    const slots =
      Number(row?.['parts']) > MOST_PARTS ? SLOT_TIMES.map((slot) => ` AND slot = ${slot}`) : [''];
    for (const interval of (intervals ?? INTERVALS).toSorted())
      for (const own of conditionsOf('ticker', tickers))
        for (const slot of slots)
          yield* await readParts(this.#server, `interval = '${interval}' AND ${own}${slot}`);
  }

  async parts(): Promise<Partition[]> {
    const rows = await this.#server.read(
      `SELECT ticker, interval, period FROM '${this.#server.names.parts}' WHERE NOT gone ORDER BY interval, ticker, period`,
    );
    return rows.map((row) => partitionOfRow(row));
  }

  books(tickers?: readonly string[]): Promise<TickerBook[]> {
    return readBooks(this.#server, tickers);
  }

  async bookTickers(): Promise<string[]> {
    const rows = await this.#server.read(
      `SELECT ticker FROM '${this.#server.names.books}' WHERE NOT gone ORDER BY ticker`,
    );
    return rows.map(({ ticker }) => String(ticker));
  }

  bookVersions(tickers: readonly string[]): Promise<Map<string, string>> {
    return bookVersions(this.#server, tickers);
  }

  readSeries(series: Series, range: DayRange, barsOf: DayRange = range): Promise<SeriesRead> {
    return readSeries(this.#server, series, range, barsOf);
  }

  async readBars(series: Series, range: DayRange): Promise<StoredBars> {
    const read = (): Promise<SeriesRead> => readSeries(this.#server, series, range, range);
    const first = await read();
    if (isAllAsWritten(series, first)) return first.bars;
    // Who forgets them may have been between the two statements.
    const again = await read();
    assertAsWritten(series, again, this.url);
    return again.bars;
  }

  async marks(intervals: readonly Interval[]): Promise<PartMarks[]> {
    const rows = await readParts(this.#server, `${oneOf('interval', intervals)} AND rows > 0`);
    return rows.map((row) => ({ partition: partitionOfRow(row), marks: marksIn(row['known']) }));
  }

  revisions(series: Series): Promise<KeptRevision[]> {
    return readRevisions(this.#server, series);
  }

  async revisedSeries(): Promise<Series[]> {
    const rows = await this.#server.read(
      `SELECT DISTINCT ticker, interval FROM '${this.#server.names.revisions}' WHERE NOT gone ORDER BY ticker, interval`,
    );
    return rows.map((row) => partitionOfRow(row).series);
  }

  write(writes: readonly SeriesWrite[]): Promise<void> {
    return putAll(this.#server, this.#writer, writes);
  }

  forget(series: Series, range: DayRange): Promise<number> {
    return forgetRange(this.#server, this.#writer, series, range);
  }

  putPart(part: PartWrite, bars: StoredBars): Promise<void> {
    return putPart(this.#server, this.#writer, part, bars);
  }

  /** To the heir first: cut off between, both have them, and it may be called again. */
  async handOver(from: Series, to: Series, given: readonly KeptRevision[]): Promise<void> {
    const added = given.map(({ revision }) => revision);
    await this.#writer.put(await insertsOfRevisions(this.#server, { series: to, added }));
    await this.#writer.put(goneRevisions(this.#server, from, given));
  }

  async facts(): Promise<StoreFacts> {
    const { names } = this.#server;
    let bytes = 0;
    if (await this.#server.isThere())
      for (const table of appliedTables(names)) {
        const [row] = await this.#server.rows(
          `SELECT sum(diskSize) AS bytes FROM table_partitions('${table}')`,
        );
        bytes += Number(row?.['bytes'] ?? 0);
      }
    return { bytes, writer: (await writerAtWork(this.#server)) ?? null };
  }

  async examined({ series, period }: Partition): Promise<ExaminedPart | undefined> {
    const rows = await readParts(this.#server, ofSeries(series));
    const row = rows.find((one) => one['period'] === period);
    if (row === undefined) return undefined;
    const bars = await readBarsIn(this.#server, series, periodRange(period));
    const sessions = await sessionsIn(this.#server, series, periodRange(period));
    return { version: String(row['version']), known: String(row['known']), bars, sessions };
  }

  async unknownRows(): Promise<UnknownRows[]> {
    const known = new Set<string>();
    for (const { series, period } of await this.parts())
      known.add(`${series.interval} ${series.ticker} ${period}`);
    const unknown: UnknownRows[] = [];
    for (const interval of INTERVALS)
      for (const [ticker, periods] of await extentsOf(this.#server, interval, undefined)) {
        const rows = [...periods]
          .filter(([period]) => !known.has(`${interval} ${ticker} ${period}`))
          .reduce((sum, [, extent]) => sum + extent.rows, 0);
        if (rows > 0) unknown.push({ series: { ticker, interval }, rows });
      }
    return unknown;
  }

  mendPart(part: PartWrite, bars: StoredBars, removed: readonly number[]): Promise<void> {
    return mendPart(this.#server, this.#writer, part, bars, removed);
  }
}

/** What another hand made of it says nothing. */
function marksIn(known: unknown): unknown {
  try {
    return (JSON.parse(String(known)) as { marks?: unknown }).marks;
  } catch {
    return undefined;
  }
}
