import { describe, expect, it } from 'vitest';
import { MS_PER_DAY } from '../../src/core/session/day.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { beginEmpty, now, store } from './store-at.ts';
import { type Alter, barsOf, honest, overNetwork, run, vendor } from './vendor.ts';

beginEmpty();

describe('answers that no task can judge alone', () => {
  const MANY = ['ALFA', 'BRIQ', 'CORV', 'DUNO', 'ELNA', 'FJRD', 'GLYF', 'HAZL'];
  const silence =
    (tickers: readonly string[]): Alter =>
    (answer, { series }) =>
      tickers.includes(series.ticker) ? { ...answer, bars: [], actions: [] } : answer;

  it('are a fault of the provider if they are a storm of silence: the sessions stay missing', async () => {
    const source = vendor(silence(MANY.slice(0, 5)));
    const summary = await run(overNetwork(source), { tickers: MANY });
    expect(summary).toMatchObject({ failed: 5, fetched: 3, absent: {} });
    expect(summary.failures[0]).toMatchObject({
      code: 'provider-fault',
      message: expect.stringContaining('5 of 8'),
    });
    expect((await store.scan()).series.size).toBe(3);
    expect(await run(honest(), { tickers: MANY })).toMatchObject({ failed: 0, complete: 3, fetched: 5 });
  });

  it('are believed of any number of tickers where nothing but this machine was asked', async () => {
    const summary = await run(vendor(silence(MANY.slice(0, 5))), { tickers: MANY });
    expect(summary).toMatchObject({ failed: 0, absent: { 'vendor-empty': 5 * 21 } });
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
