import { afterEach, beforeEach, expect, it } from 'vitest';
import { coverageOf } from '../../src/library/coverage.ts';
import { doctor } from '../../src/library/doctor.ts';
import { forget } from '../../src/library/forget.ts';
import { sampleCapabilities } from '../../src/providers/sample/capabilities.ts';
import { coverageText } from '../../src/report/coverage-text.ts';
import { doctorText } from '../../src/report/doctor-text.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { AAPL, NOON, WEEK, WEEK_DAYS, coverage, stage, temporaryFolder, update } from '../store/fixtures.ts';
import { engineOf } from './engine-of.ts';

const LINE =
  '2 staged answers for whole markets, of a run that was cut short: a run that wants them within a day takes them in, and what is older is removed by the next one.';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
  await store.upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
  for (const date of ['2026-02-26', '2026-02-27']) {
    const slice = { interval: '1d', session: parseDay(date), source: 'sample-1', fetchedAt: NOON } as const;
    await stage(store.staging, slice, NOON);
  }
});
afterEach(() => folder.remove());

it('tells of what a run left in staging, where the store is looked at', async () => {
  const report = await coverageOf(
    store,
    sampleCapabilities,
    NOON,
    {},
    {
      tickers: [AAPL.ticker],
      lives: new Map(),
    },
  );
  expect(coverageText(report, { missing: false })).toContain(LINE);
  const examination = await doctor(engineOf(store), NOON, {});
  expect(examination).toMatchObject({ damages: [], staged: 2 });
  expect(doctorText(examination, { fix: false })).toEqual([
    'Examined 1 partition (5 rows): no damage.',
    LINE,
  ]);
});

it('tells of series that no run has compared with the others yet, among those that are meant', async () => {
  const about = async (tickers: readonly string[]) => {
    const report = await coverageOf(store, sampleCapabilities, NOON, {}, { tickers, lives: new Map() });
    const lines = coverageText(report, { missing: false }).filter((line) =>
      line.includes('not yet compared'),
    );
    return { uncompared: report.uncompared, lines };
  };
  const id = await store.firstFills.note(NOON, [AAPL, { ...AAPL, ticker: 'EMPTY' }]);
  expect(await about(['AAPL', 'EMPTY'])).toEqual({
    uncompared: 1,
    lines: [
      '1 series filled for the first time by a run that goes on or was cut short: not yet compared with the others, ' +
        'whose bars they might have; the next run does that first.',
    ],
  });
  expect(await about(['EMPTY'])).toEqual({ uncompared: undefined, lines: [] });
  await store.firstFills.remove([id]);
  expect(await about(['AAPL'])).toEqual({ uncompared: undefined, lines: [] });
});

it('forgets it with the sessions that it is of', async () => {
  const range = { start: '2026-02-27' };
  expect(await forget(engineOf(store), ['AAPL'], range, NOON)).toMatchObject({ rows: 1, staged: 1 });
  expect(await store.staging.list()).toMatchObject([{ session: parseDay('2026-02-26') }]);
  expect(await forget(engineOf(store), ['AAPL'], { intervals: ['1h'] }, NOON)).not.toHaveProperty('staged');
  expect(await forget(engineOf(store), undefined, {}, NOON)).toMatchObject({ rows: 4, staged: 1 });
  const report = await coverageOf(store, sampleCapabilities, NOON, {}, undefined);
  expect(coverageText(report, { missing: false })).toEqual(['The store has no series.']);
});
