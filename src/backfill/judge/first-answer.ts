import { EMPTY_BOOK } from '../../core/actions/action-book.ts';
import type { RejectedAction } from '../../core/actions/action-checks.ts';
import { fingerprintOf } from '../../core/bars/fingerprint.ts';
import { type Series, UNKNOWN_IDENTITY } from '../../core/bars/bars.ts';
import { NO_BARS } from '../../core/bars/columns.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { NOTHING_KNOWN } from '../../core/coverage/coverage.ts';
import type { DayRange } from '../../core/session/day.ts';
import type { BarAnswer } from '../../providers/provider.ts';
import { lostRows } from '../failure.ts';
import { withSoundActions } from './bad-actions.ts';
import { withOwnCurrency } from './own-currency.ts';
import { type Judgement, judgeAnswer } from './judge-answer.ts';
import { wrongRows } from './learn-from.ts';

/** What a store that has nothing of a series would take of an answer. */
export interface FirstJudgement extends Pick<Judgement, 'rejected' | 'fillers' | 'oddities'> {
  /** Bars that it would store. */
  readonly stored: number;
  /** Stamps of the first and the last of them, ms since the epoch; null where there is none. */
  readonly first: number | null;
  readonly last: number | null;
  /** The same for the same bars, whoever has them; null where they are too few to tell. */
  readonly fingerprint: string | null;
  /** Splits and dividends that cannot be. */
  readonly badActions: readonly RejectedAction[];
  /** Rows that say what another one says. */
  readonly repeated: number;
  /** Why the series would count as failed, as most of its rows are lost; null where they are not. */
  readonly lost: string | null;
}

/** Judges all of an answer as a run on an empty store does. `now`: ms since the epoch. Throws as `judgeAnswer`. */
export function judgeFirst(
  said: BarAnswer,
  {
    series,
    calendar,
    range,
  }: { readonly series: Series; readonly calendar: Calendar; readonly range: DayRange },
  source: string,
  now: number,
): FirstJudgement {
  const answer = withOwnCurrency(withSoundActions(said));
  const { actions } = answer;
  const judgement = judgeAnswer({
    want: { id: '', series, calendar: calendar.id, range, gaps: [range], sessions: calendar.count([range]) },
    ...{ calendar, answer, source, now, lastSettled: calendar.lastSettled(now, 0) },
    stored: {
      ...{ bars: NO_BARS, coverage: NOTHING_KNOWN, identity: UNKNOWN_IDENTITY },
      ...{ actions: [], book: EMPTY_BOOK, namedSince: null },
    },
    told: { actions, wouldList: range, source, fetchedAt: now, isOwnList: false },
    ...{ book: EMPTY_BOOK, turnedBack: [], storedWithout: [] },
  });
  const { wanted, rejected, fillers, oddities } = judgement;
  const wrong = wrongRows(answer);
  const { offGrid = 0, unfinished = 0 } = answer;
  const lost = lostRows({
    bars: wanted.length,
    rejected: rejected.length + wrong.length,
    unusable: answer.unusable.length - wrong.length,
    ...{ offGrid, strays: answer.dropped - offGrid - unfinished },
    wayOut: null,
    firstFault: rejected[0]?.reason ?? wrong[0]?.reason ?? null,
  });
  const repeated = answer.bars.length - wanted.length - rejected.length - fillers.length;
  const [first = null, last = null] = [wanted.ts[0], wanted.ts.at(-1)];
  const fingerprint = fingerprintOf(wanted);
  const { badActions = [] } = answer;
  const rows = { stored: wanted.length, first, last, fingerprint };
  return { ...rows, rejected, fillers, oddities, badActions, repeated, lost };
}
