import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BackfillTools, backfill } from '../../src/backfill/backfill.ts';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { parseDay } from '../../src/core/session/day.ts';
import type { Capabilities } from '../../src/providers/provider.ts';
import { sampleCapabilities } from '../../src/providers/sample/capabilities.ts';
import { openStore } from '../../src/store/open.ts';
import { beginEmpty, folder, store } from './store-at.ts';
import { open, provider, TICKERS, tools, WEEK } from './faulty-sample.ts';
import { DEAD } from '../store/parquet/dead-pid.ts';

beginEmpty();

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

  it('keeps a record of the run in the store', async () => {
    const { runId } = await backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()));
    expect(runId).toMatch(/^20250620T120000Z-[0-9a-f]{4}$/);
  });

  it('tells first what its record will be called, and of which batch it is', async () => {
    const told: BackfillEvent[] = [];
    const place = {
      number: 2,
      of: 3,
      first: 2,
      last: 2,
      total: 3,
      asked: { first: 1, last: 3 },
      list: '3-x',
    };
    const listening = tools(open(), { onEvent: (event) => void told.push(event) });
    const { runId, startedAt } = await backfill({ tickers: ['ALFA'], ...WEEK, batch: place }, listening);
    const begun = { type: 'begun', runId, provider: 'sample', startedAt };
    expect(told[0]).toEqual({ ...begun, batch: place });
    const other = await backfill({ tickers: ['ALFA'], ...WEEK }, listening);
    expect(told.filter(({ type }) => type === 'begun')[1]).toEqual({ ...begun, runId: other.runId });
    const recorded = new Set((await store.readRuns(2)).map(({ id }) => id));
    expect(recorded).toEqual(new Set([runId, other.runId]));
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
    await writeFile(join(folder, `.bars.${DEAD}-0-3.tmp`), '');
    await (await store.acquire()).release();
    expect((await readdir(folder)).includes(`.bars.${DEAD}-0-3.tmp`)).toBe(isLeft);
  });

  it('is refused while another one writes the store', async () => {
    const writer = await openStore(folder).acquire();
    await expect(backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()))).rejects.toMatchObject({
      code: 'store-locked',
    });
    await writer.release();
  });
});
