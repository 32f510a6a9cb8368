import { describe, expect, it } from 'vitest';
import { LiveRuns } from '../../src/server/live-runs.ts';
import { CALM } from '../report/calm-run.ts';
import { asking, finished, planned, running, started, taskOf } from './run-events.ts';

const ONE = taskOf('1', 'ALFA');
const live = (): LiveRuns => new LiveRuns({ provider: 'acme', quotas: [] }, () => 1_000_000);

describe('the runs of a process', () => {
  it('tell nothing before the first', () => {
    const runs = live();
    expect([runs.change(), runs.snapshot().run, runs.isRunning]).toEqual([undefined, null, false]);
  });

  it('are told anew where one begins and where it is planned, and by changes after that', () => {
    const runs = live();
    runs.note(asking('acme', [], []));
    expect([runs.change(), runs.isRunning]).toEqual(['anew', true]);
    expect(runs.snapshot().series).toEqual([]);
    runs.note(planned(ONE));
    expect([runs.change(), runs.snapshot().series]).toEqual(['anew', ['ALFA 1d']]);
    runs.note(running(() => ({})));
    runs.note(started(ONE));
    expect(runs.change()).toMatchObject({ run: { phase: 'running', tasksInWork: 1 }, marks: [[0, 'b']] });
    runs.note(finished(ONE));
    expect(runs.change()).toMatchObject({ run: { done: 1 }, marks: [[0, 'd']] });
  });

  it('tell the end of one once, and nothing until another one begins', () => {
    const runs = live();
    runs.note(planned(ONE));
    runs.change();
    runs.ended(CALM);
    expect(runs.change()).toMatchObject({ run: { phase: 'ended', number: 1 } });
    expect([runs.change(), runs.change(), runs.isRunning]).toEqual([undefined, undefined, false]);
    runs.note(planned(taskOf('1', 'ALFA', 'BRIQ')));
    expect(runs.change()).toBe('anew');
    expect(runs.snapshot()).toMatchObject({
      run: { number: 2 },
      series: ['ALFA 1d', 'BRIQ 1d'],
      marks: 'ww',
    });
  });

  it('tell of one that failed before anything was known of it', () => {
    const runs = live();
    runs.failed(new Error('boom'));
    expect(runs.change()).toBe('anew');
    expect(runs.snapshot().run).toMatchObject({
      phase: 'failed',
      end: ['a fault of the program: Error: boom'],
    });
  });

  it('send the points of the chart only when there are more of them', () => {
    let now = 0;
    const runs = new LiveRuns({ provider: 'acme', quotas: [] }, () => now);
    runs.note(planned(ONE));
    runs.note(running(() => ({ sent: now / 100 })));
    runs.change();
    now = 1000;
    runs.measure();
    expect(runs.change()).toMatchObject({ paces: [[1000, 600, 0]] });
    expect(runs.change()).not.toHaveProperty('paces');
  });
});
