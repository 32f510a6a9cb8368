import { describe, expect, it } from 'vitest';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { BackfillError } from '../../src/core/errors.ts';
import { parseQuotas } from '../../src/core/plan/quota.ts';
import { WatchedRun } from '../../src/server/watched-run.ts';
import { CALM } from '../report/calm-run.ts';
import { asking, begun, finished, planned, running, started, taskOf } from './run-events.ts';

/** A run on a clock that only the test moves. */
function watched(quotas = '5/min,500/day') {
  let now = 1_000_000;
  const run = new WatchedRun(1, { provider: 'acme', quotas: parseQuotas(quotas) }, () => now);
  return {
    run,
    after: (ms: number, ...events: readonly BackfillEvent[]) => {
      now += ms;
      for (const event of events) run.note(event);
      return run.now();
    },
  };
}

const [ONE, TWO, THREE] = [taskOf('1', 'ALFA'), taskOf('2', 'BRIQ'), taskOf('3', 'CORV', 'DUNO')];

describe('a run that is watched', () => {
  it('has a mark for each series, from waiting to done', () => {
    const { run, after } = watched();
    after(
      0,
      planned(ONE, TWO, THREE),
      running(() => ({})),
    );
    expect(run.snapshot()).toMatchObject({
      series: ['ALFA 1d', 'BRIQ 1d', 'CORV 1d', 'DUNO 1d'],
      marks: 'wwww',
    });
    after(10, started(ONE), started(THREE));
    expect(run.snapshot().marks).toBe('bwbb');
    after(10, finished(ONE), finished(THREE, 0, 'network'), finished(THREE, 1, 'unknown-ticker'));
    expect(run.snapshot().marks).toBe('dwfu');
    expect(run.now()).toMatchObject({
      done: 3,
      total: 4,
      failed: 1,
      unavailable: 1,
      bars: 250,
      tasksInWork: 0,
    });
  });

  it('is done with a series once all that is wanted of it is', () => {
    const [first, second] = [taskOf('1', 'ALFA'), taskOf('2', 'ALFA')];
    const { run, after } = watched();
    after(0, planned(first, second), started(first), finished(first));
    expect(run.snapshot().marks).toBe('b');
    after(0, started(second), finished(second));
    expect(run.snapshot().marks).toBe('d');
  });

  it('tells what changed since it was last asked, and nothing twice', () => {
    const { run, after } = watched();
    after(0, planned(ONE, TWO), started(ONE));
    run.marks.takeChanges();
    after(0, finished(ONE), started(TWO));
    expect(run.marks.takeChanges().toSorted(([a], [b]) => a - b)).toEqual([
      [0, 'd'],
      [1, 'b'],
    ]);
    expect(run.marks.takeChanges()).toEqual([]);
  });

  it('counts tasks in work, those that fill no series among them', () => {
    const { after } = watched();
    const collect = { id: 'all', wants: [], requests: 1 } as never;
    expect(after(0, planned(ONE, THREE), started(ONE), started(THREE), started(collect)).tasksInWork).toBe(3);
    expect(after(0, { type: 'collected', task: collect }, finished(THREE, 0)).tasksInWork).toBe(2);
    expect(after(0, finished(THREE, 1)).tasksInWork).toBe(1);
  });

  it('keeps the ten slowest, by how long they were in work', () => {
    const { after } = watched();
    const tasks = Array.from({ length: 30 }, (_, i) => taskOf(String(i), `T${i}`));
    after(0, planned(...tasks));
    for (const [i, task] of tasks.entries()) {
      after(0, started(task));
      after(((i * 7) % 30) + 1, finished(task));
    }
    const { slowest } = after(0);
    expect(slowest.map(({ ms }) => ms)).toEqual([30, 29, 28, 27, 26, 25, 24, 23, 22, 21]);
    expect(slowest[0]).toMatchObject({ ticker: 'T17', fetchMs: 40, storeMs: 5 });
  });

  it('keeps the last failures, the newest first, and counts all by code', () => {
    const { after } = watched();
    const tasks = Array.from({ length: 100 }, (_, i) => taskOf(String(i), `T${i}`));
    after(0, planned(...tasks));
    for (const [i, task] of tasks.entries())
      after(1, started(task), finished(task, 0, i < 10 ? 'timeout' : 'network'));
    const { failures, errors, failed } = after(0);
    expect([failures.length, failures[0]?.ticker, failed]).toEqual([30, 'T99', 100]);
    expect(errors).toEqual([
      ['network', 90],
      ['timeout', 10],
    ]);
  });

  it('counts a series once by a code that several of a chain failed it with, each at its own time', () => {
    const { run, after } = watched();
    after(0, asking('acme', [], []), planned(ONE, TWO), started(ONE), finished(ONE, 0, 'unknown-ticker'));
    const [first] = run.now().failures;
    after(
      5000,
      asking('other', [], ['acme']),
      planned(ONE),
      started(ONE),
      finished(ONE, 0, 'unknown-ticker'),
    );
    expect(run.now().errors).toEqual([['unknown-ticker', 1]]);
    expect(run.now()).toMatchObject({ provider: 'other' });
    const of = (provider: string) => ({ ...(first as NonNullable<typeof first>), message: provider });
    run.ended({ ...CALM, failures: [of(first?.message ?? ''), of('what the other says')] as never });
    const { errors, failures, provider, requestsPerMinute } = run.now();
    expect([errors, provider, requestsPerMinute]).toEqual([[['unknown-ticker', 1]], 'acme, other', 0]);
    expect(failures.map(({ at }) => at - (first?.at ?? 0))).toEqual([0, 5000]);
  });

  it('tells its pace, what it sent, and what of its quotas is used', () => {
    const { run, after } = watched();
    let sent = 0;
    const standing = { now: 1_000_000, nextAt: 0, windows: { '86400000ms': { index: 0, used: 123 } } };
    after(
      0,
      planned(ONE),
      running(() => ({ sent, retries: 2, throttles: 1, bytesReceived: 4096, standing })),
    );
    for (let i = 0; i < 30; i++) {
      sent += 1;
      after(1000);
      run.measure();
    }
    const now = run.now();
    expect(now).toMatchObject({
      sent: 30,
      retries: 2,
      throttles: 1,
      bytesReceived: 4096,
      requestsPerMinute: 60,
    });
    expect(now.quotas).toEqual([
      { name: '5 req/min', perMinute: 5, used: null, limit: 5 },
      { name: '500 req/day', perMinute: null, used: 123, limit: 500 },
    ]);
    expect(run.paces.length).toBe(30);
  });

  it('adds up what several providers of a chain were sent, and does over what the first could not give', () => {
    const { run, after } = watched();
    after(
      0,
      asking('acme', [], []),
      planned(ONE, TWO),
      running(() => ({ sent: 7 })),
    );
    after(0, started(ONE), finished(ONE, 0, 'no-data'), started(TWO), finished(TWO));
    after(
      0,
      asking('other', [], ['acme']),
      planned(ONE),
      running(() => ({ sent: 2 })),
    );
    expect(run.now()).toMatchObject({ provider: 'other', sent: 9, done: 1, total: 2 });
    expect(run.snapshot().marks).toBe('wd');
    after(0, started(ONE), finished(ONE));
    expect(run.snapshot().marks).toBe('dd');
  });

  it('ends as its summary says, which knows more than what came on the way', () => {
    const { run, after } = watched();
    after(
      0,
      planned(ONE, TWO, THREE),
      running(() => ({ sent: 3 })),
      started(ONE),
    );
    after(0, finished(ONE, 0, 'unknown-ticker'), started(TWO));
    const failure = {
      ticker: 'ALFA',
      interval: '1d',
      from: '',
      to: '',
      code: 'provider-fault',
      message: 'its fault',
    };
    run.ended({
      ...CALM,
      failed: 1,
      failures: [failure as never],
      stopped: { reason: 'interrupted', message: 'stopped' } as never,
    });
    const now = after(60_000);
    expect(now).toMatchObject({
      phase: 'stopped',
      elapsedMs: 0,
      leftMs: null,
      tasksInWork: 0,
      sent: 3,
      failed: 1,
    });
    expect(now.errors).toEqual([['provider-fault', 1]]);
    expect(now.failures).toMatchObject([{ ticker: 'ALFA', message: 'its fault' }]);
    expect(now.end.join('\n')).toContain('Interrupted after');
    // What was in work is not done.
    expect(run.snapshot().marks).toBe('fwww');
  });

  it('ends with the bars of its summary where some that came were taken back, which is no pace', () => {
    const { run, after } = watched();
    after(
      0,
      planned(ONE, TWO),
      running(() => ({ sent: 2 })),
    );
    after(10_000, started(ONE), finished(ONE), started(TWO), finished(TWO));
    run.measure();
    expect(run.now().bars).toBe(500);
    after(10_000);
    run.ended({ ...CALM, bars: 250 });
    expect(run.now()).toMatchObject({ bars: 250, barsPerSecond: 13 });
    expect(run.paces.map(([, , barsPerSecond]) => barsPerSecond)).toEqual([50, 0]);
  });

  it('keeps the bars that came where an error left it without a summary', () => {
    const { run, after } = watched();
    after(0, planned(ONE), started(ONE), finished(ONE));
    run.failed(new Error('boom'));
    expect(run.now().bars).toBe(250);
  });

  it('tells its records once they are written', () => {
    const { run, after } = watched();
    after(0, begun('a'), planned(ONE), begun('b'), planned(TWO));
    expect(run.now().records).toEqual([]);
    run.ended({ ...CALM, runId: 'b' });
    expect(run.now().records).toEqual(['a', 'b']);
  });

  it('tells no record that a full disk, or an error, left no room or time for', () => {
    const [full, failed] = [watched(), watched()];
    full.after(0, begun('a'), planned(ONE));
    const { runId: _none, ...unkept } = CALM;
    full.run.ended(unkept);
    failed.after(0, begun('a'), begun('b'), planned(ONE));
    failed.run.failed(new Error('boom'));
    expect([full.run.now().records, failed.run.now().records]).toEqual([[], ['a']]);
  });

  it('ends by an error in its own words', () => {
    const { run } = watched();
    run.failed(new BackfillError('store-locked', 'somebody else writes'));
    expect(run.now()).toMatchObject({ phase: 'failed', end: ['somebody else writes'] });
  });
});
