import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatDay, utcDayOf } from '../../src/core/session/day.ts';
import { type History, type SeriesRevision, openHistory, parseQuotas } from '../../src/index.ts';
import type { Market, MarketRow } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { issuesText, revisionsText } from '../../src/terminal.ts';

const NOW = Date.parse('2026-03-02T23:00:00Z');
const DAY_MS = 86_400_000;
const FIRST = { tickers: ['ALFA'], start: '2026-02-02', end: '2026-02-20' };
const LATER = { ...FIRST, end: '2026-02-27' };

let folder = '';
let now = NOW;
const open: (History | Simulator)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-kept-against-'));
  now = NOW;
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await rm(folder, { recursive: true });
});

type Change = (row: MarketRow, ticker?: string) => MarketRow;

/** The sample market in which some rows are others. */
function restated(change: Change): Market {
  const honest = sampleMarket();
  return {
    tickers: () => honest.tickers(),
    listing: (ticker) => honest.listing(ticker),
    intervals: (ticker) => honest.intervals(ticker),
    rows: (ticker, interval, range) => honest.rows(ticker, interval, range).map((row) => change(row, ticker)),
    actions: (ticker) => honest.actions(ticker),
    quiet: (ticker) => honest.quiet(ticker),
  };
}

/** A history of the store, filled over a provider's wire; three requests are a good part of the quota of its key. */
async function history(id: 'yahoo' | 'sample', market: Market): Promise<History> {
  const server = await startSimulator({ wire: id, market, now: () => now });
  const opened = openHistory({
    ...{ store: join(folder, 'store'), stateFolder: join(folder, `state-${open.length}`), clock: () => now },
    ...{ provider: { id, url: server.url }, workers: 1 },
    quotas: parseQuotas('100/day'),
  });
  open.push(opened, server);
  return opened;
}

const times = (row: MarketRow, factor: number): MarketRow => ({
  ...row,
  open: (row.open ?? 0) * factor,
  high: (row.high ?? 0) * factor,
  low: (row.low ?? 0) * factor,
  close: (row.close ?? 0) * factor,
});
const moreVolume = (row: MarketRow): MarketRow => ({ ...row, volume: (row.volume ?? 0) + 700 });
const onDays =
  (changes: Readonly<Record<string, Change>>): Change =>
  (row) =>
    changes[formatDay(utcDayOf(row.ts))]?.(row) ?? row;

const RESTATED = onDays({
  '2026-02-17': (row) => times(row, 1.002),
  '2026-02-18': moreVolume,
  '2026-02-19': (row) => times(row, 1.08),
  '2026-02-20': (row) => times(row, 250),
});

/** What a revision says, but for its values. */
const told = ({ before, after, stayed, run }: SeriesRevision) => ({
  ...{ session: formatDay(utcDayOf(before.ts)), stayed: stayed === true, run },
  ratio: Number((after.close / before.close).toFixed(4)),
  more: after.volume - before.volume,
});

describe('a final bar of which a later answer had other values', () => {
  it('is found again with both, whether it was replaced, by its volume alone too, or stayed', async () => {
    await (await history('yahoo', sampleMarket())).backfill(FIRST);
    const later = await history('yahoo', restated(RESTATED));
    now += DAY_MS;
    const summary = await later.backfill(LATER);
    expect(summary).toMatchObject({ failed: 0, revised: 2, stayed: 2 });
    const run = summary.runId ?? 'none';
    const kept = [
      { session: '2026-02-17', stayed: false, run, ratio: 1.002, more: 0 },
      { session: '2026-02-18', stayed: false, run, ratio: 1, more: 700 },
      { session: '2026-02-19', stayed: true, run, ratio: 1.08, more: 0 },
      { session: '2026-02-20', stayed: true, run, ratio: 250, more: 0 },
    ];
    const revisions = await later.revisions();
    expect(revisions.map(told)).toEqual(kept);
    const stored = new Map(
      (await later.read({ ticker: 'ALFA', interval: '1d' })).map((bar) => [bar.ts, bar]),
    );
    for (const { before, after, stayed } of revisions)
      expect(stored.get(before.ts)).toMatchObject({
        close: (stayed ? before : after).close,
        source: 'yahoo',
      });
    const { revised } = await later.issues();
    expect(revised).toMatchObject([
      { source: 'yahoo', stayed: false, bars: 2, first: '2026-02-17', last: '2026-02-18' },
      { source: 'yahoo', stayed: true, bars: 2, first: '2026-02-19', last: '2026-02-20' },
    ]);
    expect(revised[0]?.columns).toEqual(['open', 'high', 'low', 'close', 'volume']);
  });

  it('is told of once however often the same comes again, and as long as it stands', async () => {
    await (await history('yahoo', sampleMarket())).backfill(FIRST);
    const later = await history('yahoo', restated(onDays({ '2026-02-19': (row) => times(row, 1.08) })));
    now += DAY_MS;
    expect(await later.backfill(LATER)).toMatchObject({ revised: 0, stayed: 1 });
    now += DAY_MS;
    expect(await later.verify({ ...FIRST, sample: 1 })).toMatchObject({ revised: 0, stayed: 1 });
    expect((await later.revisions()).map(({ stayed }) => stayed)).toEqual([true]);
    now += DAY_MS;
    expect(await later.backfill({ ...FIRST, everything: true })).toMatchObject({ revised: 1, stayed: 0 });
    expect((await later.revisions()).map(({ stayed }) => stayed)).toEqual([true, undefined]);
    const { revised } = await later.issues();
    expect(revised).toMatchObject([{ stayed: false, bars: 1, first: '2026-02-19', column: 'open' }]);
  });

  it('is one line a series where a second source differs on all of thousands, in volume alone too', async () => {
    const five = { ...FIRST, intervals: ['5m' as const] };
    await (await history('yahoo', sampleMarket())).backfill(five);
    const other = await history('sample', restated(moreVolume));
    now += DAY_MS;
    const { stayed, warnings } = await other.verify({ ...five, sample: 1 });
    expect(stayed).toBe(14 * 78);
    expect(warnings.filter(({ kind }) => kind === 'sources-differ')).toEqual([]);
    const revisions = await other.revisions();
    expect(new Set(revisions.map(({ after }) => after.source))).toEqual(new Set(['sample']));
    const issues = await other.issues();
    const { column, before, after, ...revised } = issues.revised[0] ?? {};
    expect(revised).toMatchObject({ source: 'sample', stayed: true, bars: 14 * 78, columns: ['volume'] });
    expect(issuesText(issues).filter((line) => line.includes('stay'))).toEqual([
      `  ALFA 5m 2026-02-02 to 2026-02-20 sample: 1,092 bars stay (volume), the first: ${column} ${before}, not ${after}`,
    ]);
    expect(revisionsText(revisions).at(-1)).toBe('0 revisions, and 1,092 bars that stayed');
  });

  it('is queried with those of series of which none stayed', async () => {
    const both = { tickers: ['ALFA', 'NYXA'] };
    await (await history('yahoo', sampleMarket())).backfill({ ...FIRST, ...both });
    const later = await history(
      'yahoo',
      restated((row, ticker) =>
        ticker === 'ALFA' ? RESTATED(row) : onDays({ '2026-02-18': moreVolume })(row),
      ),
    );
    now += DAY_MS;
    await later.backfill({ ...LATER, ...both });
    const sql = 'SELECT ticker, ts::DATE::VARCHAR, stayed IS TRUE FROM revisions ORDER BY ticker, ts';
    const rows = await later.query(sql, async ({ blocks }) => {
      const found: unknown[] = [];
      for await (const block of blocks()) found.push(...block);
      return found;
    });
    expect(rows).toEqual([
      ['ALFA', '2026-02-17', false],
      ['ALFA', '2026-02-18', false],
      ['ALFA', '2026-02-19', true],
      ['ALFA', '2026-02-20', true],
      ['NYXA', '2026-02-18', false],
    ]);
  });
});
