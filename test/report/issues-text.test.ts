import { describe, expect, it } from 'vitest';
import type { Bar } from '../../src/core/bars/bars.ts';
import type { IssuesReport, RejectedIssue } from '../../src/report/issues.ts';
import { UNBOUNDED } from '../../src/report/page.ts';
import { issuesText } from '../../src/report/issues-text.ts';
import { type SeriesRevision, revisionsText } from '../../src/report/revisions-text.ts';
import { daily } from '../store/fixtures.ts';

const NONE: IssuesReport = {
  ...{ rejected: [], warnings: [], revised: [], unknownActions: [], setAside: [], unreadable: [] },
};

const rejected = (change: Partial<RejectedIssue>): RejectedIssue => ({
  ...{ ticker: 'AAPL', interval: '1d', session: '2025-06-02', reason: 'high 1 is below low 2' },
  ...{ source: 'yahoo', fetchedAt: '2025-06-20T12:00:00.000Z', resolved: false, row: {}, ...change },
});

describe('the issues of a store', () => {
  it('are none', () => {
    expect(issuesText(NONE)).toEqual(['No issues.']);
  });

  it('stand under a heading for each kind, in the order of what they need', () => {
    const report: IssuesReport = {
      rejected: [rejected({}), rejected({ session: null }), rejected({ resolved: true })],
      warnings: [{ ticker: 'MSFT', interval: '1h', session: '2025-06-03', kind: 'thin', note: '3 bars' }],
      revised: [
        {
          ...{
            ticker: 'IBM',
            interval: '1d',
            source: 'csv',
            stayed: true,
            bars: 2,
            columns: ['close', 'volume'],
          },
          ...{ first: '2025-06-02', last: '2025-06-09', column: 'close', before: 101, after: 102 },
        },
        {
          ...{ ticker: 'IBM', interval: '1d', source: 'yahoo', stayed: false, bars: 1, columns: ['volume'] },
          ...{ first: '2025-06-02', last: '2025-06-02', column: 'volume', before: 500, after: 600 },
        },
      ],
      unknownActions: [
        { ticker: 'IBM', from: '2025-06-02', to: '2025-06-02', sessions: 1 },
        { ticker: 'IBM', from: '2025-06-04', to: '2025-06-05', sessions: 2 },
      ],
      setAside: ['quarantine/one.parquet'],
      unreadable: [{ ticker: 'ALFA', interval: '1d', path: 'bars/two.parquet', reason: 'no footer' }],
    };
    expect(issuesText(report)).toEqual([
      'REJECTED ROWS (in quarantine)',
      '  AAPL 1d 2025-06-02 yahoo: high 1 is below low 2',
      '  AAPL 1d ? yahoo: high 1 is below low 2',
      '',
      'STORED, BUT ODD (1 bar)',
      '  MSFT 1h 2025-06-03 thin: 3 bars',
      '',
      'FINAL BARS THAT CAME AGAIN OTHERWISE (--revisions lists each)',
      '  IBM 1d 2025-06-02 to 2025-06-09 csv: 2 bars stay (close, volume), the first: close 101, not 102',
      '  IBM 1d 2025-06-02 yahoo: 1 bar changed: volume 500 became 600',
      '',
      'SPLITS AND DIVIDENDS NOT KNOWN (prices there cannot be adjusted)',
      '  IBM 2025-06-02..2025-06-02: 1 session',
      '  IBM 2025-06-04..2025-06-05: 2 sessions',
      '',
      'FILES SET ASIDE',
      '  quarantine/one.parquet',
      '',
      'FILES THAT CANNOT BE READ',
      '  bars/two.parquet: no footer',
      '',
      'REJECTED WHERE SOUND BARS STAND (1 row in quarantine, nothing lacks)',
      '  AAPL 1d 2025-06-02 yahoo: high 1 is below low 2',
    ]);
  });

  it('name intraday rows by their time, and those of one session that say the same as one', () => {
    const minute = (time: string, reason: string, session = '2025-06-02'): RejectedIssue => {
      const row = { ts: Date.parse(`${session}T${time}Z`) };
      return rejected({ interval: '1m', session, reason, row });
    };
    const copies = Array.from({ length: 390 }, (_, i) =>
      minute(
        `${13 + Math.floor((30 + i) / 60)}:${String((30 + i) % 60).padStart(2, '0')}`,
        'one of 390 copies',
      ),
    );
    const more = [
      minute('15:01', 'one of 390 copies', '2025-06-03'),
      minute('14:00', 'high 1 is below low 2'),
    ];
    const lines = issuesText({ ...NONE, rejected: [...copies, ...more] }).slice(1);
    expect(lines).toEqual([
      '  AAPL 1m 2025-06-02 13:30Z to 19:59Z yahoo: 390 rows, one of 390 copies',
      '  AAPL 1m 2025-06-03 15:01Z yahoo: one of 390 copies',
      '  AAPL 1m 2025-06-02 14:00Z yahoo: high 1 is below low 2',
    ]);
    const bounded = issuesText({ ...NONE, rejected: [...copies, ...more] }, { ...UNBOUNDED, isWhole: false });
    expect(bounded.slice(1)).toEqual(lines);
  });

  it('say a reason of many sessions of a series once where nothing is cut, and name each series', () => {
    const long = 'the answer is of another instrument: '.repeat(5).trim();
    const days = ['13', '02', '05', '04', '03'];
    const of = (ticker: string, more: Partial<RejectedIssue> = {}): RejectedIssue[] =>
      days.flatMap((day) =>
        [0, 1].map(() => rejected({ ticker, session: `2025-06-${day}`, reason: long, ...more })),
      );
    const lines = issuesText({
      ...NONE,
      rejected: [
        ...of('AAPL'),
        ...of('MSFT'),
        ...of('AAPL', { source: 'alpaca' }),
        ...of('AAPL', { session: null }),
      ],
    });
    expect(lines.slice(1)).toEqual([
      `  AAPL 1d 2025-06-02..2025-06-13 yahoo: 10 rows of 5 sessions, ${long}`,
      `  MSFT 1d 2025-06-02..2025-06-13 yahoo: 10 rows of 5 sessions, ${long}`,
      `  AAPL 1d 2025-06-02..2025-06-13 alpaca: 10 rows of 5 sessions, ${long}`,
      `  AAPL 1d ? yahoo: 10 rows, ${long}`,
    ]);
    const few = issuesText({ ...NONE, rejected: of('AAPL').slice(0, 6) });
    expect(few.slice(1).map((line) => line.split(' yahoo')[0])).toEqual([
      '  AAPL 1d 2025-06-13',
      '  AAPL 1d 2025-06-02',
      '  AAPL 1d 2025-06-05',
    ]);
  });

  it('tell of rejected rows of sessions that have sound bars apart, by their reason on a short page', () => {
    const days = ['02', '03', '04', '05'].map((day) =>
      rejected({ resolved: true, session: `2025-06-${day}` }),
    );
    expect(issuesText({ ...NONE, rejected: days })).toEqual([
      'REJECTED WHERE SOUND BARS STAND (4 rows in quarantine, nothing lacks)',
      '  AAPL 1d 2025-06-02..2025-06-05 yahoo: 4 rows of 4 sessions, high 1 is below low 2',
    ]);
    expect(issuesText({ ...NONE, rejected: days }, { ...UNBOUNDED, isWhole: false })).toEqual([
      'REJECTED WHERE SOUND BARS STAND (4 rows in quarantine, nothing lacks)',
      '  4 rows of AAPL 1d yahoo: high 1 is below low 2',
    ]);
    expect(issuesText({ ...NONE, rejected: [rejected({})] })).toHaveLength(2);
  });

  it('have no heading where there is nothing below it', () => {
    expect(issuesText({ ...NONE, setAside: ['quarantine/one.parquet'] })).toEqual([
      'FILES SET ASIDE',
      '  quarantine/one.parquet',
    ]);
  });
});

describe('revisions', () => {
  const revision = (ticker: string, date: string, before: Partial<Bar>, after: Partial<Bar>) =>
    ({
      ...{ ticker, interval: '1d', before: daily(date, { source: 'yahoo', ...before }), run: null },
      after: daily(date, { source: 'yahoo', fetchedAt: Date.parse('2026-04-01T23:59:00Z'), ...after }),
    }) satisfies SeriesRevision;

  it('are none', () => {
    expect(revisionsText([])).toEqual(['No final bar was ever changed.']);
  });

  it('say of each bar what it was, what it became, when and by whom', () => {
    const [head = '', first = '', second = '', ...rest] = revisionsText([
      revision('AAPL', '2026-02-23', { volume: 1000 }, { volume: 1200 }),
      revision('LONGER.PA', '2026-02-24', { open: 99.5, close: 100 }, { source: 'csv' }),
    ]);
    expect(first).toContain('volume 1000 > 1200');
    expect(first).toMatch(/^AAPL +1d +2026-02-23 /);
    expect(first).toContain('2026-04-01');
    expect(first).not.toContain('open');
    expect(first).toMatch(/ yahoo\b/);
    expect(first).not.toContain('yahoo >');
    expect(second).toContain('open 99.5 > 100, close 100 > 101');
    expect(second).toContain('yahoo > csv');
    expect(rest).toEqual(['', '2 revisions']);
    for (const title of ['INT', 'BAR', 'ON'])
      expect([first, second].map((line) => line[head.indexOf(` ${title} `)])).toEqual([' ', ' ']);
    for (const line of [head, first, second]) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('say of bars that stayed what came instead, from where, and in which run', () => {
    const stayed = {
      ...revision('AAPL', '2026-02-24', { close: 100 }, { close: 101, source: 'csv' }),
      ...{ stayed: true as const, run: '20260401T235900Z-3f9a' },
    };
    const taken = revision('AAPL', '2026-02-23', { volume: 1000 }, { volume: 1200 });
    const [head = '', first = '', second = '', ...rest] = revisionsText([taken, stayed]);
    expect(second.slice(head.indexOf('CHANGE'))).toBe('close 100 not 101');
    expect(second).toContain(' yahoo, not csv ');
    expect(second.slice(head.indexOf('RUN'))).toMatch(/^20260401T235900Z-3f9a /);
    expect(first.slice(head.indexOf('RUN'))).toMatch(/^- /);
    expect(rest).toEqual(['', '1 revision, and 1 bar that stayed']);
  });

  it('of intraday bars are named by the minute, in UTC', () => {
    const ts = Date.parse('2026-02-23T14:35:00Z');
    const one = revision('AAPL', '2026-02-23', { ts, low: 98 }, { ts });
    const lines = revisionsText([{ ...one, interval: '5m' }]);
    expect(lines[1]).toContain('AAPL   5m  2026-02-23T14:35Z');
    expect(lines.at(-1)).toBe('1 revision');
  });
});
