import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { UNBOUNDED } from '../../src/report/page.ts';
import { type RunOnRecord, comparisonText, runsText, runText } from '../../src/report/runs-text.ts';
import { asPriced, CALM } from './calm-run.ts';

const AT = Date.parse('2026-11-20T21:15:00Z');

function runOf(id: string, summary: Partial<RunSummary> = {}, more: Partial<RunOnRecord> = {}): RunOnRecord {
  const whole = { ...CALM, startedAt: AT, endedAt: AT + 61_400, ...summary };
  return { id, provider: 'polygon', intervals: ['1h', '1d'], summary: whole, ...more };
}

const failureOf = (ticker: string): RunSummary['failures'][number] => ({
  ...{ ticker, interval: '1d', from: '2026-01-02', to: '2026-11-20' },
  ...{ code: 'network', message: 'gone' },
});

describe('the list of runs', () => {
  const resultOf = (summary: Partial<RunSummary>, more?: Partial<RunOnRecord>): string =>
    runsText([runOf('x', summary, more)], UNBOUNDED)[1]?.replace(/^.* 1m 1s /, '') ?? '';

  it('has a line for each, with what it cost and brought', () => {
    expect(runsText([runOf('20261120T211500Z-3f9a', { sent: 1200 })], UNBOUNDED)).toEqual([
      'ID                    STARTED              PROVIDER INTERVALS FETCHED REQUESTS   BARS  TIME RESULT',
      '20261120T211500Z-3f9a 2026-11-20 21:15 UTC polygon  1h,1d           2    1,200 12,345 1m 1s complete',
    ]);
    expect(runsText([], UNBOUNDED)).toEqual(['No run is on record.']);
  });

  it.each([60, 80])('fits into %i columns', (columns) => {
    const runs = [runOf('20261120T211500Z-3f9a', { failed: 3, waiting: 1 })];
    const lines = runsText(runs, { ...UNBOUNDED, columns });
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines.join('\n')).toContain('3 failed');
  });

  it.each([
    [{}, undefined, 'complete'],
    [{ holes: 2, withHoles: 1 }, undefined, '2 sessions without a bar'],
    [{ failed: 3 }, undefined, '3 failed'],
    [{ failed: 3, notRun: 1 }, undefined, '3 failed, …'],
    [{ failed: 3, stopped: { reason: 'interrupted', message: 'x' } }, undefined, 'interrupted'],
    [{ stopped: { reason: 'quota-exhausted', message: 'x' } }, undefined, 'quota used up'],
    [{}, { opinions: 2 }, '2 second opinions'],
  ] as const)('says how one ended: %j', (summary, more, result) => {
    expect(resultOf(summary, more)).toBe(result);
  });

  it('says of one in a chain what it left to the next, and of each what failed', () => {
    const chain = { providers: ['polygon', 'yahoo'], begunAt: AT };
    expect(resultOf({ unavailable: 2 }, { chain })).toBe('2 left to yahoo');
    expect(resultOf({ failed: 1, unavailable: 2 }, { chain })).toMatch(/^1 failed/);
    expect(resultOf({ failed: 1 }, { chain, provider: 'yahoo' })).toBe('1 failed');
  });
});

describe('one run', () => {
  it('says what it was, and what it said when it ended', () => {
    const lines = runText(
      runOf(
        '20261120T211500Z-3f9a',
        { failed: 1, failures: [failureOf('AAPL')] },
        {
          batch: { number: 2, of: 7, list: 'l', tickers: 9 } as never,
        },
      ),
      UNBOUNDED,
    );
    expect(lines.slice(0, 3)).toEqual([
      'Run 20261120T211500Z-3f9a: 3 series of 1h, 1d from polygon, batch 2 of 7',
      'Started 2026-11-20 21:15 UTC, ended 2026-11-20 21:16 UTC',
      '',
    ]);
    expect(lines.join('\n')).toMatch(
      /AAPL 1d .* network[\s\S]*Backfill ended in 1m 1s, not complete: 1 failed/,
    );
  });
});

describe('two runs side by side', () => {
  const before = runOf('a', { failed: 2, failures: ['AAPL', 'IBM'].map(failureOf), successRate: 0.5 });
  const after = runOf('b', {
    ...{ startedAt: AT + 86_400_000, endedAt: AT + 86_430_000, failed: 2, bars: 12_300 },
    ...{ failures: ['IBM', 'MSFT'].map(failureOf), successRate: 1 },
  });
  const lines = comparisonText(before, after, UNBOUNDED);

  it('tell what changed, and by how much', () => {
    const row = (name: string): string[] =>
      (lines.find((line) => line.startsWith(name)) ?? '').split(/ {2,}| (?=[+-])/).slice(1);
    expect(row('Time')).toEqual(['1m 1s', '30s', '-31s']);
    expect(row('Bars')).toEqual(['12,345', '12,300', '-45']);
    expect(row('Success')).toEqual(['50.00%', '100.0%', '+50.00%']);
    expect(row('Failed')).toEqual(['2', '2']);
    expect(row('Throttled')).toEqual(['-', '-']);
  });

  it('tell what was priced, of a run that ended early too', () => {
    const cut = { requests: 12, requestsBy: { ...asPriced(500), notSent: 488 } };
    const line = comparisonText(runOf('a', cut), runOf('b', { requestsBy: asPriced(400) }), UNBOUNDED);
    expect(line.find((one) => one.startsWith('Priced'))?.split(/ +/)).toEqual([
      'Priced',
      '500',
      '400',
      '-100',
    ]);
  });

  it('tell of a time the change between what is shown of it', () => {
    const took = (ms: number) => runOf('a', { endedAt: AT + ms });
    const line = comparisonText(took(1500), took(400), UNBOUNDED).find((one) => one.startsWith('Time'));
    expect(line?.split(/ +/)).toEqual(['Time', '2s', '0s', '-2s']);
  });

  it('tell which series failed in both, and which in one alone', () => {
    expect(lines.slice(-3)).toEqual([
      'Failed or not to be had in both (1): IBM 1d',
      'Failed or not to be had in a alone (1): AAPL 1d',
      'Failed or not to be had in b alone (1): MSFT 1d',
    ]);
  });
});
