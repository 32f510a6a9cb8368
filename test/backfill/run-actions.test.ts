import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { sampleCapabilities } from '../../src/providers/sample/capabilities.ts';
import { beginEmpty, folder, store } from './store-at.ts';
import { open, provider, tools, WEEK } from './faulty-sample.ts';

beginEmpty();

describe('a backfill', () => {
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
});
