import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { type Bar, type History, type RunSummary, openHistory } from '../../src/index.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import type { FaultName } from '../../src/simulator/faults/faults.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { sampled } from '../needs.ts';

const NOW = Date.parse('2026-03-02T23:00:00Z');
const DAY_MS = 86_400_000;

let folder = '';
let now = NOW;
const open: (History | Simulator)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-lost-bars-'));
  now = NOW;
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await rm(folder, { recursive: true });
});

const codes = (summary: RunSummary): number[] => [exitCodeOf(summary), exitCodeOf(summary, { strict: true })];
const unresolved = async (history: History): Promise<number> =>
  (await history.issues()).rejected.filter(({ resolved }) => !resolved).length;
const stamps = (bars: readonly Bar[]): number[] => bars.map(({ ts }) => ts);

describe('an intraday session of which some rows are rejected', () => {
  const request = { tickers: ['ALFA'], start: '2026-02-16', end: '2026-02-27' };

  async function yahoo(store: string, fault?: FaultName): Promise<History> {
    const faults = fault === undefined ? {} : { faults: { rates: `${fault}=100%`, seed: 1 } };
    const server = await startSimulator({ wire: 'yahoo', market: sampleMarket(), now: () => now, ...faults });
    const history = openHistory({
      ...{ store: join(folder, store), stateFolder: join(folder, `state-${open.length}`), clock: () => now },
      ...{ provider: { id: 'yahoo', url: server.url }, workers: 1 },
    });
    open.push(history, server);
    return history;
  }

  it.each(sampled<FaultName>(['contradicting', 'negative-price', 'gross-spike'], 3, 'faults'))(
    '(%s) is newly lost, not covered, asked for again a day later, and whole once they come',
    async (fault) => {
      const lying = await yahoo('store', fault);
      const five = { ...request, intervals: ['5m' as const] };
      const first = await lying.backfill(five);
      const { sessions } = first.newlyLost;
      expect(sessions).toBeGreaterThan(0);
      expect(first).toMatchObject({ failed: 0, holes: sessions, holesRejected: sessions });
      expect(codes(first)).toEqual([1, 1]);
      expect(await unresolved(lying)).toBeGreaterThanOrEqual(sessions);

      const second = await lying.backfill(five);
      expect(second).toMatchObject({
        requests: 0,
        withHoles: 1,
        holes: sessions,
        newlyLost: { sessions: 0 },
      });
      expect(codes(second)).toEqual([0, 1]);
      const { series } = await lying.coverage(request);
      const [report] = series;
      const covered = (report?.present ?? 0) - sessions;
      expect(report).toMatchObject({ standing: 'holes', missing: 0, provisional: 0, lacking: sessions });
      expect(report?.coverage).toBe(Math.floor((covered / (report?.expected ?? 0)) * 10_000) / 100);

      await lying.close();
      now += 2 * DAY_MS;
      const sound = await yahoo('store');
      const mended = await sound.backfill(five);
      expect(mended).toMatchObject({ failed: 0, holes: 0, newlyLost: { sessions: 0 } });
      expect(mended.inserted).toBeGreaterThanOrEqual(sessions);
      expect(codes(mended)).toEqual([0, 0]);
      expect(await unresolved(sound)).toBe(0);
      const fresh = await yahoo('fresh');
      await fresh.backfill(five);
      const series5m = { ticker: 'ALFA', interval: '5m' } as const;
      expect(stamps(await sound.read(series5m))).toEqual(stamps(await fresh.read(series5m)));
    },
  );

  it('is newly lost where a stretch of it is at another level, and whole once that comes', async () => {
    const five = { ...request, intervals: ['5m' as const] };
    const lying = await yahoo('store', 'stretch');
    const first = await lying.backfill(five);
    expect(first).toMatchObject({ failed: 0, rejected: 26, newlyLost: { sessions: 1 } });
    expect(codes(first)).toEqual([1, 1]);
    const { rejected } = await lying.issues();
    expect(new Set(rejected.map(({ session, resolved }) => `${session} ${resolved}`)).size).toBe(1);
    expect(rejected[0]).toMatchObject({
      reason: expect.stringMatching(/^prices about .* stand alone in/),
      resolved: false,
    });
    const { series } = await lying.coverage(request);
    // So many are lost that what is left waits for another answer, too.
    expect(series[0]).toMatchObject({ standing: 'provisional', holesRejected: 1 });
    expect(series[0]?.coverage).toBeLessThan(100);
    await lying.close();
    now += 2 * DAY_MS;
    const sound = await yahoo('store');
    expect(await sound.backfill(five)).toMatchObject({ failed: 0, inserted: 26, holes: 0 });
    expect(await unresolved(sound)).toBe(0);
  });

  it.each<[FaultName, string]>([
    ['spike', 'spike'],
    ['jump', 'jump'],
  ])('is stored with what may be true, as by %s, and it is named with its time', async (fault, kind) => {
    const odd = await yahoo('store', fault);
    const summary = await odd.backfill({ ...request, intervals: ['5m'] });
    expect(summary).toMatchObject({ failed: 0, rejected: 0, holes: 0, newlyLost: { sessions: 0 } });
    expect(codes(summary)).toEqual([0, 0]);
    const named = {
      ticker: 'ALFA',
      interval: '5m',
      kind,
      note: expect.stringMatching(/^the bar of \d\d:\d\d UTC/),
    };
    expect(summary.warnings).toMatchObject([named]);
    expect((await odd.issues()).warnings).toMatchObject([named]);
  });

  it('keeps its sound bars, where an answer that repeats them is at another level', async () => {
    const five = { ...request, intervals: ['5m' as const] };
    const sound = await yahoo('store');
    await sound.backfill(five);
    const series = { ticker: 'ALFA', interval: '5m' } as const;
    const before = await sound.read(series);
    await sound.close();
    now += DAY_MS;
    const lying = await yahoo('store', 'stretch');
    await lying.backfill({ ...five, end: '2026-03-02' });
    const after = await lying.read(series);
    const prices = (bars: readonly Bar[]): number[][] =>
      bars.map(({ ts, open: at, close }) => [ts, at, close]);
    expect(after.length).toBeGreaterThan(before.length);
    expect(prices(after).slice(0, before.length)).toEqual(prices(before));
    expect(Math.max(...after.map(({ close }) => close))).toBeLessThan(
      Math.max(...before.map(({ close }) => close)) * 2,
    );
  });

  it('is asked for at once by a retry of what was left', async () => {
    const lying = await yahoo('store', 'negative-price');
    const { sessions } = (await lying.backfill({ ...request, intervals: ['5m'] })).newlyLost;
    expect((await lying.leftUndone()).series).toMatchObject([
      { ticker: 'ALFA', interval: '5m', why: 'lost' },
    ]);
    await lying.close();
    now += 60_000;
    const sound = await yahoo('store');
    const retry = await sound.backfill({ tickers: ['ALFA'], intervals: ['5m'], retryFailed: true });
    expect(retry).toMatchObject({ failed: 0, holes: 0 });
    expect(retry.inserted).toBeGreaterThanOrEqual(sessions);
    expect((await sound.leftUndone()).series).toEqual([]);
  });

  it('makes no longer bar, which is missing until the minutes are whole', async () => {
    const minutes = { ...request, start: '2026-02-24', intervals: ['1m' as const] };
    const days = { ...request, start: '2026-02-24', intervals: ['1d' as const], derive: true };
    const lying = await yahoo('store', 'negative-price');
    const { sessions } = (await lying.backfill(minutes)).newlyLost;
    expect(sessions).toBeGreaterThan(0);
    const derived = await lying.backfill(days);
    expect(exitCodeOf(derived)).toBe(1);
    expect(derived.bars).toBe(4 - sessions);
    expect(derived.failures[0]?.message).toBe(
      `${sessions} of 4 sessions stay missing: rows of their 1m bars were rejected: check-data --issues lists them`,
    );
    await lying.close();
    now += 2 * DAY_MS;
    const sound = await yahoo('store');
    await sound.backfill(minutes);
    const whole = await sound.backfill(days);
    expect([whole.bars, exitCodeOf(whole)]).toEqual([sessions, 0]);
  });
});

describe('a file of minutes with rows that cannot be read', () => {
  it('is read again as soon as it changes, and lacks them until then', async () => {
    const rows = Array.from({ length: 390 }, (_, i) => {
      const at = new Date(Date.parse('2026-02-27T14:30:00Z') + i * 60_000).toISOString();
      const close = (100 + Math.sin(i) + i / 100).toFixed(2);
      return [at, close, close, close, close, 1000 + i].join(',');
    });
    const csv = join(folder, 'csv');
    await mkdir(csv);
    const write = (lines: readonly string[]): Promise<void> =>
      writeFile(join(csv, 'ABCD_1m.csv'), `ts,open,high,low,close,volume\n${lines.join('\n')}\n`);
    const odd = rows
      .with(7, (rows[7] ?? '').replace(/,\d+$/, ',x'))
      .with(50, `${rows[50]?.slice(0, 24)},9,8,10,9,5`);
    await write(odd);
    const history = openHistory({
      ...{ store: join(folder, 'store'), stateFolder: join(folder, 'state'), clock: () => now, workers: 1 },
      provider: { id: 'csv', url: csv, settings: { basis: 'raw' } },
    });
    open.push(history);
    const request = { tickers: ['ABCD'], intervals: ['1m' as const], start: '2026-02-27', end: '2026-02-27' };
    const first = await history.backfill(request);
    expect(first).toMatchObject({ inserted: 388, rejected: 2, newlyLost: { sessions: 1 }, holes: 1 });
    expect(codes(first)).toEqual([1, 1]);
    expect(codes(await history.backfill(request))).toEqual([0, 1]);
    await write(rows);
    const second = await history.backfill(request);
    expect(second).toMatchObject({ inserted: 2, holes: 0 });
    expect(codes(second)).toEqual([0, 0]);
    expect(await unresolved(history)).toBe(0);
  });
});
