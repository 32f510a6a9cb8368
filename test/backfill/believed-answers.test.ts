import { describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import { UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import type { BarAnswer } from '../../src/providers/provider.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import { NO_BARS } from '../../src/core/bars/columns.ts';
import { overNetwork } from './vendor.ts';
import { beginEmpty, now, setNow, store } from './store-at.ts';
import { open, provider, TICKERS, tools, WEEK } from './faulty-sample.ts';

beginEmpty();

const HOUR = 3_600_000;

/** An answer without a bar, whose word goes for the days of a range. */
function nothingIn(from: string, to: string): BarAnswer {
  return {
    bars: NO_BARS,
    unusable: [],
    proven: { from: parseDay(from), to: parseDay(to) },
    actions: [],
    identity: UNKNOWN_IDENTITY,
    delistedOn: null,
    dropped: 0,
    wireBasis: 'raw',
    explained: [],
  };
}

describe('a backfill', () => {
  it('counts a task as failed whose answer leaves sessions unexplained', async () => {
    const cut = nothingIn('2025-06-02', '2025-06-04');
    const summary = await backfill({ tickers: ['ALFA'], ...WEEK }, tools(provider(() => cut)));
    expect(summary.failures).toMatchObject([
      { code: 'incomplete', message: expect.stringContaining('3 of 5 sessions stay missing') },
    ]);
  });

  it('asks for an unknown ticker once, is news of it, then leaves it alone until its retry is due', async () => {
    const none = provider((ticker) => (ticker === 'NOPE' ? 'unknown-ticker' : undefined));
    const request = { tickers: ['ALFA', 'NOPE'], ...WEEK };
    expect(await backfill(request, tools(none))).toMatchObject({ fetched: 1, failed: 0, unavailable: 1 });
    expect(await backfill(request, tools(none))).toMatchObject({ complete: 1, failed: 0, unavailable: 1 });
    expect(none.asked).toHaveLength(2);
    setNow(now + 25 * HOUR);
    await backfill(request, tools(none));
    expect(none.asked.map(({ series }) => series.ticker).toSorted()).toEqual(['ALFA', 'NOPE', 'NOPE']);
    setNow(now + 25 * HOUR);
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
    const summary = await backfill({ tickers: TICKERS, ...WEEK }, tools(overNetwork(storm)));
    expect(summary).toMatchObject({ fetched: 1, failed: 7 });
    expect(new Set(summary.failures.map(({ code }) => code))).toEqual(new Set(['provider-fault']));
    expect([...(await store.scan()).series.keys()]).toEqual(['WQAL 1d']);
  });

  it('does not believe an empty answer while the provider throttles', async () => {
    const nothing = nothingIn('2025-06-02', '2025-06-07');
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
});
