import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/backfill/failure.ts';
import { failureLines, failureMessages } from '../../src/report/failures-text.ts';
import { UNBOUNDED } from '../../src/report/page.ts';

const PAGE = { columns: 80, isWhole: false, hasColours: false };

const failure = (ticker: string, message: string, change: Partial<Failure> = {}): Failure => ({
  ...{ ticker, interval: '1d', from: '2025-06-02', to: '2025-06-03', code: 'network', message },
  ...change,
});
const failures = (count: number, messageOf: (ticker: string) => string, change: Partial<Failure> = {}) =>
  Array.from({ length: count }, (_, i) => failure(`T${i}`, messageOf(`T${i}`), change));

const linesOf = (all: readonly Failure[], page = PAGE) => failureLines({ failures: all, runId: 'RUN' }, page);

describe('the failures of a run', () => {
  it('are none', () => {
    expect(linesOf([])).toEqual([]);
  });

  it('are told one by one while they are few', () => {
    const about = linesOf([failure('ALFA', 'reset'), failure('BRIQ', 'reset'), failure('CORV', 'reset')]);
    expect(about).toHaveLength(2 + 6);
    expect(about.slice(0, 4)).toEqual([
      '',
      'FAILED (3)',
      'ALFA 1d 2025-06-02..2025-06-03 network',
      '  reset',
    ]);
  });

  it('are told apart from what cannot be had', () => {
    const unknown = failure('NOPE', 'nobody knows it', { code: 'unknown-ticker' });
    expect(linesOf([unknown, failure('ALFA', 'reset')])).toEqual([
      ...linesOf([failure('ALFA', 'reset')]),
      '',
      'CANNOT BE HAD (1)',
      'NOPE 1d 2025-06-02..2025-06-03 unknown-ticker',
      '  nobody knows it',
    ]);
  });

  it('are counted by series, as the totals count them, however many reasons one has', () => {
    const all = [
      ...failures(4, () => 'no JSON'),
      ...failures(4, () => 'reset'),
      failure('T0', 'reset', { interval: '1h' }),
    ];
    expect(linesOf(all)[1]).toBe('FAILED (5)');
    expect(linesOf(all, { ...PAGE, isWhole: true })[1]).toBe('FAILED (5)');
  });

  it('name and count a ticker once a reason, however many of its tasks failed of it', () => {
    const tasks = (ticker: string, count: number, message: string): Failure[] =>
      Array.from({ length: count }, (_, i) => failure(ticker, message, { from: `2025-06-0${1 + i}` }));
    const all = [
      ...tasks('LONE', 7, 'reset'),
      ...tasks('7203.T', 3, 'no minutes'),
      ...tasks('AAPL', 1, 'no minutes'),
    ];
    expect(linesOf(all).slice(1, 6)).toEqual([
      'FAILED (3)',
      '2 tickers 1d network: 7203.T, AAPL',
      '  no minutes',
      '1 ticker 1d network: LONE',
      '  reset',
    ]);
    expect(failureMessages(all, PAGE)).toEqual([
      '2 tickers 1d: network: no minutes (7203.T, AAPL)',
      '1 ticker 1d: network: reset (LONE)',
    ]);
    expect(linesOf(all, UNBOUNDED)).toHaveLength(2 + 2 * 11);
  });

  it('are told by reason, that of most tickers first, with where all of them are', () => {
    const all = [
      ...failures(11, () => 'no JSON', { code: 'bad-answer' }),
      ...failures(289, () => 'connect ECONNREFUSED'),
      failure('LONE', 'its own trouble', { code: 'restated' }),
    ];
    expect(linesOf(all)).toEqual([
      '',
      'FAILED (290)',
      '289 tickers 1d network: T0, T1, T2, T3, T4 and 284 more',
      '  connect ECONNREFUSED',
      '11 tickers 1d bad-answer: T0, T1, T2, T3, T4 and 6 more',
      '  no JSON',
      'LONE 1d 2025-06-02..2025-06-03 restated',
      '  its own trouble',
      'runs/RUN.json in the store has them all; --all lists each',
    ]);
  });

  it('are alike though their messages name a ticker or other numbers: one says which', () => {
    const lines = linesOf(
      failures(5, (ticker) => `${ticker}: 3${ticker.slice(1)} of 252 sessions stay missing`),
    );
    expect(lines.slice(2, 4)).toEqual([
      '5 tickers 1d network: T0, T1, T2, T3, T4',
      '  T0: 30 of 252 sessions stay missing (T0)',
    ]);
  });

  it('are alike though their messages name other tickers, and other numbers of them', () => {
    const others = ['BRIQ', 'AIR.PA', 'BRIQ, AIR.PA, 7203.T', 'GO'];
    const tickers = ['GO', 'BRIQ', 'AIR.PA', '7203.T'];
    const all = tickers.map((ticker, i) => failure(ticker, `the bars of ${others[i]}: no GOod`));
    expect(linesOf(all).slice(2, 4)).toEqual([
      '4 tickers 1d network: 7203.T, AIR.PA, BRIQ, GO',
      '  the bars of GO: no GOod (7203.T)',
    ]);
    const other = [...all.slice(1), failure('GO', 'the bars of nobody: no GOod')];
    expect(linesOf(other)[2]).toBe('7203.T 1d 2025-06-02..2025-06-03 network');
  });

  it('are not alike where the interval or the code differs', () => {
    const all = [...failures(4, () => 'x', { interval: '1h' }), ...failures(4, () => 'x')];
    expect(linesOf(all).filter((line) => line.startsWith('4 tickers'))).toEqual([
      '4 tickers 1h network: T0, T1, T2, T3',
      '4 tickers 1d network: T0, T1, T2, T3',
    ]);
  });

  it('of more than ten reasons are counted by code', () => {
    const all = Array.from({ length: 300 }, (_, i) => failure(`T${i}`, 'abcdefghij'.repeat(1 + i)));
    const lines = linesOf([...all, failure('Z', 'refused', { code: 'forbidden' as Failure['code'] })]);
    expect(lines.filter((line) => /^T\d+ 1d/.test(line))).toHaveLength(10);
    expect(lines.slice(-2)).toEqual([
      '… and 291 failures more: network 290, forbidden 1',
      'runs/RUN.json in the store has them all; --all lists each',
    ]);
  });

  it('are all told on a page that wants them', () => {
    const lines = linesOf(
      failures(300, () => 'reset'),
      UNBOUNDED,
    );
    expect(lines).toHaveLength(2 + 600);
  });

  it('fit the page, whatever was said', () => {
    const said = `\u001B[2J${'a '.repeat(100)}https://example.com/${'path/'.repeat(30)}`;
    for (const line of linesOf([failure('A'.repeat(30), said)], { ...PAGE, columns: 60 })) {
      expect(line.length).toBeLessThanOrEqual(60);
      expect(line).not.toContain('\u001B');
    }
  });

  it('have no message that floods the screen', () => {
    const flood = failure('ALFA', 'word '.repeat(5000));
    expect(linesOf([flood]).length).toBeLessThan(9);
    expect(linesOf([flood], { ...PAGE, isWhole: true }).length).toBeGreaterThan(300);
  });

  it('are a line a reason in a mail', () => {
    expect(failureMessages([...failures(289, () => 'reset'), failure('LONE', 'gone')], PAGE)).toEqual([
      '289 tickers 1d: network: reset (T0, T1, T2, T3, T4 and 284 more)',
      'LONE 1d: network: gone',
    ]);
    expect(
      failureMessages(
        failures(289, () => 'reset'),
        UNBOUNDED,
      ),
    ).toHaveLength(289);
  });

  it('are in a mail, where each was said of its own ticker, told as what was said of one of them', () => {
    expect(
      failureMessages(
        failures(12, (ticker) => `the very same bars for ${ticker} and ADBE`),
        PAGE,
      ),
    ).toEqual([
      '12 tickers 1d (T0, T1, T2, T3, T4 and 7 more): network, such as of T0: the very same bars for T0 and ADBE',
    ]);
  });
});
