import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { csvFolderMarket } from '../../src/market/csv-folder.ts';
import { parseDay, utcDayOf } from '../../src/core/session/day.ts';
import type { Market } from '../../src/market/market.ts';
import { randomFor } from '../../src/market/random.ts';
import { FLAT_KEYS, POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { compareWithCsv } from '../acceptance/compare-with-csv.mjs';
import { bars, query } from '../acceptance/duckdb.mjs';
import { LONG_RUNS, REAL_DATA, describeWith } from '../needs.ts';
import { realData } from '../realdata.ts';
import { type Logged, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

// The same real rows by each way that one provider gives them. Files and stores are read by DuckDB: by nothing that the product
// reads with.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

const NOW = Date.parse('2018-02-09T12:00:00Z');

/** The last session that closed thirty days before. */
const LAST_OF_FILES = '2018-01-09';

interface Range {
  readonly start: string;
  readonly end: string;
}

/** Sessions that thirty tickers cost less together than one by one, and five years of them for five hundred. */
const RANGES: readonly Range[] = LONG_RUNS
  ? [2013, 2014, 2015, 2016, 2017].map((year) => ({ start: `${year}-02-08`, end: `${year + 1}-02-07` }))
  : [{ start: '2018-01-02', end: '2018-02-07' }];

/** One range that is all of them. */
const ALL: Range = { start: RANGES[0]?.start ?? '', end: RANGES.at(-1)?.end ?? '' };

/** As many files as there are, or thirty of them. */
async function someFiles(): Promise<string[]> {
  const names = (await readdir(realData('daily-sp500-2013-2018'))).toSorted();
  if (LONG_RUNS) return names;
  const random = randomFor('thirty of real tickers');
  const drawn = names.map((name) => ({ name, at: random() })).toSorted((a, b) => a.at - b.at);
  return drawn.slice(0, 30).map(({ name }) => name);
}

/** Rows that are more than there are: a server of whole days asks for all tickers in turn. */
const ALL_ROWS = 1_000_000;

/** The market of a folder, in memory by days. */
function heldWhole(path: string): Market {
  const market = csvFolderMarket(path, null, 'start', {}, ALL_ROWS);
  const tickers = market.tickers();
  const days = { from: parseDay(ALL.start), to: parseDay(ALL.end) + 1 };
  const byDay = (ticker: string) =>
    new Map(market.rows(ticker, '1d', days).map((row) => [utcDayOf(row.ts), row]));
  const held = new Map(tickers.map((ticker) => [ticker, byDay(ticker)]));
  const listings = new Map(tickers.map((ticker) => [ticker, market.listing(ticker)]));
  return {
    tickers: () => tickers,
    listing: (ticker) => listings.get(ticker),
    intervals: (ticker) => market.intervals(ticker),
    rows: (ticker, _, { from, to }) =>
      from + 1 === to
        ? [held.get(ticker)?.get(from) ?? []].flat()
        : [...(held.get(ticker) ?? [])].flatMap(([day, row]) => (from <= day && day < to ? [row] : [])),
    actions: () => [],
    quiet: () => [],
  };
}

/** What was asked for besides splits and dividends, each kind once. */
function kindsIn({ entries }: Logged): string[] {
  const kinds = entries.map(({ path }) => path.split('/').slice(1, 4).join('/'));
  return [...new Set(kinds)].filter((kind) => !kind.startsWith('v3/reference/')).toSorted();
}

const BY_TICKER = 'v2/aggs/ticker';

interface Way {
  readonly source: 'rest' | 'flat' | 'hybrid';
  /** Tickers are asked for in so many runs, or in one for each range. */
  readonly tickersApart?: number;
  readonly asks: readonly string[];
  /** SQL for what a row has as its `source`. */
  readonly label: string;
}

const WAYS: Readonly<Record<string, Way>> = {
  aggregates: {
    ...{ source: 'rest', tickersApart: LONG_RUNS ? 2 : 3 },
    ...{ asks: [BY_TICKER], label: `'polygon'` },
  },
  'grouped days': { source: 'rest', asks: ['v2/aggs/grouped'], label: `'polygon'` },
  'flat files': {
    ...{ source: 'flat', asks: ['flatfiles/us_stocks_sip/day_aggs_v1'], label: `'polygon/flat'` },
  },
  'both of them': {
    source: 'hybrid',
    asks: ['flatfiles/us_stocks_sip/day_aggs_v1', 'v2/aggs/grouped'],
    label: `CASE WHEN ts::DATE <= '${LAST_OF_FILES}' THEN 'polygon/flat' ELSE 'polygon' END`,
  },
};

/** Fills a store from a server of the files of a folder; gives what was asked for, each kind once. */
async function filled(store: string, csv: string, { source, tickersApart }: Way): Promise<string[]> {
  const market = heldWhole(csv);
  const tickers = market.tickers();
  const simulator = await start({ wire: 'polygon', market, now: () => NOW });
  const history = openHistory({
    ...{ store, stateFolder: join(folder.path, 'state'), workers: LONG_RUNS ? 2 : 1, quotas: [] },
    provider: { id: 'polygon', url: simulator.url, settings: { tier: 'advanced', source } },
    secrets: { key: POLYGON_KEYS.advanced, ...FLAT_KEYS.advanced },
    clock: () => NOW,
  });
  const part = Math.ceil(tickers.length / (tickersApart ?? 1));
  const runs =
    tickersApart === undefined
      ? RANGES.map((range) => ({ tickers, ...range }))
      : Array.from({ length: tickersApart }, (_, i) => ({
          ...ALL,
          tickers: tickers.slice(i * part, (i + 1) * part),
        }));
  for (const run of runs) {
    const { failures } = await history.backfill(run);
    // Of the years before a listing nobody says in these answers why there is nothing.
    expect(failures.filter(({ code }) => !LONG_RUNS || code !== 'incomplete')).toEqual([]);
  }
  await history.close();
  return kindsIn(simulator);
}

describeWith(REAL_DATA)('real rows', () => {
  it.each(Object.entries(WAYS))(
    'are stored as they are in their files when they come by %s, with where they came from',
    async (name, way) => {
      const [csv, store] = [join(folder.path, 'csv'), join(folder.path, 'store')];
      await mkdir(csv);
      for (const file of await someFiles())
        await symlink(realData(`daily-sp500-2013-2018/${file}`), join(csv, file));
      const began = performance.now();
      const { asks, label } = way;
      // Of so many years there are tickers that no session of a year names: these are asked for one by one, in vain.
      const isSure = (kind: string): boolean => !LONG_RUNS || kind !== BY_TICKER || asks.includes(kind);
      expect((await filled(store, csv, way)).filter(isSure)).toEqual(asks);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);

      const found = await compareWithCsv(csv, store, ALL);
      const valid = LONG_RUNS ? 611_520 : 30 * 26;
      expect(found).toEqual({ valid, stored: valid, notStored: 0, notInCsv: 0 });
      const labelled = await query(
        `SELECT source, count(*)::INT AS rows, count(*) FILTER (source <> ${label})::INT AS wrong
         FROM ${bars(store)} GROUP BY source ORDER BY source`,
      );
      expect(labelled.map(({ wrong }) => wrong)).toEqual(asks.map(() => 0));
      if (LONG_RUNS) console.log(`${name}: ${seconds} s`, JSON.stringify([found, labelled]));
    },
    LONG_RUNS ? 1_800_000 : 60_000,
  );
});
