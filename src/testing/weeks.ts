import { parseDay, startOfDay } from '../core/session/day.ts';
import type { DayRange } from '../core/session/day.ts';
import type { Interval } from '../core/session/interval.ts';
import { asTraded } from './answers.ts';
import { type CheckOf, range, tickerOf, skipped } from './check.ts';
import { MARKET, type ProviderSubject } from './subject.ts';

/** Sessions that are not like others. Each week lies within a month, which some requests span at most. */
interface Week {
  readonly what: string;
  readonly asked: DayRange;
  /** A ticker whose week it is. Default: the subject's. */
  readonly ticker?: string;
}

const WEEKS: readonly Week[] = [
  { what: 'the week in which clocks go forward', asked: range('2026-03-05', '2026-03-12') },
  { what: 'the week in which clocks go back', asked: range('2024-11-01', '2024-11-06') },
  { what: 'a half day', asked: range('2025-11-26', '2025-11-30') },
  { what: 'a split', asked: range('2026-11-12', '2026-11-18'), ticker: 'QUIL' },
  { what: 'a dividend', asked: weekOfDividend('ALFA'), ticker: 'ALFA' },
];

/** What a provider answers of sessions that are not like others. */
export function weeksOf(interval: Interval): readonly CheckOf[] {
  return WEEKS.map(({ what, asked, ticker }) => ({
    name: `${interval}: gives what was traded over ${what}, as it was traded`,
    run: async (subject: ProviderSubject) => {
      const { capabilities } = (await subject.open(startOfDay(asked.to))).provider;
      if (ticker !== undefined && !capabilities.actions)
        skipped('what it has is never split and pays no dividends');
      // Two days later, when all is final.
      await asTraded(subject, ticker ?? tickerOf(subject), interval, asked, startOfDay(asked.to + 2));
    },
  }));
}

function weekOfDividend(ticker: string): DayRange {
  const since = parseDay('2026-01-01');
  const { exDay = since } =
    MARKET.actions(ticker).find((action) => action.kind === 'dividend' && action.exDay > since) ?? {};
  return { from: exDay - 2, to: exDay + 3 };
}
