import { NOTHING_BEYOND, NO_TRAFFIC } from '../../src/backfill/runner.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startProgress } from '../../src/cli/progress.ts';
import { planTasks } from '../../src/core/plan/plan.ts';
import { unusedAt } from '../../src/core/plan/quota.ts';
import type { BackfillEvent } from '../../src/index.ts';

const PLAN = planTasks([], { limits: {}, quotas: [], actions: false, now: 0 });
const PLANNED: BackfillEvent = { type: 'planned', plan: PLAN, setAside: [], lost: [], distrusted: [] };

const running = (pausedMs: number): BackfillEvent => ({
  ...{ type: 'running', plan: PLAN, workers: 1 },
  traffic: () => ({
    ...NO_TRAFFIC,
    beyond: NOTHING_BEYOND,
    pausedMs,
    learned: null,
    standing: unusedAt(0),
  }),
});

describe('progress where there is no terminal', () => {
  let written = '';
  beforeEach(() => {
    written = '';
    vi.useFakeTimers({ now: new Date(2026, 2, 2, 2, 7, 0) });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('is a plain line every ten seconds from when the work begins, whatever happens or does not', () => {
    const progress = startProgress([], new AbortController().signal);
    progress.show(PLANNED);
    vi.advanceTimersByTime(60_000);
    expect(written).toBe('');
    progress.show(running(600_000));
    vi.advanceTimersByTime(9_999);
    expect(written).toBe('');
    vi.advanceTimersByTime(10_001);
    expect(written.split('\n')).toEqual([
      '[     ] 0/0 ( 0.0%) throttled, resumes 02:18:10  Elapsed: 1m 10s',
      '[     ] 0/0 ( 0.0%) throttled, resumes 02:18:20  Elapsed: 1m 20s',
      '',
    ]);
    progress.end();
    vi.advanceTimersByTime(60_000);
    expect(written.split('\n')).toHaveLength(3);
  });

  it('begins again where some of it is asked for again, and ends with it', () => {
    const progress = startProgress([], new AbortController().signal);
    for (let i = 0; i < 3; i++) {
      progress.show(PLANNED);
      progress.show(running(0));
    }
    vi.advanceTimersByTime(10_000);
    expect(written.split('\n')).toHaveLength(2);
    progress.end();
    expect(vi.getTimerCount()).toBe(0);
  });
});
