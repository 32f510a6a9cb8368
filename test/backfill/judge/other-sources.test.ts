import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackfillRequest } from '../../../src/backfill/plan/prepare.ts';
import { backfill, runPrepared } from '../../../src/backfill/backfill.ts';
import type { RunSummary } from '../../../src/backfill/settle/summary.ts';
import { prepareVerification } from '../../../src/backfill/plan/verify.ts';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { MS_PER_DAY, parseDay } from '../../../src/core/session/day.ts';
import type { BarRequest, Provider } from '../../../src/providers/provider.ts';
import { openSample } from '../../../src/providers/sample/index.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { toolsInProcess } from '../in-process.ts';
import { rowsIn } from '../../store/rows.ts';
import { inBars, withRows } from '../../providers/rows.ts';

const sample = openSample({ id: 'sample' });
const now = Date.parse('2025-06-20T12:00:00Z');
const MAY = { start: '2025-05-01', end: '2025-05-30' };
const LATER = { start: '2025-05-01', end: '2025-06-10' };
/** Sessions of May, and of the days after it, that are stored and wanted. */
const [IN_MAY, AFTER] = [21, 7];

let folder = '';
let store: BarStore;
let stores = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-sources-'));
  store = openStore(folder);
});
afterEach(() => rm(folder, { recursive: true }));

/** The sample market under another name, with its own prices. */
function source(
  id: string,
  change: (bar: Ohlcv, i: number) => Ohlcv = (bar) => bar,
  actions = true,
): Provider {
  return {
    ...sample,
    capabilities: { ...sample.capabilities, id, actions },
    fetchBars: async (request) => {
      const answer = withRows(await sample.fetchBars(request));
      return inBars({ ...answer, bars: answer.bars.map(change), ...(!actions && { actions: [] }) });
    },
  };
}

const run = (from: Provider, request: Partial<BackfillRequest> = {}): Promise<RunSummary> =>
  backfill(
    { tickers: ['ALFA'], ...MAY, ...request },
    toolsInProcess(from, store, () => now),
  );
const barsOf = () => rowsIn(store, { ticker: 'ALFA', interval: '1d' });
const sourcesOf = async () => (await barsOf()).map((bar) => bar.source);
const scaled = (bar: Ohlcv, ratio: number): Ohlcv => ({
  ...bar,
  ...{ open: bar.open * ratio, high: bar.high * ratio, low: bar.low * ratio, close: bar.close * ratio },
});
const on = ({ ts }: Ohlcv, date: string): boolean => ts === parseDay(date) * MS_PER_DAY;
/** A little off, each bar by its own part. */
const wobbly = (bar: Ohlcv, most: number): Ohlcv => scaled(bar, 1 + most * Math.sin(bar.ts / MS_PER_DAY));

describe('an answer beside bars of another source', () => {
  it('is spliced where the levels agree, revises none of theirs, and says what differs', async () => {
    await run(source('one'));
    const before = await barsOf();
    const summary = await run(
      source('two', (bar) => (on(bar, '2025-05-29') ? scaled(bar, 1.004) : bar)),
      LATER,
    );
    expect(summary).toMatchObject({ failed: 0, inserted: AFTER, changed: 0, revised: 0 });
    expect(summary.warnings).toMatchObject([{ kind: 'sources-differ', session: '2025-05-29' }]);
    expect(summary.warnings[0]?.note).toBe(
      '1 of 4 bars of one have other prices here (0.4 % at most): they stay',
    );
    expect((await barsOf()).slice(0, IN_MAY)).toEqual(before);
    expect(await sourcesOf()).toEqual([
      ...Array.from({ length: IN_MAY }, () => 'one'),
      ...Array.from({ length: AFTER }, () => 'two'),
    ]);
  });

  it('says nothing of other volumes', async () => {
    await run(source('one'));
    const before = await barsOf();
    const summary = await run(
      source('two', (bar) => ({ ...bar, volume: bar.volume * 3 })),
      LATER,
    );
    expect(summary).toMatchObject({ failed: 0, inserted: AFTER, revised: 0, warnings: [] });
    expect((await barsOf()).slice(0, IN_MAY)).toEqual(before);
  });

  it('corrects the bars that are its own, and only those', async () => {
    await run(source('one'), { end: '2025-05-28' });
    await run(source('two'));
    const summary = await run(
      source('two', (bar) => (bar.ts < parseDay('2025-05-31') * MS_PER_DAY ? wobbly(bar, 0.003) : bar)),
      LATER,
    );
    expect(summary).toMatchObject({ failed: 0, revised: 2, inserted: AFTER });
    const revisions = await store.readRevisions({ ticker: 'ALFA', interval: '1d' });
    expect(revisions.map(({ before, stayed }) => [before.source, stayed])).toEqual([
      ...[0, 1].map(() => ['one', true]),
      ...[0, 1].map(() => ['two', undefined]),
    ]);
  });

  it('is refused by name at any other level, and nothing is stored', async () => {
    const level = fc.record({
      ratio: fc.oneof(
        fc.double({ min: 0.05, max: 0.98, noNaN: true }),
        fc.double({ min: 1.02, max: 20, noNaN: true }),
      ),
      everything: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(level, async ({ ratio, everything }) => {
        store = openStore(join(folder, String(stores++)));
        await run(source('one'));
        const before = await barsOf();
        const { failures } = await run(
          source('two', (bar) => scaled(bar, ratio)),
          { ...LATER, everything },
        );
        expect(failures).toMatchObject([{ ticker: 'ALFA', code: 'basis-unknown' }]);
        expect(failures[0]?.message).toMatch(
          /^the prices of two for ALFA stand at .* times \d+ of \d+ stored bars of one,/,
        );
        expect(failures[0]?.message).toContain('backfill forget ALFA --interval 1d, then run again');
        expect(await barsOf()).toEqual(before);
        // The advice leads out of it.
        await store.forget({ ticker: 'ALFA', interval: '1d' });
        expect(
          await run(
            source('two', (bar) => scaled(bar, ratio)),
            LATER,
          ),
        ).toMatchObject({ failed: 0 });
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('is refused where most of its bars lie more than one in a hundred apart', async () => {
    await run(source('one'));
    const before = await barsOf();
    const apart = source('two', (bar, i) => scaled(bar, i % 4 === 0 ? 1 : 1.02 + i / 1000));
    for (const everything of [false, true]) {
      const { failures } = await run(apart, { ...LATER, everything });
      expect(failures).toMatchObject([{ code: 'bad-answer' }]);
      expect(failures[0]?.message).toContain('more than 1 % off');
      expect(await barsOf()).toEqual(before);
    }
    const near = source('two', (bar, i) => scaled(bar, i % 2 === 0 ? 1 : 1.02 + i / 1000));
    expect(await run(near, LATER)).toMatchObject({ failed: 0, inserted: AFTER, revised: 0 });
  });

  it('replaces them where everything is wanted again', async () => {
    await run(source('one'));
    const summary = await run(
      source('two', (bar) => wobbly(bar, 0.003)),
      { ...LATER, everything: true },
    );
    expect(summary).toMatchObject({ failed: 0, inserted: AFTER, revised: IN_MAY, warnings: [] });
    expect(new Set(await sourcesOf())).toEqual(new Set(['two']));
  });

  it('leaves them as they are where only their splits and dividends were missing', async () => {
    await run(source('one', undefined, false));
    const before = await barsOf();
    const summary = await run(source('two', (bar) => wobbly(bar, 0.003)));
    expect(summary).toMatchObject({ failed: 0, inserted: 0, changed: 0, revised: 0 });
    expect(summary.warnings).toMatchObject([{ kind: 'sources-differ', session: '2025-05-01' }]);
    expect(await barsOf()).toEqual(before);
    expect(await run(source('two'))).toMatchObject({ complete: 1, requests: 0 });
  });

  it('leaves them as they are where they are only verified, and says how they differ', async () => {
    await run(source('one'));
    const before = await barsOf();
    const two = source('two', (bar) => wobbly(bar, 0.003));
    const summary = await runPrepared(
      (opened, at) => prepareVerification({ sample: 1, seed: 1 }, opened, two, at),
      toolsInProcess(two, store, () => now),
    );
    expect(summary).toMatchObject({
      failed: 0,
      revised: 0,
      drift: { one: { compared: IN_MAY, changed: IN_MAY } },
    });
    expect(await barsOf()).toEqual(before);
  });

  it('replaces them with its own where that was restated, if it has them all', async () => {
    const restating = (lacks: string) => {
      const two = source('two', (bar) => scaled(bar, 0.93));
      return {
        ...two,
        fetchBars: async (request: BarRequest) => {
          const answer = withRows(await two.fetchBars(request));
          return inBars({ ...answer, bars: answer.bars.filter((bar) => !on(bar, lacks)) });
        },
      };
    };
    await run(source('one'));
    await run(source('two'), LATER);
    const before = await barsOf();
    const { failures } = await run(restating('2025-05-06'), { ...LATER, end: '2025-06-12' });
    expect(failures).toMatchObject([{ code: 'restated' }]);
    expect(failures[0]?.message).toContain('no longer has 1 of its stored bars, the first of 2025-05-06');
    expect(await barsOf()).toEqual(before);
    const summary = await run(restating('2024-01-02'), { start: MAY.start, end: '2025-06-12' });
    expect(summary).toMatchObject({ failed: 0, revised: IN_MAY + AFTER });
    expect(new Set(await sourcesOf())).toEqual(new Set(['two']));
  });

  it('replaces one that is not final', async () => {
    const early = Date.parse('2025-05-30T18:00:00Z');
    const open = { tickers: ['ALFA'], ...MAY, includeProvisional: true };
    await backfill(
      open,
      toolsInProcess(source('one'), store, () => early),
    );
    await run(source('two'));
    expect((await barsOf()).at(-1)).toMatchObject({ source: 'two' });
    expect((await barsOf()).at(-2)).toMatchObject({ source: 'one' });
  });
});
