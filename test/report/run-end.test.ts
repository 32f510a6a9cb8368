import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { summaryText } from '../../src/report/run-text.ts';
import { CALM } from './calm-run.ts';

describe('the end of a run', () => {
  const counts = fc.nat({ max: 2 });
  const group = {
    provider: 'yahoo',
    reason: 'unknown-ticker',
    tickers: ['X'],
    sessions: 1,
    nextRetryAt: null,
  };

  it('is called complete only where it is, and never beside an exit code that says otherwise', () => {
    fc.assert(
      fc.property(
        fc.record({ failed: counts, notRun: counts, unavailable: counts, waiting: counts, holes: counts }),
        fc.boolean(),
        fc.boolean(),
        counts,
        (lacking, cannotBeHad, newlyUnavailable, lost) => {
          const summary: RunSummary = {
            ...{ ...CALM, ...lacking, newlyUnavailable: cannotBeHad && newlyUnavailable },
            cannotBeHad: cannotBeHad ? [group as never] : [],
            newlyLost: { sessions: lost, tickers: lost > 0 ? ['X'] : [] },
          };
          const [headline = ''] = summaryText(summary);
          const lacks = cannotBeHad || lost > 0 || Object.values(lacking).some((count) => count > 0);
          expect(headline.startsWith('Backfill complete')).toBe(!lacks);
          if (exitCodeOf(summary) !== 0) expect(headline).toContain('not complete');
        },
      ),
    );
  });

  it('counts tickers, whatever the intervals, and says what was in the way', () => {
    const stopped = { reason: 'unreachable', message: 'cannot reach host: no such host here.' } as const;
    expect(summaryText({ ...CALM, fetched: 6, fetchedTickers: 3, stopped })[0]).toBe(
      'Cannot reach host: no such host here. Stopped after 3 tickers. Progress saved. Run the same command again.',
    );
    const interrupted = { reason: 'interrupted', message: '' } as const;
    expect(summaryText({ ...CALM, fetched: 6, fetchedTickers: 1, stopped: interrupted })[0]).toBe(
      'Interrupted after 1 ticker. Progress saved. Run the same command to continue.',
    );
  });
});

describe('a run whose quota is used up', () => {
  const usedUp = { reason: 'quota-exhausted', message: 'the quota is used up' } as const;
  const stopped = { ...CALM, fetched: 25, notRun: 29, restDays: 2, stopped: usedUp };
  /** Nine in the morning, wherever this machine is. */
  const NINE = new Date(2026, 10, 27, 9, 0).getTime();
  const headline = (inMs: number, isTomorrow: boolean): string | undefined =>
    summaryText({ ...stopped, opens: { at: NINE + inMs, inMs, isTomorrow } })[0];

  it('says how much is left, and when to go on', () => {
    expect(headline(15 * 3_600_000, true)).toBe(
      'Quota used up: done 25 of 54 today; the rest needs 2 days on this plan. ' +
        'It opens again at 00:00 tomorrow (in 15h): run the same command then.',
    );
    expect(headline(23 * 60_000, false)).toBe(
      'Quota used up: done 25 of 54. It opens again at 09:23 (in 23m): run the same command then.',
    );
    expect(headline(0, false)).toBe('Quota used up: done 25 of 54. It is open again: run the same command.');
    expect(headline(50 * 3_600_000, false)).toBe(
      'Quota used up: done 25 of 54. It opens again at 11:00 on 2026-11-29 (in 2 days 2h): run the same command then.',
    );
  });
});
