import { type Series, seriesKey } from '../../core/bars/bars.ts';
import type { OwnLists } from '../../core/actions/action-book.ts';
import type { DayRange } from '../../core/session/day.ts';
import { INTERVALS } from '../../core/session/interval.ts';
import { joinKnowledge } from '../parquet/partition/join.ts';
import { Readings } from '../parquet/partition/said.ts';
import type { Scan, SeriesState, SetAside } from '../scan.ts';
import type { ScanOptions } from '../store.ts';
import { bookColumn, bookRow } from './books.ts';
import type { Row } from './client.ts';
import type { Database } from './database.ts';
import { type Part, PART_COLUMNS, partitionOfRow, partOf, placeOf } from './parts.ts';
import { stampsOf } from './read.ts';

/** Rows asked for at a time: what is known of a hundred thousand series is not held as text as a whole. */
const PAGE = 5000;

/** What is known of all series and of their tickers' corporate actions. */
export async function scanTables(db: Database, options: ScanOptions): Promise<Scan> {
  const series = new Map<string, SeriesState>();
  const distrusted: SetAside[] = [];
  const readings = new Readings();
  let own: { readonly series: Series; readonly parts: Part[] } | undefined;
  const finish = (): void => {
    if (own !== undefined) series.set(seriesKey(own.series), stateOf(own.series, own.parts));
  };
  for await (const row of partRows(db, options)) {
    const partition = partitionOfRow(row, isOf(own?.series, row) ? own?.series : undefined);
    if (partition.series !== own?.series) {
      finish();
      own = { series: partition.series, parts: [] };
    }
    const part = await partOf(partition, row, readings, (of) => stampsOf(db, of));
    own.parts.push(part);
    if (part.doubt !== undefined)
      distrusted.push({
        path: placeOf(partition),
        reason: part.doubt,
        ...partition.series,
      });
  }
  finish();
  return { series, ...(await scanBooks(db, options, distrusted)), setAside: [], distrusted };
}

function isOf(series: Series | undefined, row: Row): boolean {
  return series !== undefined && series.ticker === row['ticker'] && series.interval === row['interval'];
}

async function* partRows(db: Database, { tickers, intervals }: ScanOptions): AsyncGenerator<Row> {
  let after: readonly unknown[] = ['', '', ''];
  for (;;) {
    const rows = await db.read(
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

function stateOf(series: Series, parts: readonly Part[]): SeriesState {
  const known = joinKnowledge(parts.map(({ knowledge }) => knowledge));
  if (known === undefined) throw new Error(`${seriesKey(series)} has no part`);
  const { calendar, coverage, identity, fetchedAt, topUps } = known;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return { series, calendar, coverage, identity, rows, fetchedAt, ...(topUps && { topUps }) };
}

async function scanBooks(
  db: Database,
  { tickers }: ScanOptions,
  distrusted: SetAside[],
): Promise<Pick<Scan, 'actions' | 'ownLists'>> {
  const actions = new Map<string, readonly DayRange[]>();
  const ownLists = new Map<string, OwnLists>();
  for (const row of await db.read(
    `SELECT ticker, ${bookColumn('b.ticker')} AS book FROM backfill_books AS b WHERE $1::text[] IS NULL OR ticker = ANY ($1)`,
    [tickers ? [...tickers] : null],
  )) {
    const { ticker, read } = bookRow(row);
    actions.set(ticker, read.book.covered);
    if (read.book.ownList !== undefined) ownLists.set(ticker, read.book.ownList);
    if (read.doubt !== undefined)
      distrusted.push({ path: `actions/${ticker}`, reason: read.doubt, ticker, interval: null });
  }
  return { actions, ownLists };
}
