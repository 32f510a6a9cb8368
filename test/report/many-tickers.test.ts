import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import type { Warning } from '../../src/backfill/settle/warnings.ts';
import { UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import type { SeriesGaps } from '../../src/core/plan/gaps.ts';
import { planTasks } from '../../src/core/plan/plan.ts';
import { coverageText, staleHint } from '../../src/report/coverage-text.ts';
import { reportCoverage } from '../../src/report/coverage.ts';
import { issuesText } from '../../src/report/issues-text.ts';
import { planText } from '../../src/report/plan-text.ts';
import { revisionsText } from '../../src/report/revisions-text.ts';
import { errorText, summaryText } from '../../src/report/run-text.ts';
import type { SeriesState, SetAside } from '../../src/store/scan.ts';
import { absence, coverage, daily, days } from '../store/fixtures.ts';
import { asPriced, CALM } from './calm-run.ts';

/** More than a call bears as arguments, where much of the stack is taken. */
const MANY = 20_000;
const tickers = Array.from({ length: MANY }, (_, i) => `T${i}`);
const XNYS = calendarById('XNYS');

/** Does it so deep in calls that there is no room left for so many arguments. */
function withLittleStack(work: () => void, ...taken: readonly string[]): void {
  try {
    Math.max(...tickers.map(Number));
  } catch {
    return work();
  }
  return withLittleStack(work, ...(taken.length === 0 ? tickers.slice(0, 500) : taken));
}

describe('the reports of more tickers than a call bears as arguments', () => {
  it('are of so many', () => {
    withLittleStack(() => {
      expect(() => [''].concat(...tickers)).toThrow(RangeError);
      expect(() => Math.max(...tickers.map(Number))).toThrow(RangeError);
    });
  });

  it('are made of a plan', () =>
    withLittleStack(() => {
      const wanted = tickers.map((ticker): SeriesGaps => {
        const series = { ticker, interval: '1d' as const };
        return { series, calendar: XNYS, gaps: [days('2026-01-12', '2026-01-15')], final: [], sessions: 3 };
      });
      const limits = { '1d': { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1 } };
      const plan = planTasks(wanted, { limits, quotas: [], actions: true, now: 0 });
      const lines = planText(plan, []);
      expect(lines.some((line) => line.includes('20,000 requests'))).toBe(true);
      const beyond = wanted.map(({ series, gaps }) => ({
        series,
        gaps,
        calendar: 'XNYS',
        sessions: 3,
        reachDays: 1,
      }));
      expect(planText({ ...plan, tasks: [], outOfReach: beyond }, []).length).toBeGreaterThan(0);
    }));

  it('are made of a run', () =>
    withLittleStack(() => {
      const about = { interval: '1d', session: '2026-01-12' };
      const warnings = tickers.map((ticker): Warning => ({
        ...about,
        ticker,
        kind: 'repeat',
        note: 'again',
      }));
      const failures = tickers.map((ticker) => ({
        ...{ ticker, interval: '1d', from: '2026-01-12', to: '2026-01-14' },
        ...{ code: 'network' as const, message: `no answer for ${ticker}` },
      }));
      const none = { reason: 'unknown-ticker', provider: 'yahoo', sessions: 3, nextRetryAt: null } as const;
      const summary: RunSummary = {
        ...CALM,
        ...{ series: MANY, complete: 0, fetched: 0, failed: MANY, notRun: 0 },
        ...{ requests: MANY, sent: MANY, succeeded: MANY, successRate: 1, throttleRate: 0 },
        requestsBy: asPriced(MANY),
        ...{ newlyUnavailable: true, newlyLost: { sessions: MANY, tickers } },
        ...{ notRead: tickers, warnings, failures, cannotBeHad: [{ ...none, tickers }] },
        refused: [{ interval: '1m', code: 'not-entitled', message: 'premium', tickers }],
      };
      expect(summaryText(summary).length).toBeGreaterThan(0);
      expect(errorText(summary).length).toBeGreaterThan(0);
    }));

  it('are made of a store', () =>
    withLittleStack(() => {
      const known = coverage({
        present: [days('2026-10-01', '2026-10-20')],
        absent: [absence(days('2026-10-20', '2026-10-21'), { reason: 'vendor-empty' })],
      });
      const states = tickers.map((ticker): SeriesState => {
        const about = { series: { ticker, interval: '1d' as const }, calendar: 'XNYS', coverage: known };
        return { ...about, identity: UNKNOWN_IDENTITY, rows: 7, fetchedAt: 0 };
      });
      const setAside = tickers.map((ticker): SetAside => ({
        path: ticker,
        reason: 'cut',
        ticker,
        interval: null,
      }));
      const series = new Map(states.map((state) => [`${state.series.ticker} 1d`, state]));
      const judged = { range: days('2026-10-01', '2026-10-24'), settled: parseDay('2026-10-23'), now: 0 };
      const report = reportCoverage({ series, actions: new Map(), setAside }, () => judged);
      expect(report.totals.series).toBe(MANY);
      expect(coverageText(report, { missing: true }).length).toBeGreaterThan(MANY);
      expect(staleHint(report)).toBeDefined();
    }));

  it('are made of issues and revisions', () =>
    withLittleStack(() => {
      const about = { ticker: 'AAPL', interval: '1d', session: '2026-01-12' } as const;
      const rejected = tickers.map((reason) => ({
        ...{ ...about, reason, source: 'yahoo', fetchedAt: '2026-01-13T00:00:00Z', resolved: false, row: {} },
      }));
      const warnings = tickers.map((ticker): Warning => ({ ...about, ticker, kind: 'jump', note: 'far' }));
      const unknownActions = tickers.map((ticker) => ({
        ...{ ticker, from: '2026-01-12', to: '2026-01-12', sessions: 1 },
      }));
      const unreadable = tickers.map((ticker): SetAside => ({
        path: ticker,
        reason: 'cut',
        ticker,
        interval: null,
      }));
      const revised = tickers.map((ticker) => ({
        ...{ ticker, interval: '1d', source: 'csv', stayed: true, bars: 2, columns: ['close'] },
        ...{ first: '2026-01-12', last: '2026-01-13', column: 'close', before: 1, after: 2 },
      }));
      const issues = { rejected, warnings, revised, unknownActions, setAside: tickers, unreadable };
      expect(issuesText(issues).length).toBeGreaterThan(0);
      const bar = daily('2026-02-23');
      const revisions = tickers.map((ticker) => ({
        ticker,
        interval: '1d' as const,
        before: bar,
        after: bar,
        run: null,
      }));
      expect(revisionsText(revisions).length).toBeGreaterThan(0);
    }));
});
