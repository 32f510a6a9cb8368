import type { Series } from '../../core/bars/bars.ts';
import type { StoredBars } from '../../core/bars/columns.ts';
import { periodRange } from '../../core/bars/partition.ts';
import type { DayRange } from '../../core/session/day.ts';
import { INTERVALS, type Interval } from '../../core/session/interval.ts';
import type { StoreFacts } from '../facts.ts';
import type { Partition } from '../parquet/files/layout.ts';
import type { ScanOptions } from '../store.ts';
import { assertAsWritten } from '../tables/as-written.ts';
import { Documents } from '../tables/documents.ts';
import { partitionOfRow, type PartWrite } from '../tables/parts.ts';
import { sessionDaysOf, type SeriesWrite } from '../tables/plan.ts';
import type { SeriesRead } from '../tables/read.ts';
import { type KeptRevision, revisionOf } from '../tables/revisions.ts';
import type { Row } from '../tables/row.ts';
import type {
  ExaminedPart,
  HeldLease,
  PartMarks,
  Tables,
  TickerBook,
  UnknownRows,
} from '../tables/tables.ts';
import { BAR_ARRAYS, barsIn, putBars } from './bars.ts';
import { bookColumn, bookRow } from './books.ts';
import type { Database } from './database.ts';
import { sweepPieces } from './document-pieces.ts';
import { PostgresDocuments } from './document-rows.ts';
import { factsOf } from './facts.ts';
import { forgetRange, putPart } from './forget.ts';
import { makeHypertables } from './hypertables.ts';
import { joinLease, takeLease, type Writing, writing } from './lease.ts';
import { holdParts, IN_PERIOD, PART_COLUMNS, putParts, sessionBounds, stamp } from './parts.ts';
import { putAll } from './put.ts';
import { readSeries, stampsOf } from './read.ts';
import { insertRevisions, REVISIONS } from './revisions.ts';
import { assertMayWrite } from './rights.ts';

/** Rows asked for at a time: what is known of a hundred thousand series is not held as text as a whole. */
const PAGE = 5000;

/** The tables in the words of PostgreSQL: whatever belongs together is one transaction. */
export class PostgresTables implements Tables {
  readonly url: string;
  readonly documents: Documents;
  readonly words = {
    reader: 'psql: bars, actions and revisions, and the view coverage',
    removeRows: 'DELETE by psql',
    mendSessions: 'UPDATE bars SET session = ts::date by psql, of bars_1d where bars is a view',
  };
  readonly #db: Database;
  /** Of the lease that is held, here or by who opened this. */
  #token: string | undefined;

  constructor(db: Database, token: string | undefined) {
    this.url = db.place.shown;
    this.#db = db;
    this.#token = token;
    this.documents = new Documents(new PostgresDocuments(db, this.#writing));
  }

  readonly #writing: Writing = (work) => writing(this.#db, this.#token, work);

  usable<T>(work: () => Promise<T>): Promise<T> {
    return this.#db.usable(work);
  }

  isThere(): Promise<boolean> {
    return this.#db.isThere();
  }

  assertMayWrite(): Promise<void> {
    return assertMayWrite(this.#db);
  }

  #under(held: HeldLease): HeldLease {
    this.#token = held.token;
    const free = async (): Promise<void> => {
      if (this.#token === held.token) this.#token = undefined;
      await held.free();
    };
    return { token: held.token, free };
  }

  async joinLease(token: string): Promise<HeldLease> {
    return this.#under(await joinLease(this.#db, token));
  }

  async takeLease(): Promise<HeldLease> {
    const held = this.#under(await takeLease(this.#db));
    try {
      await this.#writing(async (client) => {
        await sweepPieces(client);
        await makeHypertables(client, this.#db.place, false);
      });
    } catch (error) {
      await held.free();
      throw error;
    }
    return held;
  }

  async *partRows({ tickers, intervals }: ScanOptions): AsyncGenerator<Row> {
    let after: readonly unknown[] = ['', '', ''];
    for (;;) {
      const rows = await this.#db.read(
        `SELECT ${PART_COLUMNS} FROM backfill_parts AS p
         WHERE (interval, ticker, period) > ($1, $2, $3) AND ($4::text[] IS NULL OR ticker = ANY ($4)) AND interval = ANY ($5)
         ORDER BY interval, ticker, period LIMIT ${PAGE}`,
        [...after, tickers ? [...tickers] : null, [...(intervals ?? INTERVALS)]],
      );
      yield* rows;
      const last = rows.at(-1);
      if (rows.length < PAGE || last === undefined) return;
      after = [last['interval'], last['ticker'], last['period']];
    }
  }

  async parts(): Promise<Partition[]> {
    const rows = await this.#db.read(
      'SELECT ticker, interval, period FROM backfill_parts ORDER BY interval, ticker, period',
    );
    return rows.map((row) => partitionOfRow(row));
  }

  readonly stampsOf: Tables['stampsOf'] = (partition) => stampsOf(this.#db, partition);

  async books(tickers?: readonly string[]): Promise<TickerBook[]> {
    const rows = await this.#db.read(
      `SELECT ticker, ${bookColumn('b.ticker')} AS book FROM backfill_books AS b WHERE $1::text[] IS NULL OR ticker = ANY ($1) ORDER BY ticker`,
      [tickers ? [...tickers] : null],
    );
    return rows.map(bookRow);
  }

  async bookTickers(): Promise<string[]> {
    const rows = await this.#db.read('SELECT ticker FROM backfill_books ORDER BY ticker');
    return rows.map(({ ticker }) => String(ticker));
  }

  async bookVersions(tickers: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.#db.read(
      'SELECT ticker, version::text AS version FROM backfill_books WHERE ticker = ANY ($1)',
      [[...tickers]],
    );
    return new Map(rows.map((row) => [String(row['ticker']), String(row['version'])]));
  }

  readSeries(series: Series, range: DayRange, barsOf: DayRange = range): Promise<SeriesRead> {
    return readSeries(this.#db, series, range, barsOf);
  }

  async readBars(series: Series, range: DayRange): Promise<StoredBars> {
    const read = await readSeries(this.#db, series, range);
    assertAsWritten(series, read, this.url);
    return read.bars;
  }

  async marks(intervals: readonly Interval[]): Promise<PartMarks[]> {
    const rows = await this.#db.read(
      `SELECT ticker, interval, period, known->'marks' AS marks FROM backfill_parts WHERE interval = ANY ($1) AND rows > 0`,
      [[...intervals]],
    );
    return rows.map((row) => ({ partition: partitionOfRow(row), marks: row['marks'] }));
  }

  async revisions({ ticker, interval }: Series): Promise<KeptRevision[]> {
    const rows = await this.#db.read(`${REVISIONS} ORDER BY id`, [ticker, interval]);
    return rows.map((row) => ({ id: String(row['id']), revision: revisionOf(row) }));
  }

  async revisedSeries(): Promise<Series[]> {
    const rows = await this.#db.read('SELECT DISTINCT ticker, interval FROM revisions ORDER BY 1, 2');
    return rows.map((row) => partitionOfRow(row).series);
  }

  write(writes: readonly SeriesWrite[]): Promise<void> {
    return this.#writing((client, tables) => putAll(client, tables, writes));
  }

  forget(series: Series, range: DayRange): Promise<number> {
    return forgetRange(this.#db, this.#writing, series, range);
  }

  putPart(part: PartWrite, bars: StoredBars): Promise<void> {
    return this.#writing((client, tables) => putPart(client, tables, part, bars));
  }

  handOver(_: Series, to: Series, given: readonly KeptRevision[]): Promise<void> {
    return this.#writing(async (client) => {
      await insertRevisions(
        client,
        to,
        given.map(({ revision }) => revision),
      );
      await client.query('DELETE FROM revisions WHERE id = ANY ($1::bigint[])', [given.map(({ id }) => id)]);
    });
  }

  facts(): Promise<StoreFacts> {
    return factsOf(this.#db, this.documents);
  }

  async examined({ series, period }: Partition): Promise<ExaminedPart | undefined> {
    const [row] = await this.#db.read(
      `SELECT ${BAR_ARRAYS}, array_agg(b.session::text) AS sessions, (SELECT json_build_array(version::text, known::text) FROM backfill_parts
         WHERE ticker = $1 AND interval = $2 AND period = $7) AS part
       FROM (SELECT * FROM bars WHERE ticker = $1 AND interval = $2 AND ${IN_PERIOD} ORDER BY ts) AS b`,
      [series.ticker, series.interval, ...sessionBounds(periodRange(period)), period],
    );
    if (row === undefined || row['part'] === null) return undefined;
    const [version, known] = row['part'] as [string, string];
    return { version, known, bars: barsIn(row), sessions: (row['sessions'] ?? []) as string[] };
  }

  async unknownRows(): Promise<UnknownRows[]> {
    const rows = await this.#db.read(
      `SELECT ticker, interval, sum(CASE WHEN EXISTS (SELECT FROM backfill_parts AS p
         WHERE p.ticker = b.ticker AND p.interval = b.interval AND p.period IN ('all', to_char(b.session, 'YYYY'), to_char(b.session, 'YYYY-MM'))
       ) THEN 0 ELSE 1 END)::text AS unknown FROM bars AS b GROUP BY ticker, interval`,
    );
    return rows
      .map((row) => ({ series: partitionOfRow(row).series, rows: Number(row['unknown']) }))
      .filter(({ rows: count }) => count > 0);
  }

  mendPart(part: PartWrite, bars: StoredBars, removed: readonly number[]): Promise<void> {
    const { series } = part.partition;
    return this.#writing(async (client, tables) => {
      await holdParts(client, [part]);
      const { name, ofSeries } = tables(series.interval);
      await client.query(`DELETE FROM ${name} WHERE ${ofSeries} AND ts = ANY ($3::timestamp[])`, [
        series.ticker,
        series.interval,
        removed.map(stamp),
      ]);
      const sessions = sessionDaysOf(series, bars, part.knowledge.calendar);
      await putBars(client, tables, [{ series, bars, sessions }]);
      await putParts(client, [part]);
    });
  }
}
