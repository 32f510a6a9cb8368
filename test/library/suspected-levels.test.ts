import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SeriesCoverage } from '../../src/report/series-coverage.ts';
import { suspectedLevels } from '../../src/library/suspected-levels.ts';
import type { Series } from '../../src/core/bars/bars.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { coverageText } from '../../src/report/coverage-text.ts';
import { tied } from '../../src/report/page.ts';
import { suspectedLines } from '../../src/report/suspected-text.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { NOON, coverage, daily, days, temporaryFolder, update } from '../store/fixtures.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
});
afterEach(() => folder.remove());

const WEEK = ['2026-02-23', '2026-02-24', '2026-02-25', '2026-02-26', '2026-02-27'];
const of = (ticker: string): Series => ({ ticker, interval: '1d' });
const at = (close: number) => ({ open: close, high: close, low: close, close });

/** A complete week, of which the first days are on a level of their own. */
async function fill(ticker: string, level: number): Promise<void> {
  const bars = WEEK.map((date, i) => daily(date, at(i < 2 ? level + i : 100 + i)));
  const learned = coverage({ present: [days('2026-02-23', '2026-02-28')] });
  await store.upsert(update(bars, { series: of(ticker), learned }));
}

const told = (ticker: string, kind = 'basis-flip') => ({ ...of(ticker), session: WEEK[2], kind, note: '' });
const levels = async (): Promise<Awaited<ReturnType<typeof suspectedLevels>>> =>
  suspectedLevels(store, await store.scan(), NOON);

describe('a price level that a run named', () => {
  it('is told of its series, complete or not, as long as it stands so', async () => {
    for (const [ticker, level] of [
      ['ODD', 25],
      ['MENDED', 100],
      ['THIN', 25],
    ] as const)
      await fill(ticker, level);
    await store.saveRun(NOON, {
      warnings: [told('ODD'), told('MENDED'), told('GONE'), told('THIN', 'thin')],
    });
    await store.saveRun(NOON + 1000, { warnings: [told('ODD', 'jump')] });
    await store.saveRun(NOON + 2000, { warnings: 'of another version' });
    expect(await levels()).toEqual({ series: [of('ODD')], notJudged: 0 });

    const history = openHistory({ store: folder.path, stateFolder: folder.path, clock: () => NOON });
    const report = await history.coverage({ start: WEEK[0] ?? '', end: WEEK[4] ?? '' });
    await history.close();
    const standingOf = (one: string): SeriesCoverage['standing'] | undefined =>
      report.series.find(({ ticker }) => ticker === one)?.standing;
    expect(standingOf('ODD')).toBe('complete');
    expect(coverageText(report, { missing: false })).toContain(
      'Prices of ODD jump without a known cause: check-data --issues',
    );
  });

  it('is none where no run named one', async () => {
    await fill('ODD', 25);
    await store.saveRun(NOON, { warnings: [null, 1, {}] });
    expect(await levels()).toEqual({ series: [], notJudged: 0 });
    expect(suspectedLines({ series: [], notJudged: 0 })).toEqual([]);
  });

  it('is looked at again in so many series only', async () => {
    const tickers = Array.from({ length: 101 }, (_, i) => `T${String(i).padStart(3, '0')}`);
    for (const ticker of tickers) await fill(ticker, 100);
    await fill('T000', 25);
    await store.saveRun(NOON, { warnings: tickers.map((ticker) => told(ticker)) });
    expect(await levels()).toEqual({ series: [of('T000')], notJudged: 1 });
    expect(suspectedLines({ series: [of('T000')], notJudged: 1 })).toEqual([
      `Prices of T000, and perhaps 1 more series jump without a known cause: ${tied('check-data --issues')}`,
    ]);
  });
});
