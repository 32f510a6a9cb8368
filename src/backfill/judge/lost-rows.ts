import { sessionDateOf } from '../../core/bars/partition.ts';
import type { BarAnswer } from '../../providers/provider.ts';
import type { SeriesReport } from '../runner.ts';
import { type Judgement, askedDays } from './judge-answer.ts';
import { wrongRows } from './learn-from.ts';
import type { Received } from './received.ts';

/** Rows that are lost of the sessions that were wanted, why the first of them is, and those that are refused of others. */
export function lostOfWanted(
  { unusable, offGrid = 0, offGridOn }: BarAnswer,
  { rejected }: Pick<Judgement, 'rejected'>,
  asked: Pick<Received, 'want' | 'calendar'>,
): Pick<SeriesReport, 'offGrid' | 'unusable' | 'rejectedAgain' | 'firstFault'> {
  const isAsked = askedDays(asked);
  const sessionOf = sessionDateOf(asked.want.series.interval, asked.calendar);
  const isOfWanted = ({ ts }: { readonly ts: number }): boolean => isAsked(sessionOf(ts));
  const wrong = wrongRows({ unusable });
  const wrongOfWanted = wrong.filter(isOfWanted);
  return {
    offGrid: offGridOn?.filter(isAsked).length ?? offGrid,
    unusable: unusable.filter(isOfWanted).length - wrongOfWanted.length,
    rejectedAgain: wrong.length - wrongOfWanted.length,
    firstFault: rejected[0]?.reason ?? wrongOfWanted[0]?.reason ?? null,
  };
}
