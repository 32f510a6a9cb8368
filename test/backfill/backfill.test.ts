import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BackfillTools, backfill } from '../../src/backfill/backfill.ts';
import { SharedStaging } from '../../src/backfill/run/shared-staging.ts';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { runTask } from '../../src/backfill/task/run-task.ts';
import type { Runner } from '../../src/backfill/runner.ts';
import { UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { BackfillError, type ErrorCode } from '../../src/core/errors.ts';
import type { BarAnswer, BarRequest, Capabilities, Provider } from '../../src/providers/provider.ts';
import { type Gate, OPEN_GATE } from '../../src/providers/http/gate.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { sampleCapabilities } from '../../src/providers/sample/capabilities.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { NO_BARS } from '../../src/core/bars/columns.ts';
import { trafficOfOnlyRun } from './only-run.ts';

const WEEK = { start: '2025-06-02', end: '2025-06-06' } as const;
const HOUR = 3_600_000;
let folder = '';
let store: BarStore;
let now = Date.parse('2025-06-20T12:00:00Z');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-run-'));
  store = openStore(folder);
  now = Date.parse('2025-06-20T12:00:00Z');
});
afterEach(() => rm(folder, { recursive: true }));

const sample = openSample({ id: 'sample' });

/** The sample market behind a door that may stay shut. */
function provider(
  fault: (ticker: string) => ErrorCode | BarAnswer | undefined,
): Provider & { asked: BarRequest[] } {
  const asked: BarRequest[] = [];
  return {
    ...sample,
    asked,
    fetchBars: async (request) => {
      asked.push(request);
      const result = fault(request.series.ticker);
      if (typeof result === 'string') throw new BackfillError(result, `${result} it is`);
      return result ?? sample.fetchBars(request);
    },
  };
}

/** Runs tasks in this thread, on any provider. */
function tools(source: Provider, more: Partial<BackfillTools> = {}, gate: Gate = OPEN_GATE): BackfillTools {
  const runner: Omit<Runner, 'traffic'> = {
    workers: 1,
    capacity: 2,
    deaths: 0,
    run: ({ task, now: at }) =>
      runTask(task, at, { provider: source, store, gate, source: 'test', elapsed: () => 0 }),
    abandon: () => undefined,
    close: () => Promise.resolve(),
  };
  const context = { storeUrl: folder, provider: { id: 'sample' } };
  const clocks = { wall: () => now, gate: () => now };
  return {
    store,
    acquire: () => store.acquire(),
    staging: new SharedStaging(),
    capabilities: sampleCapabilities,
    context,
    startRunner: async () => ({ ...runner, traffic: await trafficOfOnlyRun({ clocks }) }),
    clock: () => now,
    ...more,
  };
}

const TICKERS = ['ALFA', 'NYXA', 'ORBL', 'PYRE', 'QUIL', 'UMBR', 'VELM', 'WQAL'];
const open = () => provider(() => undefined);

describe('a backfill', () => {
  it('fetches what is missing, then nothing, then only what is new', async () => {
    const first = open();
    const request = { tickers: ['ALFA', 'NYXA'], ...WEEK };
    expect(await backfill(request, tools(first))).toMatchObject({
      fetched: 2,
      failed: 0,
      complete: 0,
      bars: 10,
      inserted: 10,
    });
    const second = open();
    expect(await backfill(request, tools(second))).toMatchObject({ fetched: 0, complete: 2, requests: 0 });
    expect(second.asked).toEqual([]);
    const third = open();
    const top = await backfill({ ...request, end: '2025-06-09' }, tools(third));
    // Four final sessions ride along, to see whether the provider still says the same.
    expect(third.asked.map(({ range }) => range)).toEqual(
      [1, 2].map(() => ({ from: parseDay('2025-06-03'), to: parseDay('2025-06-10') })),
    );
    expect(top).toMatchObject({
      bars: 2,
      inserted: 2,
      drift: { sample: { compared: 8, changed: 0, gone: 0 } },
    });
  });

  it('fetches everything again on demand and finds nothing changed', async () => {
    const request = { tickers: ['ALFA'], ...WEEK };
    await backfill(request, tools(open()));
    const again = await backfill({ ...request, everything: true }, tools(open()));
    expect(again).toMatchObject({ bars: 5, inserted: 0, changed: 0, requests: 1 });
  });

  it('names the ticker that failed and why, goes on with the others, and leaves it missing', async () => {
    const faulty = provider((ticker) => (ticker === 'NYXA' ? 'network' : undefined));
    const summary = await backfill({ tickers: ['ALFA', 'NYXA', 'ORBL'], ...WEEK }, tools(faulty));
    expect(summary).toMatchObject({ fetched: 2, failed: 1 });
    expect(summary.failures).toMatchObject([
      { ticker: 'NYXA', code: 'network', from: '2025-06-02', to: '2025-06-06' },
    ]);
    expect((await store.scan()).series.has('NYXA 1d')).toBe(false);
    const next = open();
    await backfill({ tickers: ['ALFA', 'NYXA', 'ORBL'], ...WEEK }, tools(next));
    expect(next.asked.map(({ series }) => series.ticker)).toEqual(['NYXA']);
  });

  it('counts a task as failed whose answer leaves sessions unexplained', async () => {
    const proven = { from: parseDay('2025-06-02'), to: parseDay('2025-06-04') };
    const cut: BarAnswer = {
      bars: NO_BARS,
      unusable: [],
      proven,
      actions: [],
      identity: UNKNOWN_IDENTITY,
      delistedOn: null,
      dropped: 0,
      wireBasis: 'raw',
      explained: [],
    };
    const summary = await backfill({ tickers: ['ALFA'], ...WEEK }, tools(provider(() => cut)));
    expect(summary.failures).toMatchObject([
      { code: 'incomplete', message: expect.stringContaining('3 of 5 sessions stay missing') },
    ]);
  });

  it('records of which ex-dates the corporate actions are known, for tickers without any too', async () => {
    await backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()));
    const week = { from: parseDay('2025-06-02'), to: parseDay('2025-06-07') };
    expect((await store.scan()).actions.get('ALFA')).toEqual([week]);
    await backfill({ tickers: ['ALFA'], ...WEEK, end: '2025-06-10' }, tools(open()));
    expect((await store.scan()).actions.get('ALFA')).toEqual([{ ...week, to: parseDay('2025-06-11') }]);
  });

  it('brings lost corporate actions back with one request a ticker, and changes no bar', async () => {
    const request = { tickers: ['ORBL', 'ALFA'], start: '2018-01-02', end: '2025-06-06' };
    await backfill(request, tools(open()));
    const before = await store.readActions('ORBL');
    expect(before).toContainEqual(expect.objectContaining({ kind: 'split' }));
    await rm(join(folder, 'actions/ticker=ORBL'), { recursive: true });
    const source = open();
    const again = await backfill(request, tools(source));
    expect(again).toMatchObject({ fetched: 1, complete: 1, requests: 1, inserted: 0, changed: 0 });
    expect(source.asked.map(({ series }) => series.ticker)).toEqual(['ORBL']);
    expect(await store.readActions('ORBL')).toEqual(before);
    expect(await backfill(request, tools(open()))).toMatchObject({ complete: 2, requests: 0 });
  });

  it('sets a damaged file of corporate actions aside, says so and fetches them again', async () => {
    await backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()));
    const path = 'actions/ticker=ALFA/actions.parquet';
    await writeFile(join(folder, path), 'damaged');
    const again = await backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()));
    expect(again).toMatchObject({ fetched: 1, failed: 0, setAside: [{ path }] });
    expect((await store.scan()).actions.has('ALFA')).toBe(true);
  });

  it('fails visibly where the rows of a partition are damaged; the next run fills the whole gap', async () => {
    const request = { tickers: ['ALFA'], ...WEEK };
    await backfill(request, tools(open()));
    const path = join(folder, 'bars/interval=1d/ticker=ALFA/period=all/bars.parquet');
    const bytes = await readFile(path);
    bytes.fill(0xff, 4, 60);
    await writeFile(path, bytes);
    const later = { ...request, end: '2025-06-10' };
    const failed = await backfill(later, tools(open()));
    expect(failed).toMatchObject({ failed: 1, failures: [{ ticker: 'ALFA', code: 'store-corrupt' }] });
    expect(await backfill(later, tools(open()))).toMatchObject({ failed: 0, inserted: 7 });
  });

  it('fails where a folder lies in place of a file, and only there', async () => {
    const request = { tickers: ['NYXA', 'ALFA', 'ORBL'], ...WEEK };
    const path = 'bars/interval=1d/ticker=NYXA/period=all/bars.parquet';
    await mkdir(join(folder, path), { recursive: true });
    const summary = await backfill(request, tools(open()));
    expect(summary).toMatchObject({ fetched: 2, failed: 1, notRun: 0, stopped: null, setAside: [{ path }] });
    expect(summary.failures).toMatchObject([{ ticker: 'NYXA', code: 'store-unusable' }]);
  });

  it('lets the next writer look after what a thread left that met trouble with the disk', async () => {
    const words = (): Promise<string> => readFile(join(folder, '.lock'), 'utf8');
    const request = { tickers: ['NYXA', 'ALFA'], ...WEEK };
    // Threads have a store of their own.
    const source = open();
    const inThread = (): BackfillTools => ({ ...tools(source), store: openStore(folder) });
    const path = 'bars/interval=1d/ticker=NYXA/period=all/bars.parquet';
    await mkdir(join(folder, path), { recursive: true });
    await backfill(request, inThread());
    expect(await words()).not.toBe('released\n');
    await rm(join(folder, path), { recursive: true });
    await backfill(request, inThread());
    expect(await words()).toBe('released\n');
  });

  it('takes an answer without a bar for no knowledge of corporate actions', async () => {
    await backfill({ tickers: ['ALFA'], ...WEEK }, tools(provider(() => 'no-data')));
    expect((await store.scan()).actions.has('ALFA')).toBe(false);
  });

  it('neither asks for nor records corporate actions where the provider has none', async () => {
    const capabilities = { ...sampleCapabilities, actions: false };
    const source = { ...open(), capabilities };
    await backfill({ tickers: ['ALFA'], ...WEEK }, tools(source, { capabilities }));
    expect((await store.scan()).actions.size).toBe(0);
    const again = await backfill({ tickers: ['ALFA'], ...WEEK }, tools(source, { capabilities }));
    expect(again).toMatchObject({ complete: 1, requests: 0 });
    expect(await backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()))).toMatchObject({ requests: 1 });
  });

  it('does not ask again for what a look-back would keep it from ever closing', async () => {
    const daily = { maxSpanDays: null, lookBackDays: 15, requestsPerSpan: 1, settleDelayMs: 0 };
    const capabilities = { ...sampleCapabilities, intervals: { '1d': daily } };
    await backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()));
    await rm(join(folder, 'actions'), { recursive: true });
    const again = await backfill({ tickers: ['ALFA'], ...WEEK }, tools(open(), { capabilities }));
    expect(again).toMatchObject({ complete: 1, absent: {} });
  });

  it('asks for an unknown ticker once, is news of it, then leaves it alone until its retry is due', async () => {
    const none = provider((ticker) => (ticker === 'NOPE' ? 'unknown-ticker' : undefined));
    const request = { tickers: ['ALFA', 'NOPE'], ...WEEK };
    expect(await backfill(request, tools(none))).toMatchObject({ fetched: 1, failed: 0, unavailable: 1 });
    expect(await backfill(request, tools(none))).toMatchObject({ complete: 1, failed: 0, unavailable: 1 });
    expect(none.asked).toHaveLength(2);
    now += 25 * HOUR;
    await backfill(request, tools(none));
    expect(none.asked.map(({ series }) => series.ticker).toSorted()).toEqual(['ALFA', 'NOPE', 'NOPE']);
    now += 25 * HOUR;
    await backfill(request, tools(none));
    expect(none.asked).toHaveLength(3); // the second wait is twice as long
  });

  it('takes "unknown" for the provider’s fault where the store has bars of the ticker', async () => {
    await backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()));
    const forgetful = provider(() => 'unknown-ticker');
    const summary = await backfill({ tickers: ['ALFA'], ...WEEK, end: '2025-06-13' }, tools(forgetful));
    expect(summary.failures).toMatchObject([{ code: 'provider-fault' }]);
    expect((await store.scan()).series.get('ALFA 1d')?.coverage.absent).toEqual([]);
  });

  it('takes a storm of "unknown" for the provider’s fault', async () => {
    const storm = provider((ticker) => (ticker < 'W' ? 'unknown-ticker' : undefined));
    const summary = await backfill({ tickers: TICKERS, ...WEEK }, tools(storm));
    expect(summary).toMatchObject({ fetched: 1, failed: 7 });
    expect(new Set(summary.failures.map(({ code }) => code))).toEqual(new Set(['provider-fault']));
    expect([...(await store.scan()).series.keys()]).toEqual(['WQAL 1d']);
  });

  it('records what the look-back does not reach, instead of asking', async () => {
    const limited: Capabilities = {
      ...sampleCapabilities,
      intervals: { '1d': { maxSpanDays: null, lookBackDays: 15, requestsPerSpan: 1, settleDelayMs: 0 } },
    };
    const source = open();
    const summary = await backfill(
      { tickers: ['ALFA'], start: '2025-06-02', end: '2025-06-12' },
      tools(source, { capabilities: limited }),
    );
    expect(summary.absent).toEqual({ 'plan-limited': 4 });
    expect(source.asked.map(({ range }) => range.from)).toEqual([parseDay('2025-06-06')]);
    const again = await backfill(
      { tickers: ['ALFA'], start: '2025-06-02', end: '2025-06-12' },
      tools(source, { capabilities: limited }),
    );
    expect(again).toMatchObject({ complete: 0, unavailable: 1, absent: {} });
  });

  it('once stopped ends with what was in flight and says what is left', async () => {
    const stop = new AbortController();
    const onEvent = (event: BackfillEvent): void => void (event.type === 'finished' && stop.abort());
    const summary = await backfill(
      { tickers: TICKERS, ...WEEK },
      tools(open(), { stop: stop.signal, onEvent }),
    );
    expect(summary).toMatchObject({ stopped: { reason: 'interrupted' }, fetched: 2, notRun: 6, failed: 0 });
    expect(await backfill({ tickers: TICKERS, ...WEEK }, tools(open()))).toMatchObject({
      complete: 2,
      fetched: 6,
    });
  });

  it.each(['quota-exhausted', 'provider-down'] as const)(
    'that meets %s ends with its ticker not run instead of failed',
    async (code) => {
      const source = provider((ticker) => (ticker === 'ORBL' ? code : undefined));
      const summary = await backfill({ tickers: TICKERS, ...WEEK }, tools(source));
      expect(summary).toMatchObject({ stopped: { reason: code }, failed: 0, failures: [] });
      expect(summary.fetched + summary.notRun).toBe(TICKERS.length);
      expect(source.asked.length).toBeLessThan(TICKERS.length);
      expect((await store.scan()).series.size).toBe(summary.fetched);
    },
  );

  it('does not believe an empty answer while the provider throttles', async () => {
    const proven = { from: parseDay('2025-06-02'), to: parseDay('2025-06-07') };
    const nothing: BarAnswer = {
      bars: NO_BARS,
      unusable: [],
      proven,
      actions: [],
      identity: UNKNOWN_IDENTITY,
      delistedOn: null,
      dropped: 0,
      wireBasis: 'raw',
      explained: [],
    };
    const source = provider(() => nothing);
    const throttled = await backfill(
      { tickers: ['ALFA'], ...WEEK },
      tools(source, {}, { ...OPEN_GATE, isThrottling: () => Promise.resolve(true) }),
    );
    expect(throttled.failures).toMatchObject([{ code: 'provider-fault' }]);
    expect((await store.scan()).series.size).toBe(0);
    expect(await backfill({ tickers: ['ALFA'], ...WEEK }, tools(source))).toMatchObject({
      failed: 0,
      absent: { 'vendor-empty': 5 },
    });
  });

  it('is not kept from its bars by a ledger of renames that another hand broke', async () => {
    await writeFile(join(folder, 'renames.json'), '{');
    expect(await backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()))).toMatchObject({
      failed: 0,
      inserted: 5,
      renamesUnread: expect.stringMatching(/^renames\.json is no list of renames; /),
    });
  });

  it('keeps a record of the run in the store', async () => {
    const { runId } = await backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()));
    expect(runId).toMatch(/^20250620T120000Z-[0-9a-f]{4}$/);
  });

  it.each([
    ['in good order', 0, true],
    ['with a thread that died', 1, false],
  ])('that ended %s leaves the next writer to sweep: %s deaths', async (_how, deaths, isLeft) => {
    const source = open();
    const { startRunner } = tools(source);
    const started: BackfillTools['startRunner'] = async (...args) => ({
      ...(await startRunner(...args)),
      deaths,
    });
    await backfill({ tickers: ['ALFA'], ...WEEK }, tools(source, { startRunner: started }));
    await writeFile(join(folder, '.bars.17-0-3.tmp'), '');
    await (await store.acquire()).release();
    expect((await readdir(folder)).includes('.bars.17-0-3.tmp')).toBe(isLeft);
  });

  it('is refused while another one writes the store', async () => {
    const writer = await openStore(folder).acquire();
    await expect(backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()))).rejects.toMatchObject({
      code: 'store-locked',
    });
    await writer.release();
  });
});
