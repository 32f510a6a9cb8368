import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bar, type History, type Interval, type RunSummary, openHistory } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import { coverage, days, update } from '../store/fixtures.ts';

/** Sessions of two months, a partition of minutes each. */
const RANGE = { start: '2026-10-28', end: '2026-11-06' };
const NOW = Date.parse('2026-11-06T23:00:00Z');
const MINUTES = { ticker: 'ALFA', interval: '1m' } as const;
const LONGER: readonly Interval[] = ['5m', '1h', '1d'];

let folder = '';
let history: History;

const derive = (request: object = {}): Promise<RunSummary> =>
  history.backfill({ tickers: ['ALFA'], intervals: LONGER, derive: true, ...RANGE, ...request });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-stale-'));
  history = openHistory({ store: folder, provider: { id: 'sample' }, clock: () => NOW, workers: 1 });
  await history.backfill({ tickers: ['ALFA'], intervals: ['1m'], ...RANGE });
  await derive();
});
afterEach(async () => {
  await history.close();
  await rm(folder, { recursive: true });
});

/** Changes what is stored of the minutes that begin at some instants, as of the moment that they came, or of another. */
async function revise(
  change: (minute: Bar) => Partial<Bar>,
  instants: readonly string[],
  fetchedAt?: number,
): Promise<void> {
  const store = openStore(folder);
  const stamps = new Set(instants.map((instant) => Date.parse(instant)));
  const minutes = (await history.read(MINUTES)).filter(({ ts }) => stamps.has(ts));
  expect(minutes).toHaveLength(instants.length);
  const lease = await store.acquire();
  const bars = minutes.map((bar) => ({ ...bar, ...change(bar), fetchedAt: fetchedAt ?? bar.fetchedAt }));
  await store.upsert(update(bars, { series: MINUTES, fetchedAt: fetchedAt ?? NOW }));
  await lease.release();
}

const OCTOBER = '2026-10-29T14:00:00Z';
const NOVEMBER = '2026-11-03T20:59:00Z';

async function stale(): Promise<string[]> {
  const { warnings } = await history.issues();
  return warnings
    .filter(({ kind }) => kind === 'stale')
    .map(({ interval, session }) => `${interval} ${session}`);
}

const staleOf = async (): Promise<number[]> =>
  (await history.seriesStatus({ tickers: ['ALFA'], intervals: LONGER })).map((one) => one.stale);

/** What is to be made, series by series. */
async function wanted(request: object = {}): Promise<string[]> {
  const { tasks } = await history.plan({
    tickers: ['ALFA'],
    intervals: LONGER,
    derive: true,
    ...RANGE,
    ...request,
  });
  return tasks.flatMap(({ wants }) => wants.filter(({ sessions }) => sessions > 0).map(({ id }) => id));
}

describe('the status of bars', () => {
  it('says of how many sessions nobody told splits and dividends', async () => {
    const unknown = async (): Promise<number[]> =>
      (await history.seriesStatus({ tickers: ['ALFA'] })).map((one) => one.actionsUnknown);
    expect(await unknown()).toEqual([0, 0, 0, 0]);
    const store = openStore(folder);
    const lease = await store.acquire();
    await store.forgetActions('ALFA');
    await lease.release();
    // Of daily bars alone: those of other intervals are adjusted by what is known of these.
    expect(await unknown()).toEqual([0, 0, 0, 8]);
    await history.backfill({ tickers: ['ALFA'], intervals: ['1d'], ...RANGE });
    expect(await unknown()).toEqual([0, 0, 0, 0]);
  });
});

describe('derived bars whose minutes have changed', () => {
  it('are named by values, whenever those came, and made anew by the next run', async () => {
    expect([await stale(), await staleOf(), await wanted()]).toEqual([[], [0, 0, 0], []]);
    await revise(
      ({ close, volume }) => ({ close: close * 1.002, high: close * 1.01, volume: volume + 100 }),
      [OCTOBER, NOVEMBER],
    );
    const both = ['2026-10-29', '2026-11-03'];
    const named = ['5m', '1h', '1d'].flatMap((interval) => both.map((day) => `${interval} ${day}`));
    expect((await stale()).toSorted()).toEqual(named.toSorted());
    expect(await staleOf()).toEqual([2, 2, 2]);
    expect(await wanted()).toEqual(LONGER.map((interval) => `ALFA ${interval} 2026-10-29..2026-11-03`));
    const before = await history.read({ ticker: 'ALFA', interval: '1d' });
    expect(await derive()).toMatchObject({ failed: 0, stopped: null, fetched: 3 });
    expect([await stale(), await staleOf(), await wanted()]).toEqual([[], [0, 0, 0], []]);
    const after = await history.read({ ticker: 'ALFA', interval: '1d' });
    const other = after.filter(({ volume }, i) => volume - (before[i]?.volume ?? 0) === 100);
    expect(other.map(({ ts }) => new Date(ts).toISOString().slice(0, 10))).toEqual(both);
    expect(after.map(({ close }) => close).slice(4, 5)).toEqual([
      (await history.read(MINUTES)).find(({ ts }) => ts === Date.parse(NOVEMBER))?.close,
    ]);
  });

  it('are not those whose minutes came again as they were', async () => {
    await revise(() => ({}), [OCTOBER, NOVEMBER], NOW + 1000);
    expect([await stale(), await staleOf(), await wanted()]).toEqual([[], [0, 0, 0], []]);
  });

  it('say what would be otherwise, and what mends it', async () => {
    await revise(({ volume }) => ({ volume: volume + 100 }), [OCTOBER]);
    const { warnings } = await history.issues({ intervals: ['1d'] });
    const [day] = (await history.read({ ticker: 'ALFA', interval: '1d' })).slice(1);
    expect(warnings.filter(({ kind }) => kind === 'stale')).toEqual([
      {
        ...{ ticker: 'ALFA', interval: '1d', session: '2026-10-29', kind: 'stale' },
        note:
          `by its 1m bars of now volume ${day?.volume} would be ${(day?.volume ?? 0) + 100}; ` +
          'run backfill --derive --tickers ALFA --start 2026-10-29 --end 2026-10-29',
      },
    ]);
  });

  it('are wanted as far as they are in the range that is asked for', async () => {
    await revise(({ volume }) => ({ volume: volume + 100 }), [OCTOBER, NOVEMBER]);
    expect(await wanted({ start: '2026-11-02' })).toEqual(
      LONGER.map((interval) => `ALFA ${interval} 2026-11-03..2026-11-03`),
    );
  });

  it('stay where their minutes are gone, and are not called stale', async () => {
    await history.forget('ALFA', { intervals: ['1m'], start: '2026-10-29', end: '2026-10-29' });
    expect([await stale(), await wanted()]).toEqual([[], []]);
  });

  it('are not those that were fetched, though minutes say otherwise', async () => {
    const day = { intervals: ['1d'] as const, start: '2026-11-03', end: '2026-11-03' };
    await history.forget('ALFA', day);
    await history.backfill({ tickers: ['ALFA'], ...day });
    await revise(({ volume }) => ({ volume: volume + 100 }), [NOVEMBER]);
    expect((await stale()).toSorted()).toEqual(['1h 2026-11-03', '5m 2026-11-03']);
    expect(await wanted({ intervals: ['1d'] })).toEqual([]);
  });

  it('that nothing makes now are named once, with what is to be forgotten, and wanted of nobody', async () => {
    const [first] = await history.read({ ticker: 'ALFA', interval: '5m' });
    const store = openStore(folder);
    const lease = await store.acquire();
    // A bar more than there are minutes for: an hour before the open.
    const extra = { ...first, ts: (first?.ts ?? 0) - 3_600_000 } as Bar;
    const present = [days('2026-10-28', '2026-10-29')];
    await store.upsert(
      update([extra], { series: { ticker: 'ALFA', interval: '5m' }, learned: coverage({ present }) }),
    );
    await lease.release();
    const { warnings } = await history.issues({ intervals: ['5m'] });
    expect(warnings.filter(({ kind }) => kind === 'stale').map(({ note }) => note)).toEqual([
      'by its 1m bars of now nothing makes the bar; run backfill forget ALFA --interval 5m --start 2026-10-28 --end 2026-10-28, ' +
        'then run backfill --derive --tickers ALFA --interval 5m --start 2026-10-28 --end 2026-10-28',
    ]);
    expect(await wanted({ intervals: ['5m'] })).toEqual([]);
  });
});
