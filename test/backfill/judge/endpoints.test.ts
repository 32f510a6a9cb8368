import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../../src/backfill/backfill.ts';
import type { BackfillRequest } from '../../../src/backfill/plan/prepare.ts';
import type { RunSummary } from '../../../src/backfill/settle/summary.ts';
import type { Bar, Ohlcv } from '../../../src/core/bars/bars.ts';
import { vendorOf } from '../../../src/core/bars/vendor.ts';
import { MS_PER_DAY, parseDay } from '../../../src/core/session/day.ts';
import type { BarAnswer, Provider } from '../../../src/providers/provider.ts';
import { openSample } from '../../../src/providers/sample/index.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { inBars, withRows } from '../../providers/rows.ts';
import { rowsIn } from '../../store/rows.ts';
import { toolsInProcess } from '../in-process.ts';
import { judgeAnswer } from '../../../src/backfill/judge/judge-answer.ts';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import { NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import { SESSIONS, answer, received, stored } from '../received.ts';

const sample = openSample({ id: 'sample' });
const NOW = Date.parse('2025-06-13T12:00:00Z');
const LATER = NOW + 3 * MS_PER_DAY;
const HALF = parseDay('2025-06-12');

let folder = '';
let store: BarStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-endpoints-'));
  store = openStore(folder);
});
afterEach(() => rm(folder, { recursive: true }));

type Endpoint = BarAnswer['endpoint'];
type Change = (bars: readonly Ohlcv[]) => readonly Ohlcv[];

/** The sample market by an endpoint of one provider. */
function by(endpoint: Endpoint, change: Change = (bars) => bars, id = 'one'): Provider {
  return {
    ...sample,
    capabilities: { ...sample.capabilities, id, metered: true },
    fetchBars: async (request) => {
      const told = withRows(await sample.fetchBars(request));
      const named = endpoint !== undefined && { endpoint };
      return inBars({ ...told, ...named, bars: change(told.bars) });
    },
  };
}

const run = (from: Provider, now: number, request: Partial<BackfillRequest>): Promise<RunSummary> =>
  backfill(
    { tickers: ['ALFA'], intervals: ['1d'], start: '2025-06-02', ...request },
    toolsInProcess(from, store, () => now),
  );

const barsOf = (interval: '1d' | '5m'): Promise<Bar[]> => rowsIn(store, { ticker: 'ALFA', interval });
const sourcesOf = async (interval: '1d' | '5m'): Promise<string[]> =>
  (await barsOf(interval)).map(({ source }) => source);

/** Every bar of a day and later a little dearer. */
const dearerFrom =
  (date: string): Change =>
  (bars) =>
    bars.map((bar) => (bar.ts < parseDay(date) * MS_PER_DAY ? bar : { ...bar, close: bar.close * 1.0001 }));

const inHalf = ({ ts }: Ohlcv): boolean => ts >= HALF * MS_PER_DAY && ts < (HALF + 1) * MS_PER_DAY;

/** Without the last bars of one session. */
const cutAfter =
  (count: number): Change =>
  (bars) => {
    const left = new Set(bars.filter(inHalf).slice(count));
    return bars.filter((bar) => !left.has(bar));
  };

describe('rows of an endpoint', () => {
  it('have its name behind that of their provider, those of some days where it gave only these', async () => {
    const days = { from: parseDay('2025-06-04'), to: parseDay('2025-06-06') };
    await run(by([{ ...days, endpoint: 'flat' }]), NOW, { end: '2025-06-06' });
    expect(await sourcesOf('1d')).toEqual(['one', 'one', 'one/flat', 'one/flat', 'one']);
    await run(by('trades'), NOW, { intervals: ['5m'], end: '2025-06-02' });
    expect(new Set(await sourcesOf('5m'))).toEqual(new Set(['one/trades']));
  });

  // What a store of an older version has counts like what the API gave.
  it.each<[string, Endpoint, string, Endpoint, string]>([
    ['a file by the API', 'flat', 'one/flat', undefined, 'one'],
    ['the API by a file', undefined, 'one', 'flat', 'one/flat'],
  ])('%s are corrected, as by itself: that is a revision', async (_, first, before, second, after) => {
    await run(by(first), NOW, { end: '2025-06-12' });
    const summary = await run(by(second, dearerFrom('2025-06-11')), LATER, { end: '2025-06-13' });
    expect(summary).toMatchObject({ failed: 0, inserted: 1, revised: 2, stayed: 0, warnings: [] });
    expect(summary.drift).toMatchObject({ one: { compared: 4, changed: 2, gone: 0 } });
    expect(Object.keys(summary.drift)).toEqual(['one']);
    expect((await sourcesOf('1d')).slice(-4)).toEqual([before, after, after, after]);
    const revisions = await store.readRevisions({ ticker: 'ALFA', interval: '1d' });
    expect(revisions.map((one) => [one.before.source, one.after.source, one.stayed])).toEqual([
      [before, after, undefined],
      [before, after, undefined],
    ]);
  });

  it('that stay against what another has are kept with its name', async () => {
    await run(by(undefined), NOW, { end: '2025-06-12' });
    const crossed: Change = (bars) =>
      bars.map((bar) => (inHalf(bar) ? { ...bar, high: bar.low * 0.9 } : bar));
    const ofFiles = [{ from: HALF, to: HALF + 1, endpoint: 'flat' }];
    expect(await run(by(ofFiles, crossed), LATER, { end: '2025-06-13' })).toMatchObject({ stayed: 1 });
    const revisions = await store.readRevisions({ ticker: 'ALFA', interval: '1d' });
    expect(revisions).toMatchObject([
      { before: { source: 'one' }, after: { source: 'one/flat' }, stayed: true },
    ]);
    // The same from the API is no news.
    await run(by(undefined, crossed), LATER + 3 * MS_PER_DAY, { end: '2025-06-17' });
    expect(await store.readRevisions({ ticker: 'ALFA', interval: '1d' })).toHaveLength(1);
  });

  it('get the bars of a session that another endpoint has besides: it is of one provider', async () => {
    // Beside sessions that are another's.
    await run(by(undefined, undefined, 'two'), NOW, { intervals: ['5m'], end: '2025-06-11' });
    await run(by('flat', cutAfter(72)), NOW, { intervals: ['5m'], end: '2025-06-12' });
    await run(by(undefined), LATER, { intervals: ['5m'], end: '2025-06-13' });
    const ofHalf = (await barsOf('5m')).filter(inHalf).map(({ source }) => source);
    expect(ofHalf).toEqual([
      ...Array.from({ length: 72 }, () => 'one/flat'),
      ...Array.from({ length: 6 }, () => 'one'),
    ]);
  });

  it.each(['test', 'test/flat', 'other'])(
    'stay against a part of their bar where they are of one provider: %s',
    (source) => {
      const [day = 0] = SESSIONS;
      const had = stored(day, 100, { volume: 1000, source });
      const part = answer({
        bars: [stored(day, 100, { volume: 400 })],
        partial: [{ ts: had.ts, lacks: 2 }],
      });
      const days = [{ from: day, to: day + 1 }];
      const coverage = { ...NOTHING_KNOWN, present: days, provisional: days };
      const { stay } = judgeAnswer(
        received({
          answer: part,
          stored: { ...received().stored, bars: storedBarsOf([had]), coverage },
        }),
      );
      expect([...stay]).toEqual(source === 'other' ? [] : [had.ts]);
    },
  );

  it('that another endpoint has none of are no proof that there are none later', async () => {
    await run(by('flat'), NOW, { end: '2025-06-06' });
    const none: Change = (bars) => bars.filter(() => false);
    expect(await run(by(undefined, none), LATER, { end: '2025-06-11' })).toMatchObject({ inserted: 0 });
    const state = (await store.scan()).series.get('ALFA 1d');
    expect(state?.coverage.absent.map(({ by: [claim] }) => claim?.reason)).toEqual(['doubted']);
  });

  it('are as they would be of one that has no names, but for these', async () => {
    const ran = async (name: string, [first, second]: readonly [Endpoint, Endpoint]) => {
      store = openStore(join(folder, name));
      const told: unknown[] = [];
      for (const [from, now, request] of [
        [by(first), NOW, { end: '2025-06-11' }],
        [by(second, dearerFrom('2025-06-10')), LATER, { end: '2025-06-13' }],
        [by(first, dearerFrom('2025-06-04')), LATER, { end: '2025-06-13', everything: true }],
      ] as const) {
        const { drift, warnings, failures, inserted, revised, stayed } = await run(from, now, request);
        told.push({ drift, warnings, failures, inserted, revised, stayed });
      }
      const rows = (await barsOf('1d')).map((bar) => ({ ...bar, source: vendorOf(bar.source) }));
      const coverage = (await store.scan()).series.get('ALFA 1d')?.coverage;
      return { told, rows, coverage };
    };
    const plain = await ran('plain', [undefined, undefined]);
    expect(plain.told).toMatchObject([
      { inserted: 8 },
      { inserted: 2 },
      { revised: expect.any(Number) as number },
    ]);
    expect(await ran('named', ['flat', undefined])).toEqual(plain);
  });
});
