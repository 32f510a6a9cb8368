import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nothingToDoLine } from '../../src/report/plan-text.ts';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { backfill, runPrepared } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { prepareVerification } from '../../src/backfill/plan/verify.ts';
import { type Ohlcv, isSplit } from '../../src/core/bars/bars.ts';
import { stateOf } from '../../src/core/coverage/coverage.ts';
import type { Quota } from '../../src/core/plan/quota.ts';
import { MS_PER_DAY, parseDay } from '../../src/core/session/day.ts';
import type { BarRequest, Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { toolsInProcess } from './in-process.ts';
import { rowsIn } from '../store/rows.ts';
import { inBars, inRows, type RowAnswer, withRows } from '../providers/rows.ts';

const sample = openSample({ id: 'sample' });
/** So few that a doubt is not worth a second question. */
const A_DAY = { requests: 25, perMs: MS_PER_DAY };
const WEEKS = { start: '2025-05-01', end: '2025-05-30' };
let folder = '';
let store: BarStore;
let now = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-truth-'));
  store = openStore(folder);
  now = Date.parse('2025-06-20T12:00:00Z');
});
afterEach(() => rm(folder, { recursive: true }));

type Alter = (answer: RowAnswer, request: BarRequest, asked: number) => RowAnswer;

/** The sample market as a vendor that tells it in its own way; `asked` counts the requests for a ticker from 1. */
function vendor(alter: Alter): Provider & { asked: BarRequest[] } {
  const asked: BarRequest[] = [];
  return {
    ...sample,
    asked,
    fetchBars: async (request) => {
      asked.push(request);
      const times = asked.filter(({ series }) => series.ticker === request.series.ticker).length;
      return inBars(alter(withRows(await sample.fetchBars(request)), request, times));
    },
  };
}

const honest = () => vendor((answer) => answer);
const run = (
  source: Provider,
  request: Partial<typeof WEEKS> & { tickers?: string[] } = {},
): Promise<RunSummary> =>
  backfill(
    { tickers: ['ALFA'], ...WEEKS, ...request },
    toolsInProcess(source, store, () => now),
  );
const barsOf = (ticker = 'ALFA') => rowsIn(store, { ticker, interval: '1d' });
const values = (bars: readonly Ohlcv[]) =>
  bars.map(({ ts, open, close, volume }) => [ts, open, close, volume]);

function scaled(bar: Ohlcv, ratio: number): Ohlcv {
  const { open, high, low, close } = bar;
  return { ...bar, open: open * ratio, high: high * ratio, low: low * ratio, close: close * ratio };
}
const on = (date: string) => (bar: Ohlcv) => bar.ts === parseDay(date) * MS_PER_DAY;

/** The two newest of the four final bars that a top-up repeats, a third higher in the answers of which a test holds. */
const lying = (isLie: (asked: number) => boolean, quotas: readonly Quota[] = []) => ({
  ...vendor((answer, _, asked) => ({
    ...answer,
    bars: answer.bars.map((bar) =>
      isLie(asked) && (on('2025-05-29')(bar) || on('2025-05-30')(bar)) ? scaled(bar, 1.35) : bar,
    ),
  })),
  capabilities: { ...sample.capabilities, metered: true, quotas },
});

describe('a top-up', () => {
  const LATER = { start: '2025-05-01', end: '2025-06-10' };

  it('keeps the old value of a final bar that the provider corrects, with times and sources', async () => {
    await run(honest());
    now += MS_PER_DAY;
    const correcting = vendor((answer) => ({
      ...answer,
      bars: answer.bars.map((bar) => (on('2025-05-29')(bar) ? { ...bar, volume: bar.volume + 7000 } : bar)),
    }));
    const before = (await barsOf()).find(on('2025-05-29'));
    expect(await run(correcting, LATER)).toMatchObject({
      ...{ failed: 0, revised: 1, drift: { sample: { compared: 4, changed: 1, gone: 0, worst: 0 } } },
    });
    const after = (await barsOf()).find(on('2025-05-29'));
    expect(after).toMatchObject({ volume: (before?.volume ?? 0) + 7000, fetchedAt: now });
    const revisions = await store.readRevisions({ ticker: 'ALFA', interval: '1d' });
    expect(revisions).toMatchObject([
      { before, after: { volume: after?.volume, fetchedAt: now, source: 'sample' } },
    ]);
  });

  it('fetches the whole series again if all that it repeats changed by one ratio', async () => {
    await run(honest());
    const restating = vendor((answer) => ({ ...answer, bars: answer.bars.map((bar) => scaled(bar, 0.93)) }));
    const summary = await run(restating, LATER);
    expect(summary).toMatchObject({ failed: 0, fetched: 1, inserted: 7, revised: 21 });
    expect(restating.asked.map(({ range }) => range.from)).toEqual([
      parseDay('2025-05-27'),
      parseDay('2025-05-01'),
    ]);
    const truth = await inRows(sample).fetchBars({
      ...{ series: { ticker: 'ALFA', interval: '1d' }, now },
      range: { from: parseDay('2025-05-01'), to: parseDay('2025-06-11') },
    });
    expect(values(await barsOf())).toEqual(values(truth.bars.map((bar) => scaled(bar, 0.93))));
  });

  it('changes nothing if the restated series has lost sessions that are stored', async () => {
    await run(honest());
    const before = await barsOf();
    const forgetful = vendor((answer) => ({
      ...answer,
      bars: answer.bars.map((bar) => scaled(bar, 0.93)).filter((bar) => !on('2025-05-06')(bar)),
    }));
    const { failures } = await run(forgetful, LATER);
    expect(failures).toMatchObject([{ ticker: 'ALFA', code: 'restated' }]);
    expect(failures[0]?.message).toContain('no longer has 1 of its stored bars, the first of 2025-05-06');
    expect(await barsOf()).toEqual(before);
  });

  it('is refused if prices changed by a split that nobody mentions', async () => {
    await run(honest());
    const before = await barsOf();
    const flipping = vendor((answer) => ({ ...answer, bars: answer.bars.map((bar) => scaled(bar, 1 / 4)) }));
    const { failures } = await run(flipping, LATER);
    expect(failures).toMatchObject([
      { code: 'basis-unknown', message: expect.stringContaining('a split 4:1') },
    ]);
    expect(flipping.asked).toHaveLength(3);
    expect(await barsOf()).toEqual(before);
  });

  it('is refused if prices changed by as many ratios as dividends make', async () => {
    await run(honest(), { start: '2023-01-03' });
    const adjusting = vendor((answer) => ({
      ...answer,
      bars: answer.bars.map((bar) =>
        scaled(bar, 1 - 0.01 * Math.ceil((parseDay('2025-05-30') - bar.ts / MS_PER_DAY) / 90)),
      ),
    }));
    const all = { tickers: ['ALFA'], start: '2023-01-03', end: '2025-05-30', everything: true };
    const { failures } = await backfill(
      all,
      toolsInProcess(adjusting, store, () => now),
    );
    expect(failures).toMatchObject([
      { code: 'basis-unknown', message: expect.stringContaining('dividends') },
    ]);
  });

  it('asks again and then fails by name if the answer is about something else', async () => {
    await run(honest());
    const other = vendor((answer) => ({
      ...answer,
      bars: answer.bars.map((bar, i) => scaled(bar, 1.1 + (i % 3) / 20)),
    }));
    const { failures } = await run(other, LATER);
    expect(failures).toMatchObject([
      { code: 'bad-answer', message: expect.stringContaining('contradicts 4 of 4') },
    ]);
    expect(other.asked).toHaveLength(3);
    const once = vendor((answer, _, asked) =>
      asked > 1 ? answer : { ...answer, bars: answer.bars.map((bar, i) => scaled(bar, 1.1 + (i % 3) / 20)) },
    );
    expect(await run(once, LATER)).toMatchObject({ failed: 0, inserted: 7, revised: 0 });
  });

  it('is asked for again if one final close is off by more than any correction, and believed if it stays so', async () => {
    await run(honest());
    const wild = vendor((answer) => ({
      ...answer,
      bars: answer.bars.map((bar) => (on('2025-05-29')(bar) ? scaled(bar, 1.7) : bar)),
    }));
    expect(await run(wild, LATER)).toMatchObject({ failed: 0, revised: 1, inserted: 7 });
    expect(wild.asked).toHaveLength(3);
  });

  it('asks again before it replaces final prices by far others, and keeps them if that was but one answer', async () => {
    await run(honest());
    const before = await barsOf();
    const once = lying((asked) => asked === 1);
    expect(await run(once, LATER)).toMatchObject({ failed: 0, inserted: 7, revised: 0, warnings: [] });
    expect(once.asked).toHaveLength(2);
    expect((await barsOf()).slice(0, before.length)).toEqual(before);
  });

  it('takes them once three answers said so, and names them', async () => {
    await run(honest());
    const before = (await barsOf()).find(on('2025-05-29'));
    const stubborn = lying(() => true);
    const summary = await run(stubborn, LATER);
    expect(summary).toMatchObject({ failed: 0, inserted: 7, revised: 2 });
    expect(stubborn.asked).toHaveLength(3);
    const close = before?.close ?? Number.NaN;
    expect(summary.warnings.filter(({ kind }) => kind === 'correction')).toMatchObject([
      { session: '2025-05-29', note: expect.stringContaining(`close ${close} became ${close * 1.35}`) },
      { session: '2025-05-30' },
    ]);
  });

  it('keeps them, and names them, where a run may ask but once, unless all is wanted again', async () => {
    await run(honest());
    const before = await barsOf();
    const dear = lying(() => true, [A_DAY]);
    const summary = await run(dear, LATER);
    expect(summary).toMatchObject({ failed: 0, inserted: 7, revised: 0 });
    expect(summary.warnings).toMatchObject([
      { kind: 'correction', session: '2025-05-29', note: expect.stringContaining('stays') },
      { kind: 'correction', session: '2025-05-30' },
    ]);
    expect(summary.warnings[0]?.note).toContain(
      'backfill ALFA --interval 1d --start 2025-05-29 --end 2025-05-29 --no-gaps',
    );
    expect((await barsOf()).slice(0, before.length)).toEqual(before);
    const again = { tickers: ['ALFA'], start: '2025-05-29', end: '2025-05-29', everything: true };
    await backfill(
      again,
      toolsInProcess(dear, store, () => now),
    );
    expect((await barsOf()).find(on('2025-05-29'))?.close).toBeCloseTo(1.35 * (before.at(-2)?.close ?? 0));
  });

  it('heals a false bar at the end of the store', async () => {
    const slip = vendor((answer) => ({
      ...answer,
      bars: answer.bars.map((bar) => (on('2025-05-30')(bar) ? scaled(bar, 0.6) : bar)),
    }));
    await run(slip);
    expect(await run(honest(), LATER)).toMatchObject({ failed: 0, revised: 1, inserted: 7 });
    const truth = await inRows(sample).fetchBars({
      ...{ series: { ticker: 'ALFA', interval: '1d' }, now },
      range: { from: parseDay('2025-05-01'), to: parseDay('2025-06-11') },
    });
    expect(values(await barsOf())).toEqual(values(truth.bars));
  });

  it('stops at a ticker that is another instrument now', async () => {
    await run(honest());
    const before = await barsOf();
    const etf = vendor((answer) => ({
      ...answer,
      identity: { ...answer.identity, type: 'etf' },
      bars: answer.bars.map((bar, i) => scaled(bar, 0.3 + (i % 5) / 100)),
    }));
    const { failures } = await run(etf, LATER);
    expect(failures).toMatchObject([
      { code: 'identity-changed', message: expect.stringContaining('it was equity, now etf') },
    ]);
    expect(await barsOf()).toEqual(before);
  });
});

describe('a top-up of an instrument that is described anew', () => {
  it('is stored with a warning if its prices are the same', async () => {
    await run(honest());
    const renamed = vendor((answer) => ({ ...answer, identity: { ...answer.identity, type: 'etf' } }));
    const summary = await run(renamed, { start: '2025-05-01', end: '2025-06-10' });
    expect(summary).toMatchObject({
      failed: 0,
      inserted: 7,
      warnings: [{ kind: 'identity', session: '2025-06-10' }],
    });
    expect(renamed.asked).toHaveLength(3);
    expect((await store.scan()).series.get('ALFA 1d')?.identity.type).toBe('etf');
  });
});

describe('a split-adjusted answer', () => {
  /** The sample market as a vendor that adjusts for splits and then turns its prices back with those that it mentions. */
  const adjusted =
    (mentions: (exDay: number) => boolean): Alter =>
    (answer) => {
      const hidden = answer.actions.filter(isSplit).filter(({ exDay }) => !mentions(exDay));
      const shares = (bar: Ohlcv): number =>
        hidden.reduce((all, { exDay, ratio }) => (bar.ts / MS_PER_DAY < exDay ? all * ratio : all), 1);
      return {
        ...answer,
        wireBasis: 'split-adjusted',
        actions: answer.actions.filter((action) => !hidden.some((split) => split === action)),
        bars: answer.bars.map((bar) => scaled(bar, 1 / shares(bar))),
      };
    };
  const RANGE = { tickers: ['CORV'], start: '2022-06-01', end: '2022-08-31' };
  const split = parseDay('2022-07-18');

  it('that leaves out a split which the store knows is refused, and asked for again', async () => {
    await run(vendor(adjusted(() => true)), RANGE);
    await store.forget(
      { ticker: 'CORV', interval: '1d' },
      { from: parseDay('2022-07-01'), to: parseDay('2022-07-10') },
    );
    const silent = vendor(adjusted((exDay) => exDay !== split));
    const { failures } = await run(silent, RANGE);
    expect(failures).toMatchObject([
      { code: 'basis-unknown', message: expect.stringContaining('2:1 of 2022-07-18') },
    ]);
    expect(silent.asked).toHaveLength(3);
    const moody = vendor((answer, request, asked) =>
      adjusted((exDay) => asked > 1 || exDay !== split)(answer, request, asked),
    );
    expect(await run(moody, RANGE)).toMatchObject({ failed: 0, inserted: 5 });
  });

  it('that mentions a split which stored prices were turned back without heals the whole series', async () => {
    await run(vendor(adjusted((exDay) => exDay !== split)), RANGE);
    const wrong = await barsOf('CORV');
    const healed = await run(vendor(adjusted(() => true)), { ...RANGE, end: '2022-09-09' });
    expect(healed).toMatchObject({ failed: 0 });
    const truth = await inRows(sample).fetchBars({
      ...{ series: { ticker: 'CORV', interval: '1d' }, now },
      range: { from: parseDay('2022-06-01'), to: parseDay('2022-09-10') },
    });
    expect(values(await barsOf('CORV'))).toEqual(values(truth.bars));
    expect(values(wrong)).not.toEqual(values(truth.bars.slice(0, wrong.length)));
  });
});

describe('answers that no task can judge alone', () => {
  const MANY = ['ALFA', 'BRIQ', 'CORV', 'DUNO', 'ELNA', 'FJRD', 'GLYF', 'HAZL'];
  const silence =
    (tickers: readonly string[]): Alter =>
    (answer, { series }) =>
      tickers.includes(series.ticker) ? { ...answer, bars: [], actions: [] } : answer;

  it('are a fault of the provider if they are a storm of silence: the sessions stay missing', async () => {
    const summary = await run(vendor(silence(MANY.slice(0, 5))), { tickers: MANY });
    expect(summary).toMatchObject({ failed: 5, fetched: 3, absent: {} });
    expect(summary.failures[0]).toMatchObject({
      code: 'provider-fault',
      message: expect.stringContaining('5 of 8'),
    });
    expect((await store.scan()).series.size).toBe(3);
    expect(await run(honest(), { tickers: MANY })).toMatchObject({ failed: 0, complete: 3, fetched: 5 });
  });

  it('are believed of a few tickers, with evidence that will be asked for again', async () => {
    const summary = await run(vendor(silence(MANY.slice(0, 4))), { tickers: MANY });
    expect(summary).toMatchObject({ failed: 0, absent: { 'vendor-empty': 4 * 21 } });
    const { coverage } = (await store.scan()).series.get('ALFA 1d') ?? {};
    expect(coverage?.absent).toMatchObject([
      { by: [{ attempts: 1, provider: 'sample', nextRetryAt: now + MS_PER_DAY }] },
    ]);
  });

  it('are both taken back if two tickers got the very same bars', async () => {
    const mixed = vendor((answer) => answer);
    const twin: Provider = {
      ...mixed,
      fetchBars: (request) =>
        mixed.fetchBars(
          request.series.ticker === 'BRIQ'
            ? { ...request, series: { ticker: 'CORV', interval: '1d' } }
            : request,
        ),
    };
    const summary = await run(twin, { tickers: ['ALFA', 'BRIQ', 'CORV'] });
    expect(summary.failures).toMatchObject([
      { ticker: 'BRIQ', code: 'bad-answer', message: expect.stringContaining('BRIQ and CORV') },
      { ticker: 'CORV', code: 'bad-answer', message: expect.stringContaining('CORV and BRIQ') },
    ]);
    expect(await barsOf('BRIQ')).toEqual([]);
    expect(await barsOf('CORV')).toEqual([]);
    expect(await barsOf('ALFA')).toHaveLength(21);
    expect((await store.readRejected({ tickers: ['BRIQ'] })).records[0]?.rows).toHaveLength(21);
    expect(await run(honest(), { tickers: ['ALFA', 'BRIQ', 'CORV'] })).toMatchObject({
      failed: 0,
      inserted: 42,
    });
  });

  it('are asked for again while they lack a long tail, and believed after three that agree', async () => {
    const cut: Alter = (answer) => ({ ...answer, bars: answer.bars.slice(0, 12) });
    const moody = vendor((answer, request, asked) => (asked < 3 ? cut(answer, request, asked) : answer));
    expect(await run(moody)).toMatchObject({ failed: 0, inserted: 21, absent: {} });
    const stubborn = vendor(cut);
    expect(await run(stubborn, { tickers: ['BRIQ'] })).toMatchObject({
      inserted: 12,
      absent: { 'vendor-empty': 9 },
    });
    expect(stubborn.asked).toHaveLength(3);
  });
});

describe('sessions that are not final yet', () => {
  it('are stored on demand, marked, and fetched again once they are', async () => {
    now = Date.parse('2025-05-30T17:30:00Z'); // New York is open.
    const request = { tickers: ['ALFA'], start: '2025-05-26', end: '2025-06-02' };
    const tools = () => toolsInProcess(sample, store, () => now);
    expect(await backfill(request, tools())).toMatchObject({ inserted: 3, provisional: 0 });
    const early = await backfill({ ...request, includeProvisional: true }, tools());
    expect(early).toMatchObject({ inserted: 1, provisional: 1, failed: 0 });
    const soFar = (await barsOf()).at(-1);
    expect(soFar?.ts).toBe(parseDay('2025-05-30') * MS_PER_DAY);
    const known = (await store.scan()).series.get('ALFA 1d')?.coverage;
    expect(known && stateOf(known, parseDay('2025-05-30'))).toEqual({ state: 'present', provisional: true });
    now = Date.parse('2025-05-30T21:00:00Z');
    expect(await backfill(request, tools())).toMatchObject({ changed: 1, revised: 0, provisional: 0 });
    const final = (await barsOf()).at(-1);
    expect(final?.volume).toBeGreaterThan(soFar?.volume ?? Number.POSITIVE_INFINITY);
    const later = (await store.scan()).series.get('ALFA 1d')?.coverage;
    expect(later?.provisional).toEqual([]);
    expect(await backfill(request, tools())).toMatchObject({ complete: 1, requests: 0 });
  });

  it('are nothing to do, and no failure, where they are all that is asked for', async () => {
    now = Date.parse('2025-05-30T17:30:00Z');
    const tools = toolsInProcess(sample, store, () => now);
    const told: string[] = [];
    const onEvent = (event: BackfillEvent): void => {
      if (event.type === 'planned') told.push(nothingToDoLine(event.plan));
    };
    const request = { tickers: ['ALFA'], start: '2025-05-30' };
    const summary = await backfill(request, { ...tools, onEvent });
    expect(summary).toMatchObject({ series: 0, failed: 0, requests: 0, newlyUnavailable: false });
    expect(told).toEqual([expect.stringMatching(/^Nothing to do: no settled session .* from 2025-05-30 2/)]);
  });

  it('are neither missing nor absent while nothing has been traded', async () => {
    now = Date.parse('2025-05-30T13:30:30Z'); // Half a minute after the open.
    const request = { tickers: ['ALFA'], start: '2025-05-26', end: '2025-06-02', includeProvisional: true };
    const summary = await backfill(
      request,
      toolsInProcess(sample, store, () => now),
    );
    expect(summary).toMatchObject({ failed: 0, provisional: 0, absent: {}, inserted: 3 });
  });
});

describe('a verification', () => {
  const verify = (source: Provider, sample_: number, seed = 1): Promise<RunSummary> =>
    runPrepared(
      (opened, at) => prepareVerification({ sample: sample_, seed }, opened, source, at),
      toolsInProcess(source, store, () => now),
    );
  const YEARS = { tickers: ['ALFA', 'BRIQ', 'CORV'], start: '2023-01-03' };

  it('fetches the sample again and finds nothing where nothing changed', async () => {
    await run(honest(), YEARS);
    const source = honest();
    const summary = await verify(source, 0.1);
    const { compared = 0, ...rest } = summary.drift['sample'] ?? {};
    expect(rest).toEqual({ changed: 0, gone: 0, worst: 0 });
    expect(compared).toBeGreaterThan(100);
    expect(compared).toBeLessThan(3 * 604);
    expect(summary).toMatchObject({ failed: 0, inserted: 0, revised: 0 });
  });

  it('draws the same for the same seed, and another for another', async () => {
    await run(honest(), YEARS);
    const draw = async (seed: number) => {
      const source = honest();
      await verify(source, 0.05, seed);
      return source.asked.map(({ series, range }) => [series.ticker, range]);
    };
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(2)).not.toEqual(await draw(1));
  });

  it('reports what changed and what is gone, keeps the old values, and removes nothing', async () => {
    await run(honest(), YEARS);
    const before = await barsOf();
    const stored = [...(await store.scan()).series.values()].reduce((sum, { rows }) => sum + rows, 0);
    const drifting = vendor((answer) => ({
      ...answer,
      bars: answer.bars
        .filter((bar) => !on('2024-03-05')(bar))
        .map((bar) => (on('2024-03-06')(bar) ? { ...bar, high: bar.high * 1.01 } : bar)),
    }));
    const summary = await verify(drifting, 1);
    expect(summary.drift['sample']).toMatchObject({ compared: stored - 3, changed: 3, gone: 3 });
    expect(summary.drift['sample']?.worst).toBeCloseTo(0.01, 6);
    expect(await barsOf()).toHaveLength(before.length);
    expect(await store.readRevisions({ ticker: 'ALFA', interval: '1d' })).toHaveLength(1);
  });

  it('stores a price that is far off no sooner than a top-up does', async () => {
    await run(honest());
    const before = await barsOf();
    const once = lying((asked) => asked === 1);
    expect(await verify(once, 1)).toMatchObject({ revised: 0, drift: { sample: { changed: 0 } } });
    const summary = await verify(
      lying(() => true, [A_DAY]),
      1,
    );
    expect(summary).toMatchObject({ revised: 0, drift: { sample: { changed: 2 } } });
    expect(summary.warnings.map(({ kind }) => kind)).toEqual(['correction', 'correction']);
    expect(await barsOf()).toEqual(before);
  });

  it('has nothing to do in an empty store, and says so', async () => {
    await expect(verify(honest(), 0.5)).rejects.toMatchObject({ code: 'usage' });
  });
});
