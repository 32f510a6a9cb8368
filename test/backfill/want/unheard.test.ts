import { describe, expect, it } from 'vitest';
import type { RecordedRun } from '../../../src/backfill/run/run-record.ts';
import { leftSeries } from '../../../src/backfill/want/left-series.ts';
import { withoutUnheard } from '../../../src/backfill/want/unheard.ts';
import { UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { knownSpan } from '../../../src/core/coverage/coverage.ts';
import { type AbsenceReason, firstClaim } from '../../../src/core/coverage/evidence.ts';
import { stateRuns } from '../../../src/core/coverage/state-runs.ts';
import type { SeriesState } from '../../../src/store/scan.ts';
import { days } from '../../store/fixtures.ts';

const NOW = Date.parse('2026-03-02T23:00:00Z');
const KEY = 'ALFA 1d';
const BEFORE = days('2026-02-02', '2026-02-07');
const WITH_BARS = days('2026-02-09', '2026-02-14');

/** A series of which the first five sessions have no bar by what some providers say of them, and the next five have one. */
function known(...said: readonly (readonly [string, AbsenceReason])[]) {
  const by = said.map(([provider, reason]) => firstClaim(reason, provider, NOW - 3_600_000));
  const state: SeriesState = {
    series: { ticker: 'ALFA', interval: '1d' },
    ...{ calendar: 'XNYS', identity: UNKNOWN_IDENTITY, rows: 5, fetchedAt: NOW },
    coverage: { present: [WITH_BARS], provisional: [], absent: [{ ...BEFORE, by }] },
  };
  return { series: new Map([[KEY, state]]) };
}

/** A run of a provider that failed of all ten sessions. */
function failedAt(provider: string, chain = ['first', 'second']): RecordedRun {
  return {
    ...{ id: provider, provider, startedAt: NOW, endedAt: NOW, stopped: null, failures: [] },
    ...{ fetched: 0, failed: 1, unavailable: 0, notRun: 0, bars: 0 },
    left: [{ why: 'failed', interval: '1d', from: '2026-02-02', to: '2026-02-13', tickers: ['ALFA'] }],
    ...(chain.length > 0 && { chain: { providers: chain, begunAt: NOW } }),
  };
}

describe('what the second of a chain was asked for in vain, and the first says that it has not', () => {
  const missing = (runs: readonly RecordedRun[], scan: ReturnType<typeof known>): number => {
    const coverage = withoutUnheard(runs, scan, NOW).get(KEY)?.coverage;
    if (coverage === undefined) return -1;
    expect(knownSpan(coverage)).toEqual({ from: BEFORE.from, to: WITH_BARS.to });
    return stateRuns(coverage, { from: BEFORE.from, to: WITH_BARS.to }, calendarById('XNYS'))
      .filter(({ state }) => state === 'missing')
      .reduce((sum, { sessions }) => sum + sessions, 0);
  };
  const isLeft = (runs: readonly RecordedRun[], scan: ReturnType<typeof known>): boolean =>
    leftSeries(runs, 'second', scan, NOW).length === 1;

  it.each([
    ['it said nothing', []],
    ['its word is in doubt', [['second', 'doubted']]],
  ] as const)('is missing, and left, where %s', (_, more) => {
    const scan = known(['first', 'plan-limited'], ...more);
    expect([missing([failedAt('second')], scan), isLeft([failedAt('second')], scan)]).toEqual([5, true]);
  });

  it('is absent, and done, once it says so too, or where anybody states a fact', () => {
    for (const scan of [
      known(['first', 'plan-limited'], ['second', 'vendor-empty']),
      known(['first', 'delisted']),
      known(['first', 'delisted'], ['second', 'doubted']),
    ])
      expect([missing([failedAt('second')], scan), isLeft([failedAt('second')], scan)]).toEqual([0, false]);
  });

  it('stays absent where it was asked alone, or not at all', () => {
    const scan = known(['first', 'plan-limited']);
    expect(missing([failedAt('second', [])], scan)).toBe(0);
    expect(missing([], scan)).toBe(0);
  });
});
