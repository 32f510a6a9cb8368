import { type Series, seriesKey } from '../../core/bars/bars.ts';
import type { OwnLists } from '../../core/actions/action-book.ts';
import type { DayRange } from '../../core/session/day.ts';
import { joinKnowledge } from '../parquet/partition/join.ts';
import { Readings } from '../parquet/partition/said.ts';
import type { Scan, SeriesState, SetAside } from '../scan.ts';
import type { ScanOptions } from '../store.ts';
import { type Part, partitionOfRow, partOf, placeOf } from './parts.ts';
import type { Row } from './row.ts';
import type { Tables } from './tables.ts';

/** What is known of all series and of their tickers' corporate actions. */
export async function scanTables(tables: Tables, options: ScanOptions): Promise<Scan> {
  const series = new Map<string, SeriesState>();
  const distrusted: SetAside[] = [];
  const readings = new Readings();
  let own: { readonly series: Series; readonly parts: Part[] } | undefined;
  const finish = (): void => {
    if (own !== undefined) series.set(seriesKey(own.series), stateOf(own.series, own.parts));
  };
  for await (const row of tables.partRows(options)) {
    const partition = partitionOfRow(row, isOf(own?.series, row) ? own?.series : undefined);
    if (partition.series !== own?.series) {
      finish();
      own = { series: partition.series, parts: [] };
    }
    const part = await partOf(partition, row, readings, tables.stampsOf);
    own.parts.push(part);
    if (part.doubt !== undefined)
      distrusted.push({
        path: placeOf(partition),
        reason: part.doubt,
        ...partition.series,
      });
  }
  finish();
  return { series, ...(await scanBooks(tables, options, distrusted)), setAside: [], distrusted };
}

function isOf(series: Series | undefined, row: Row): boolean {
  return series !== undefined && series.ticker === row['ticker'] && series.interval === row['interval'];
}

function stateOf(series: Series, parts: readonly Part[]): SeriesState {
  const known = joinKnowledge(parts.map(({ knowledge }) => knowledge));
  if (known === undefined) throw new Error(`${seriesKey(series)} has no part`);
  const { calendar, coverage, identity, fetchedAt, topUps } = known;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return { series, calendar, coverage, identity, rows, fetchedAt, ...(topUps && { topUps }) };
}

async function scanBooks(
  tables: Tables,
  { tickers }: ScanOptions,
  distrusted: SetAside[],
): Promise<Pick<Scan, 'actions' | 'ownLists'>> {
  const actions = new Map<string, readonly DayRange[]>();
  const ownLists = new Map<string, OwnLists>();
  for (const { ticker, read } of await tables.books(tickers)) {
    actions.set(ticker, read.book.covered);
    if (read.book.ownList !== undefined) ownLists.set(ticker, read.book.ownList);
    if (read.doubt !== undefined)
      distrusted.push({ path: `actions/${ticker}`, reason: read.doubt, ticker, interval: null });
  }
  return { actions, ownLists };
}
