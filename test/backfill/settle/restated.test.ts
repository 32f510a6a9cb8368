import { describe, expect, it } from 'vitest';
import { type BeforeRefetch, refetchRestated } from '../../../src/backfill/settle/restated.ts';
import type { SeriesResult } from '../../../src/backfill/runner.ts';
import { UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import type { DayRange } from '../../../src/core/session/day.ts';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { Task, Want } from '../../../src/core/plan/task.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import type { Scan } from '../../../src/store/scan.ts';
import { NOW, done, span, want } from '../received.ts';

const series = { ticker: 'AAPL', interval: '1d' } as const;
const failed = (code: ErrorCode): SeriesResult => ({
  ok: false,
  error: { code, message: code, retryable: false },
});

function capabilities(lookBackDays: number | null, maxSpanDays: number | null = null): Capabilities {
  const interval = { maxSpanDays, lookBackDays, requestsPerSpan: 1, settleDelayMs: 0 };
  return {
    ...{ id: 'test', intervals: { '1d': interval }, maxInFlight: null, defaultInFlight: 1, metered: false },
    ...{ quotas: [], actions: true, listsTickers: false, needsUrl: false },
  };
}

function scanOf(...present: readonly DayRange[]): Scan {
  const known = { calendar: 'XNYS', coverage: { ...NOTHING_KNOWN, present }, identity: UNKNOWN_IDENTITY };
  const state = { series, ...known, rows: 1, fetchedAt: 0 };
  return { series: new Map([['AAPL 1d', state]]), actions: new Map(), setAside: [] };
}

const before = (scan: Scan, planned: readonly Task[] = []): BeforeRefetch => ({
  scan,
  planned,
  lastBegun: NOW - 1,
});
const JUNE = span('2025-06-02', '2025-06-30');
const JULY = span('2025-07-01', '2025-07-15');
const wanting = (gap: DayRange): Want => want({ range: gap, gaps: [gap] });
const ids = (tasks: readonly Task[]): string[] => tasks.map(({ id }) => id);

describe('a restated series', () => {
  it('is fetched again whole, once for all tasks that noticed it, to replace what is stored', () => {
    const tasks = [wanting(span('2025-07-01', '2025-07-02')), wanting(span('2025-07-10', '2025-07-15'))];
    const results = new Map(tasks.map((one) => [one, failed('restated')]));
    const again = refetchRestated(results, before(scanOf(JUNE)), capabilities(null), NOW);
    expect(ids(again)).toEqual(['AAPL 1d 2025-06-02..2025-07-15']);
    const gaps = [span('2025-06-02', '2025-07-15')];
    expect(again).toMatchObject([{ wants: [{ replaces: true, gaps, sessions: 30, topUps: 0 }] }]);
    expect(results.size).toBe(0);
  });

  it('is left as it is by another provider that is asked for an opinion only', () => {
    const about = { ...wanting(JULY), gaps: [], opinionOf: JULY.from };
    const results = new Map<Want, SeriesResult>([[about, failed('restated')]]);
    expect(refetchRestated(results, before(scanOf(JUNE)), capabilities(null), NOW)).toEqual([]);
    expect([...results]).toEqual([[about, failed('restated')]]);
  });

  it('is fetched from its first stored session to its last, however far the gap lies', () => {
    const stored = [span('2025-06-02', '2025-06-06'), span('2025-07-07', '2025-07-15')];
    const results = new Map([[wanting(span('2025-06-20', '2025-06-24')), failed('restated')]]);
    const again = refetchRestated(results, before(scanOf(...stored)), capabilities(null), NOW);
    expect(ids(again)).toEqual(['AAPL 1d 2025-06-02..2025-07-15']);
  });

  it('is fetched with what the run has stored of it before it noticed, but not with what it could not have', () => {
    const [early, lost, late, other] = [
      wanting(span('2025-06-02', '2025-06-06')),
      wanting(span('2025-05-01', '2025-05-09')),
      wanting(JULY),
      { ...wanting(span('2025-04-01', '2025-04-04')), series: { ticker: 'MSFT', interval: '1d' as const } },
    ];
    const planned = [early, lost, late, other].map((one) => ({
      ...{ id: one.id, wants: [one], requests: 1, partitions: [] },
    }));
    const results = new Map([
      [lost, failed('bad-answer')],
      [late, failed('restated')],
    ]);
    const nothing = { ...scanOf(), series: new Map() };
    const again = refetchRestated(results, before(nothing, planned), capabilities(null), NOW);
    expect(ids(again)).toEqual(['AAPL 1d 2025-06-02..2025-07-15']);
    expect(again).toMatchObject([{ wants: [{ replaces: true, replacesSince: NOW - 1 }] }]);
    expect([...results.keys()]).toEqual([lost]);
  });

  it('is fetched as far as it was wanted if the store has none of it', () => {
    const results = new Map([[wanting(JULY), failed('restated')]]);
    const nothing = { ...scanOf(), series: new Map() };
    expect(ids(refetchRestated(results, before(nothing), capabilities(null), NOW))).toEqual([
      'AAPL 1d 2025-07-01..2025-07-15',
    ]);
  });

  it('stays a failure where the provider no longer reaches all of it', () => {
    const results = new Map([[wanting(JULY), failed('restated')]]);
    expect(refetchRestated(results, before(scanOf(JUNE)), capabilities(30), NOW)).toEqual([]);
    const [result] = results.values();
    expect(result).toMatchObject({ ok: false, error: { code: 'restated', retryable: false } });
    const message = result?.ok === false ? result.error.message : '';
    expect(message).toMatch(/^restated, and no longer reaches the whole series: nothing is changed; /);
    expect(message).toContain('backfill forget AAPL --interval 1d, then run again');
    expect(refetchRestated(results, before(scanOf(JUNE)), capabilities(60), NOW)).toHaveLength(1);
  });

  it('is the only thing that is fetched again', () => {
    const results = new Map([
      [wanting(JUNE), failed('bad-answer')],
      [wanting(JULY), done()],
    ]);
    expect(refetchRestated(results, before(scanOf(JUNE)), capabilities(null), NOW)).toEqual([]);
    expect(results.size).toBe(2);
  });
});
