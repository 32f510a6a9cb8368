import { afterEach, describe, expect, it, vi } from 'vitest';
import { BackfillError } from '../../../src/core/errors.ts';
import { CALM } from '../../report/calm-run.ts';
import {
  asking,
  begun,
  failure,
  finished,
  keptLog,
  planned,
  running,
  task,
  undeclaredIn,
} from './told-events.ts';

afterEach(() => void vi.useRealTimers());

describe('a run, told as events', () => {
  it('is told from its beginning to its end, with its id and its provider', () => {
    const { log, all, note } = keptLog();
    const [one, other] = [task('ALFA'), task('BRIQ')];
    note(begun('RUN'), planned([one, other]), running(), { type: 'started', task: one }, finished(one));
    note(finished(other));
    log.ended({ ...CALM, runId: 'RUN' });
    expect(all.map(({ event }) => event.replace('backfill.', ''))).toEqual([
      ...['started', 'planned', 'fetching', 'task_started', 'answered', 'ticker_done', 'answered'],
      ...['ticker_done', 'finished'],
    ]);
    expect(all.filter(({ run, provider }) => run !== 'RUN' || provider !== 'sample')).toEqual([]);
    expect(all.flatMap(undeclaredIn)).toEqual([]);
    expect(all[1]).toMatchObject({ intervals: ['1d'], series: 9, complete: 4, to_fill: 5, requests: 7 });
    expect(all.at(-1)).toMatchObject({ runs: ['RUN'], fetched: 2, bars: 12_345, duration_ms: 61_400 });
  });

  it('tells a series once it has all that was wanted of it, with the sums, and what is done over apart', () => {
    const { named, note } = keptLog();
    const [one, two, other] = [task('ALFA', 'a'), task('ALFA', 'b'), task('BRIQ')];
    note(begun('RUN'), planned([one, two, other]), finished(one));
    expect(named('backfill.ticker_done')).toEqual([]);
    note(finished(other), finished(two, failure('ALFA')), finished(two));
    expect(named('backfill.ticker_done')).toMatchObject([
      {
        ticker: 'BRIQ',
        result: 'fetched',
        bars: 5,
        inserted: 4,
        fetch_ms: 2,
        store_ms: 2,
        done: 1,
        total: 2,
      },
      { ticker: 'ALFA', result: 'failed', bars: 5, missing: 3, rejected: 2, done: 2, total: 2 },
      { ticker: 'ALFA', result: 'fetched', bars: 5, done: 2, total: 2 },
    ]);
    note(planned([one, two]), finished(one), finished(two));
    expect(named('backfill.ticker_done').at(-1)).toMatchObject({ bars: 10, changed: 2, done: 1, total: 1 });
  });

  it('names a series that failed, and why, once for each kind of failure', () => {
    const { named, note, log } = keptLog();
    const one = task('ALFA');
    note(begun('RUN'), planned([one, one]), finished(one, failure('ALFA')), finished(one, failure('ALFA')));
    note(finished(one, failure('ALFA', 'unknown-ticker')));
    const about = { interval: '1d', from: '2026-03-02', to: '2026-03-06' };
    const told = [
      { symbol: 'ALFA', error: 'no answer (network)', code: 'network', ...about },
      { symbol: 'ALFA', error: 'no answer (unknown-ticker)', code: 'unknown-ticker', ...about },
    ];
    expect(named('backfill.symbol_error')).toMatchObject(told);
    expect(named('backfill.ticker_done').at(-1)).toMatchObject({ result: 'unavailable' });
    log.ended({ ...CALM, failures: [failure('ALFA'), failure('CORV', 'incomplete')] });
    expect(named('backfill.symbol_error').slice(2)).toMatchObject([{ symbol: 'CORV', code: 'incomplete' }]);
    note(begun('NEXT'), finished(one, failure('ALFA')));
    expect(named('backfill.symbol_error').at(-1)).toMatchObject({ run: 'NEXT', symbol: 'ALFA' });
  });

  it('names a later provider of a chain, who was asked before it, and second opinions', () => {
    const { log, all, named, note } = keptLog();
    note(asking('yahoo', []), begun('A', 'yahoo'), asking('polygon', ['yahoo']), begun('B', 'polygon'));
    note(asking('polygon', ['yahoo'], { unnamed: 3 }), begun('C', 'polygon'));
    note({ type: 'opinion', provider: 'yahoo', quotas: [], sessions: 4, requests: 6 });
    log.ended({ ...CALM, stopped: { reason: 'quota-exhausted', message: 'the quota is used up' } });
    expect(named('backfill.started')).toEqual([{ event: 'backfill.started', run: 'A', provider: 'yahoo' }]);
    expect(named('backfill.next_provider')).toMatchObject([
      { run: 'B', provider: 'polygon', before: ['yahoo'] },
      { run: 'C', before: ['yahoo'], unnamed: 3 },
    ]);
    expect(named('backfill.second_opinion')).toEqual([
      { event: 'backfill.second_opinion', provider: 'yahoo', sessions: 4, requests: 6 },
    ]);
    expect(named('backfill.stopped')).toMatchObject([
      { reason: 'quota-exhausted', error: 'the quota is used up' },
    ]);
    expect(named('backfill.finished')).toMatchObject([{ runs: ['A', 'B', 'C'], stopped: 'quota-exhausted' }]);
    expect(all.flatMap(undeclaredIn)).toEqual([]);
  });

  it('tells the end of a batch, and begins the next one anew', () => {
    const { log, all, named, note } = keptLog();
    const batch = {
      number: 2,
      of: 5,
      first: 11,
      last: 20,
      total: 44,
      asked: { first: 1, last: 5 },
      list: '',
    };
    note(begun('A', 'sample', { batch }));
    log.ended(CALM);
    note(begun('B', 'sample', { batch: { ...batch, number: 3 } }));
    log.failed(new BackfillError('store-locked', 'another run is writing'));
    expect(named('backfill.started')).toMatchObject([{ batch: 2, batches: 5 }, { batch: 3 }]);
    expect(named('backfill.batch_done')).toMatchObject([
      { run: 'A', batch: 2, batches: 5, first: 11, last: 20, total: 44, fetched: 2, bars: 12_345 },
    ]);
    expect(named('backfill.failed')).toEqual([
      {
        ...{ event: 'backfill.failed', run: 'B', provider: 'sample' },
        ...{ error: 'another run is writing', code: 'store-locked' },
      },
    ]);
    log.failed(new TypeError('a bug'));
    const bug = { error: 'a bug', stack: expect.stringContaining('run-log.test.ts') as string };
    expect(named('backfill.failed')[1]).toEqual({ event: 'backfill.failed', ...bug });
    expect(all.flatMap(undeclaredIn)).toEqual([]);
  });

  it('tells each time that the provider asks to slow down, and that of the last second at the end', () => {
    vi.useFakeTimers();
    const { log, all, named, note } = keptLog();
    let throttles = 0;
    note(
      begun('RUN', 'alpaca'),
      running(() => ({ throttles, pausedMs: 250.4 })),
    );
    vi.advanceTimersByTime(3000);
    expect(named('backfill.throttled')).toEqual([]);
    throttles = 2;
    vi.advanceTimersByTime(5000);
    throttles = 3;
    log.ended(CALM);
    throttles = 9;
    vi.advanceTimersByTime(5000);
    expect(named('backfill.throttled')).toMatchObject([
      { run: 'RUN', provider: 'alpaca', throttles: 2, paused_ms: 250 },
      { run: 'RUN', throttles: 3 },
    ]);
    expect(all.flatMap(undeclaredIn)).toEqual([]);
  });

  it('names files that are damaged, lists that were fetched, and whole markets that were collected', () => {
    const { all, note } = keptLog();
    const file = { path: 'bars/x.parquet', reason: 'cut', ticker: 'ALFA', interval: '1d' as const };
    const list = {
      type: 'listed',
      provider: 'acme',
      tickers: 62,
      listedAt: 0,
      staleAt: 1,
      path: 'x',
    } as const;
    const collect = { id: '1d 2026-03-02 all', requests: 2, wants: [] } as never;
    const slice = { interval: '1d', session: 1, source: 'x', fetchedAt: 1 } as const;
    note(list, begun('RUN'));
    note({ type: 'damaged-answers', answers: [{ slice, path: 'staging/x.slice', reason: 'rotten' }] });
    note(planned([], { setAside: [file], lost: [{ ...file, interval: null }] }));
    note({ type: 'collected', task: collect });
    expect(all).toMatchObject([
      { event: 'backfill.listed', provider: 'acme', tickers: 62, listed_at: '1970-01-01T00:00:00.000Z' },
      { event: 'backfill.started' },
      { event: 'backfill.damaged', run: 'RUN', path: 'staging/x.slice', error: 'rotten' },
      { event: 'backfill.damaged', path: 'bars/x.parquet', error: 'cut', ticker: 'ALFA', interval: '1d' },
      { event: 'backfill.damaged', ticker: 'ALFA' },
      { event: 'backfill.planned' },
      { event: 'backfill.collected', task: '1d 2026-03-02 all', requests: 2 },
    ]);
    expect(all.flatMap(undeclaredIn)).toEqual([]);
  });
});
