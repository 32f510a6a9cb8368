import { describe, expect, it } from 'vitest';
import type { RecordedRun } from '../../../src/backfill/run/run-record.ts';
import { isUnheard, unheardOf } from '../../../src/backfill/settle/second-opinion.ts';
import type { ErrorCode } from '../../../src/core/errors.ts';

const about = { interval: '1d', session: '2026-06-10', kind: 'spike' } as const;
const failure = (ticker: string, code: ErrorCode) =>
  ({ ticker, interval: '1d', from: '2026-06-10', to: '2026-06-10', code, message: code }) as const;
const run = (provider: string, failures: RecordedRun['failures'], tickers: readonly string[]): RecordedRun =>
  ({
    ...{ provider, failures },
    opinions: tickers.map((ticker) => ({ ticker, ...about })),
  }) as unknown as RecordedRun;

describe('a second opinion', () => {
  it.each<ErrorCode>(['provider-fault', 'timeout', 'network', 'throttled', 'bad-answer', 'provider-down'])(
    'did not come with an error that another try may spare: %s',
    (code) => {
      expect(isUnheard(code)).toBe(true);
      const runs = [run('yahoo', [failure('WRNG', code)], ['WRNG', 'GOOD'])];
      expect(unheardOf(runs, 'yahoo')).toEqual([{ ticker: 'WRNG', ...about }]);
      expect(unheardOf(runs, 'stooq')).toEqual([]);
    },
  );

  it.each<ErrorCode>(['unknown-ticker', 'no-data', 'out-of-range', 'not-entitled', 'identity-changed'])(
    'came with an error that is an answer: %s',
    (code) => {
      expect(isUnheard(code)).toBe(false);
      expect(unheardOf([run('yahoo', [failure('WRNG', code)], ['WRNG'])], 'yahoo')).toEqual([]);
    },
  );

  it('of a step, which is asked for with the session before it, is among what did not come', () => {
    const earlier = { ...failure('WRNG', 'timeout'), from: '2026-06-09' };
    expect(unheardOf([run('yahoo', [earlier], ['WRNG'])], 'yahoo')).toEqual([{ ticker: 'WRNG', ...about }]);
    const left = [
      { why: 'not-run', interval: '1d', from: '2026-06-09', to: '2026-06-10', tickers: ['WRNG'] },
    ] as const;
    const stopped = { ...run('yahoo', [], ['WRNG', 'GOOD']), left };
    expect(unheardOf([stopped], 'yahoo')).toEqual([{ ticker: 'WRNG', ...about }]);
  });

  it('that a later run heard is heard', () => {
    const failed = run('yahoo', [failure('WRNG', 'timeout')], ['WRNG']);
    expect(unheardOf([run('yahoo', [], ['WRNG']), failed], 'yahoo')).toEqual([]);
    expect(unheardOf([failed, run('yahoo', [], ['WRNG'])], 'yahoo')).toHaveLength(1);
  });
});
