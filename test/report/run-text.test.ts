import type { RequestsBy } from '../../src/backfill/settle/requests-by.ts';
import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import type { Warning } from '../../src/backfill/settle/warnings.ts';
import { errorText, summaryText } from '../../src/report/run-text.ts';
import { asPriced, CALM } from './calm-run.ts';

const QUIET = [
  'Backfill complete in 1m 1s',
  'Fetched: 2  Errors: 0  Skipped: 1',
  'Bars: 12,345 (12,000 new, 3 changed)  Rejected: 0',
];

const warnings = (count: number): Warning[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ ticker: `T${i}`, interval: '1d', session: `2025-06-${10 + i}`, kind: 'jump' as const },
    note: `close ${i}`,
  }));

describe('the summary of a run', () => {
  it('says of how many sessions no bar came though nobody says why, and not that it is complete', () => {
    const [headline, counts] = summaryText({ ...CALM, complete: 1, withHoles: 2, holes: 1234 });
    expect(headline).toBe(
      'Backfill ended in 1m 1s; 1,234 sessions between stored bars without one, which nobody explains',
    );
    expect(counts).toBe('Fetched: 2  Errors: 0  Skipped: 3  With holes: 2');
    const [, many] = summaryText({
      ...CALM,
      fetched: 10_000,
      failed: 1234,
      complete: 5678,
      unavailable: 4321,
    });
    expect(many).toBe('Fetched: 10,000  Errors: 1,234  Skipped: 5,678  Unavailable: 4,321');
  });

  it.each([
    [{ sent: 0, successRate: null, throttleRate: null }, undefined],
    [{ sent: 2, successRate: 1, throttleRate: 0 }, 'Sent: 2  Success: 100.0%  Throttled: 0.0%'],
    [
      { sent: 2000, successRate: 0.4995, throttleRate: 1 / 2000 },
      'Sent: 2,000  Success: 49.9%  Throttled: 0.1%',
    ],
    [
      { sent: 9999, successRate: 9998 / 9999, throttleRate: 1 / 9999 },
      'Sent: 9,999  Success: 99.9%  Throttled: 0.1%',
    ],
    [{ sent: 3, successRate: 1 / 3, throttleRate: 2 / 3 }, 'Sent: 3  Success: 33.3%  Throttled: 66.7%'],
    [
      { sent: 2, successRate: 1, throttleRate: 0, bytesReceived: 12_345 },
      'Sent: 2  Success: 100.0%  Throttled: 0.0%  Received: 12.3 KB',
    ],
  ])('says of %o how many requests brought what they asked for, and were throttled', (traffic, line) => {
    const lines = summaryText({ ...CALM, ...traffic });
    expect(lines.find((one) => one.startsWith('Sent'))).toBe(line);
  });

  it('says by why more or fewer requests were sent than were priced, where they were', () => {
    const told = (requestsBy: Partial<RequestsBy>, sent = 1): string | undefined =>
      summaryText({
        ...{ ...CALM, sent, successRate: 1, throttleRate: 0 },
        requestsBy: { ...asPriced(1200), ...requestsBy },
      }).find((one) => one.startsWith('Priced'));
    expect(told({})).toBeUndefined();
    expect(told({ retries: 2, notSent: 1000 })).toBe('Priced: 1,200  Retries: 2  Not sent: 1,000');
    expect(told({ before: 40 })).toBe('Priced: 1,200  By the planner before: 40');
    expect(told({ added: 1, pages: 2, isolation: 3, secondAsks: 4, throttled: 5 })).toBe(
      'Priced: 1,200  Besides the plan: 1  More pages or lists: 2  Lists split: 3  Asked in doubt: 4  After throttles: 5',
    );
  });

  it('tells holes between bars from what lies around them, and from sessions whose rows were rejected', () => {
    const of = (holes: number, holesAround: number, holesRejected: number): string | undefined =>
      summaryText({ ...CALM, holes, holesAround, holesRejected })[0]?.replace(
        'Backfill ended in 1m 1s; ',
        '',
      );
    expect(of(2, 0, 2)).toBe('2 sessions of which rows were rejected');
    expect(of(16_716, 16_716, 0)).toBe('16,716 sessions before the first or after the last bar of a series');
    expect(of(9, 5, 1)).toBe(
      '3 sessions between stored bars without one, which nobody explains; ' +
        '5 sessions before the first or after the last bar of a series; 1 session of which rows were rejected',
    );
  });

  it('tells sessions that are newly lost, of which tickers, and what else has no bar', () => {
    const newlyLost = { sessions: 1234, tickers: ['A', 'B', 'C', 'D', 'E', 'F', 'G'] };
    const lines = summaryText({ ...CALM, newlyLost, holes: 1236, holesRejected: 1234 });
    expect(lines[0]).toBe(
      'Backfill ended in 1m 1s, not complete: 1,234 sessions newly lost; ' +
        '2 sessions between stored bars without one, which nobody explains; 1,234 sessions of which rows were rejected',
    );
    const told =
      'Newly lost: 1,234 sessions of 7 tickers (A, B, C, D, E and 2 more): rows came that could not be stored';
    expect(lines).toContain(told);
    expect(summaryText({ ...CALM, newlyLost, holes: 1234, failed: 1 })[0]).toBe(
      'Backfill ended in 1m 1s, not complete: 1 failed, 1,234 sessions newly lost',
    );
    expect(errorText({ ...CALM, newlyLost, holes: 1234 })).toEqual([told]);
    expect(summaryText({ ...CALM, newlyLost: { sessions: 1, tickers: ['A'] }, holes: 1 })).toContain(
      'Newly lost: 1 session of 1 ticker (A): rows came that could not be stored',
    );
  });

  it('tells sessions whose rows were rejected from those without a bar beside what else is lacking', () => {
    const of = (change: Partial<RunSummary>): string | undefined =>
      summaryText({ ...CALM, waiting: 1, ...change })[0]
        ?.split(', not complete: ')[1]
        ?.replace(/^1 wait[^,]*, /, '');
    expect(of({ holes: 28, holesRejected: 28 })).toBe('28 sessions of which rows were rejected');
    expect(of({ holes: 30, holesRejected: 28, holesAround: 1 })).toBe(
      '2 sessions without a bar, 28 sessions of which rows were rejected',
    );
    expect(of({ holes: 2 })).toBe('2 sessions without a bar');
    const newlyLost = { sessions: 3, tickers: ['A'] };
    expect(of({ holes: 5, holesRejected: 4, newlyLost })).toBe(
      '3 sessions newly lost, 1 session without a bar, 1 session of which rows were rejected',
    );
  });

  it('says no more than three lines if there is no more to say', () => {
    expect(summaryText(CALM)).toEqual(QUIET);
    const unmoved = { yahoo: { compared: 9, changed: 0, gone: 0, worst: 0 } };
    expect(summaryText({ ...CALM, drift: unmoved })).toEqual(QUIET);
  });

  it('counts what is no ordinary bar, each where there is any', () => {
    const line = (change: Partial<RunSummary>) => summaryText({ ...CALM, ...change })[2]?.slice(38);
    expect(line({ revised: 1234 })).toBe('Rejected: 0  Revised: 1,234');
    expect(line({ rejected: 2000 })).toBe('Rejected: 2,000');
    expect(summaryText({ ...CALM, rejected: 2000 })[3]).toBe(
      'check-data --issues tells which rows were rejected, and why',
    );
    expect(summaryText({ ...CALM, dropped: 8, unfinished: 1, fillers: 1234 }).slice(3)).toEqual([
      'Dropped: 1 row of a session that is not final yet',
      'Dropped: 7 rows outside trading hours or off their grid',
      'Fillers: 1,234 rows that nobody traded, not stored',
    ]);
  });

  it('says which sessions are not final, and which are absent', () => {
    expect(
      summaryText({ ...CALM, provisional: 1, absent: { 'pre-listing': 3, halted: 2000 } }).slice(3),
    ).toEqual([
      'Sessions recorded as absent: 2,000 halted, 3 pre-listing',
      'Provisional: 1 session, to be fetched again once final',
    ]);
  });

  it('says of final bars that were asked for again what changed and what was gone', () => {
    const drift = {
      yahoo: { compared: 1234, changed: 1, gone: 0, worst: 0.002512 },
      csv: { compared: 1, changed: 0, gone: 3, worst: 0 },
      calm: { compared: 5, changed: 0, gone: 0, worst: 0 },
    };
    const lines = summaryText({ ...CALM, drift }).slice(3);
    expect(lines).toHaveLength(2);
    for (const part of ['1,234 final bars from yahoo', '1 changed', '0.25%'])
      expect(lines[0]).toContain(part);
    expect(lines[0]).not.toContain('gone');
    for (const part of ['1 final bar from csv', '0 changed', '3 gone (kept)'])
      expect(lines[1]).toContain(part);
  });

  const page = { columns: 80, isWhole: false, hasColours: false };
  const TOTALS = ['', ...QUIET];

  it('says of rejected rows how many are of no session, so that nothing lacks for them', () => {
    const told = (rejected: number, offSession?: number): string | undefined =>
      summaryText({ ...CALM, rejected, ...(offSession !== undefined && { offSession }) })
        .find((line) => line.startsWith('Bars'))
        ?.replace(/^.*  /, '');
    expect([told(1200), told(1200, 1200), told(1200, 1100)]).toEqual([
      'Rejected: 1,200',
      'Rejected: 1,200 (of no session)',
      'Rejected: 1,200 (1,100 of no session)',
    ]);
  });

  it('names what of its source was not read before the totals, ten lines at most', () => {
    const lines = Array.from({ length: 12 }, (_, i) => `FILE${i}.csv: what is not read`);
    expect(summaryText({ ...CALM, notRead: lines.slice(0, 2) }, page)).toEqual([
      'NOT READ',
      ...lines.slice(0, 2),
      ...TOTALS,
    ]);
    const many = summaryText({ ...CALM, notRead: lines }, page);
    expect(many.slice(10)).toEqual([lines[9], '… and 2 more: --all lists them', ...TOTALS]);
    expect(summaryText({ ...CALM, notRead: lines }).slice(1, 13)).toEqual(lines);
  });

  it('names odd bars, ten at most, and where the others are listed', () => {
    const few = summaryText({ ...CALM, warnings: warnings(2) }, page);
    expect(few).toEqual([
      'STORED, BUT ODD (2 bars)',
      ...['T0 1d 2025-06-10 jump', '  close 0', 'T1 1d 2025-06-11 jump', '  close 1'],
      ...TOTALS,
    ]);
    expect(summaryText({ ...CALM, warnings: warnings(10) }, page)).toHaveLength(1 + 20 + TOTALS.length);
    const many = summaryText({ ...CALM, warnings: warnings(11) }, page);
    expect(many.slice(21)).toEqual(['… and 1 bar more', '--all lists each', ...TOTALS]);
    const recorded = summaryText({ ...CALM, runId: 'RUN', warnings: warnings(11) }, page);
    expect(recorded[22]).toBe('runs/RUN.json in the store has them all; --all lists each');
  });

  it('names and counts a series once, however many of its bars of a session are odd alike', () => {
    const spikes = (tickers: readonly string[]): ReturnType<typeof warnings> =>
      tickers.map((ticker, i) => ({
        ...{ ticker, interval: '1m', session: '2025-06-02', kind: 'spike', note: `spike ${i}` },
      }));
    const four = summaryText({ ...CALM, warnings: spikes(['A', 'A', 'B', 'C', 'D', 'D']) }, page);
    expect(four.slice(0, 3)).toEqual([
      'STORED, BUT ODD (6 bars)',
      '4 series 1m 2025-06-02 spike',
      '  spike 0 (A, B, C, D)',
    ]);
    const one = summaryText({ ...CALM, warnings: spikes(['A', 'A', 'A', 'A']) }, page);
    expect(one.slice(1, 5)).toEqual([0, 1].flatMap((i) => ['A 1m 2025-06-02 spike', `  spike ${i}`]));
  });

  it('counts the bars that it leaves out, not its own lines', () => {
    const alike = Array.from({ length: 20 }, (_, i) => ({
      ...{ ticker: `S${i}`, interval: '1d', session: '2025-06-02', kind: 'repeat', note: 'repeats' },
    })) as unknown as ReturnType<typeof warnings>;
    const lines = summaryText({ ...CALM, warnings: [...warnings(10), ...alike] }, page);
    expect(lines[0]).toBe('STORED, BUT ODD (30 bars)');
    expect(lines[21]).toBe('… and 20 bars more');
  });

  it('calls a verification by its name, and complete only what is', () => {
    const last = (change: object): string =>
      summaryText({ ...CALM, ...change }, page, 'Verification')[0] ?? '';
    expect(last({})).toMatch(/^Verification complete in /);
    expect(last({ failed: 1 })).toMatch(/^Verification ended in .*, not complete: 1 failed$/);
  });

  it('has the failures last before the totals, each with its reason on a line of its own', () => {
    const about = { ticker: 'ALFA', interval: '1d', from: '2025-06-02', to: '2025-06-03' };
    const failures = [{ ...about, code: 'restated', message: 'no longer has 1 bar' } as const];
    expect(summaryText({ ...CALM, warnings: warnings(1), failures }, page).slice(-8)).toEqual([
      '',
      'FAILED (1)',
      'ALFA 1d 2025-06-02..2025-06-03 restated',
      '  no longer has 1 bar',
      ...TOTALS,
    ]);
  });
});
