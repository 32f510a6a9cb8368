import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Bar } from '../../src/core/bars/bars.ts';
import type { History, HistoryOptions } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { FLAT_KEYS, POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { type Logged, NOW, sampleOf, start, stopAll } from '../simulator/running.ts';

// At noon of 2026-11-20 the session of 2026-10-20 is older than thirty days, and that of the next day is not.

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hybrid-flat-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

const TICKERS = 'ALFA BRIQ CORV DUNO ELNA FJRD GLYF HAZL'.split(' ');
let stores = 0;

const OLD = '2026-10-20';
const YOUNG = '2026-10-21';

/** What a server was asked for in a run that stores these sessions, and the bars that came of it. */
async function ran(
  settings: Readonly<Record<string, string | number>>,
  tickers: readonly string[],
  interval: '1d' | '1m',
  [from, to]: readonly [string, string],
): Promise<{ readonly asked: readonly string[]; readonly bars: readonly Bar[] }> {
  const simulator = await start({ wire: 'polygon', market: sampleOf(...TICKERS) });
  const history = historyOf(simulator, `store-${stores++}`, settings);
  const done = await history.backfill({ tickers, intervals: [interval], start: from, end: to });
  expect(done).toMatchObject({ failures: [], rejected: 0 });
  const bars = await Promise.all(tickers.map(async (ticker) => await history.read({ ticker, interval })));
  await history.close();
  return { asked: simulator.entries.map(({ path }) => wanted(path)).toSorted(), bars: bars.flat() };
}

function historyOf(
  { url }: Logged,
  store: string,
  settings: Readonly<Record<string, string | number>>,
  pace: Pick<HistoryOptions, 'workers' | 'inFlight' | 'quotas'> = { workers: 1 },
): History {
  return openHistory({
    ...{ store: join(folder, store), stateFolder: join(folder, 'state'), quotas: [], ...pace },
    provider: { id: 'polygon', url, settings: { tier: 'advanced', ...settings } },
    secrets: { key: POLYGON_KEYS.advanced, ...FLAT_KEYS.advanced },
    clock: () => NOW,
  });
}

/** `minutes of 2026-10-20`, `days of 2026-10-20`, `grouped 2026-10-21`, `ALFA`, `splits`. */
function wanted(path: string): string {
  const [, table = '', day = ''] = /(day|minute)_aggs_v1\/.*\/(.{10})\.csv\.gz/.exec(path) ?? [];
  if (day !== '') return `${table}s of ${day}`;
  const parts = path.split('?')[0]?.split('/') ?? [];
  if (parts.includes('grouped')) return `grouped ${parts.at(-1)}`;
  return parts[parts.indexOf('ticker') + 1] || (parts.at(-1) ?? '');
}

const priced = ({ ts, open, high, low, close, volume }: Bar) => [ts, open, high, low, close, volume];

it('a whole market in days comes from files as far as they are old enough, and from the API for the rest', async () => {
  const range = ['2026-10-15', '2026-10-26'] as const;
  const { asked, bars } = await ran({ source: 'hybrid' }, TICKERS, '1d', range);
  expect(asked).toEqual([
    ...['2026-10-15', '2026-10-16', '2026-10-19', OLD].map((day) => `days of ${day}`),
    'dividends',
    ...[YOUNG, '2026-10-22', '2026-10-23', '2026-10-26'].map((day) => `grouped ${day}`),
    'splits',
  ]);
  expect(bars).toHaveLength(TICKERS.length * 8);
  const sources = bars.map(({ ts, source }) => [ts < Date.parse(YOUNG), source].join(' '));
  expect(new Set(sources)).toEqual(new Set(['true polygon/flat', 'false polygon']));
  const { bars: ofApi } = await ran({ source: 'rest' }, TICKERS, '1d', range);
  expect(new Set(ofApi.map(({ source }) => source))).toEqual(new Set(['polygon']));
  expect(bars.map(priced)).toEqual(ofApi.map(priced));
});

it.each([29, '29'])('the age from which days come from files is a setting, %j', async (flatAfterDays) => {
  const settings = { source: 'hybrid', flatAfterDays };
  const { asked } = await ran(settings, TICKERS, '1d', [OLD, '2026-10-22']);
  expect(asked.filter((one) => /\d/.test(one))).toEqual([
    `days of ${OLD}`,
    `days of ${YOUNG}`,
    'grouped 2026-10-22',
  ]);
});

it('minutes of many tickers come from the file of a session that is old enough, and ticker by ticker of a young one', async () => {
  const old = await ran({ source: 'hybrid' }, TICKERS, '1m', [OLD, OLD]);
  expect(old.asked).toEqual(['dividends', `minutes of ${OLD}`, 'splits']);
  const { bars: ofApi } = await ran({ source: 'rest' }, TICKERS, '1m', [OLD, OLD]);
  expect(old.bars.length).toBeGreaterThan(1000);
  expect(old.bars.map(priced)).toEqual(ofApi.map(priced));
  const young = await ran({ source: 'hybrid' }, TICKERS, '1m', [YOUNG, YOUNG]);
  expect([...new Set(young.asked)]).toEqual([...TICKERS, 'dividends', 'splits']);
});

it('minutes of one ticker come from the API, however old they are: that takes fewer requests, and bytes', async () => {
  const { asked } = await ran({ source: 'hybrid' }, ['ALFA'], '1m', ['2026-09-01', '2026-10-20']);
  expect(new Set(asked)).toEqual(new Set(['ALFA', 'dividends', 'splits']));
});

it('of a year of minutes of many tickers no session of a series is asked of both', async () => {
  const simulator = await start({ wire: 'polygon', market: sampleOf(...TICKERS) });
  const history = historyOf(simulator, 'store', { source: 'hybrid' });
  const tickers = Array.from(
    { length: 300 },
    (_, i) => `T${String.fromCodePoint(65 + (i % 26), 65 + Math.floor(i / 26))}`,
  );
  const { tasks } = await history.plan({
    tickers,
    intervals: ['1m'],
    start: '2025-11-20',
    end: '2026-11-18',
  });
  await history.close();
  const files = tasks.flatMap((task) =>
    'slice' in task && task.slice.actionsSince === undefined ? [task.slice.session] : [],
  );
  expect(files.length).toBeGreaterThan(200);
  const daysOf = new Map<string, number[]>();
  for (const { series, gaps } of tasks.flatMap(({ wants }) => wants))
    for (const { from, to } of gaps)
      for (let day = from; day < to; day++)
        daysOf.set(series.ticker, [...(daysOf.get(series.ticker) ?? []), day]);
  expect(daysOf.size).toBe(300);
  for (const days of daysOf.values()) expect(new Set(days).size).toBe(days.length);
});

it('of files of minutes four are read at once, and of the API as much is asked at once as it bears', async () => {
  const began = performance.now();
  const now = (): number => NOW + performance.now() - began;
  const simulator = await start({ wire: 'polygon', market: sampleOf(...TICKERS), latencyMs: 800, now });
  // A quota that is small makes files of a few tickers worth their bytes.
  const inFlight = { workers: 1, inFlight: 8, quotas: [{ requests: 5000, perMs: 86_400_000 }] };
  const history = historyOf(simulator, 'store', { source: 'hybrid' }, inFlight);
  const wantedOf = { tickers: TICKERS, intervals: ['1m'] as const };
  await history.backfill({ ...wantedOf, start: '2026-10-07', end: OLD });
  await history.backfill({ ...wantedOf, start: '2026-11-18', end: '2026-11-18' });
  await history.close();
  const atOnce = (pattern: RegExp): number => {
    const spans = simulator.entries.filter(({ path }) => pattern.test(wanted(path)));
    expect(spans.length).toBeGreaterThan(6);
    return Math.max(
      ...spans.map(({ at }) => spans.filter((other) => other.at <= at && at < other.at + other.ms).length),
    );
  };
  expect(atOnce(/^minutes of/)).toBeLessThanOrEqual(4);
  expect(atOnce(/^[A-Z]{4}$/)).toBeGreaterThan(4);
});
