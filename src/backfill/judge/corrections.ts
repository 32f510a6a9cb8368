import type { Comparison, Pairs } from '../../core/bars/compare.ts';
import { formatDay } from '../../core/session/day.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { correctionOddities, largeCorrections, takenNote } from '../../core/checks/corrections.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import { restatedBars, restatedOddity } from '../../core/checks/restated-bars.ts';
import { restatement } from '../../core/checks/restatement.ts';
import type { Received } from './received.ts';

/** What is to be made of final prices that an answer changes by more than vendors correct, and by more than rounding does. */
export interface WeighedCorrections {
  /** Stamps of the stored bars that stay until more answers say so. */
  readonly doubted: ReadonlySet<number>;
  /** One a session, whether they stay or not. */
  readonly oddities: readonly Oddity[];
}

/**
 * Weighs what an answer makes of the final bars that came from its own source. Nothing is doubted of a restated series, of which
 * it is the second answer; by a ratio that nothing explains it is named.
 */
export function weighCorrections(received: Received, { compared }: Comparison): WeighedCorrections {
  if (received.want.replaces === true)
    return { doubted: new Set(), oddities: ofRestated(received, compared) };
  const large = largeCorrections(compared);
  const isTaken = received.mayCorrect ?? received.isLast === true;
  return { doubted: new Set(isTaken ? [] : large.stored.ts), oddities: oddities(received, large, isTaken) };
}

/** Where the whole of it shows no ratio after all, what came of its bars is named bar by bar. */
function ofRestated(received: Received, compared: Pairs): Oddity[] {
  const { want, calendar, answer, stored } = received;
  if (restatement(compared) === undefined) return oddities(received, largeCorrections(compared), true);
  const sessionOf = sessionDateOf(want.series.interval, calendar);
  const restated = restatedBars(compared, [...stored.actions, ...answer.actions], sessionOf);
  return restated === undefined ? [] : [restatedOddity(restated, sessionOf)];
}

function oddities({ want: { series }, calendar }: Received, large: Pairs, isTaken: boolean): Oddity[] {
  const { ticker, interval } = series;
  return correctionOddities(large, sessionDateOf(interval, calendar), (words, session) => {
    if (isTaken) return takenNote(words);
    const { was, now, others } = words;
    const day = formatDay(session);
    return (
      `${was} stays${others}, though one answer has ${now}; ` +
      `to take that: backfill ${ticker} --interval ${interval} --start ${day} --end ${day} --no-gaps`
    );
  });
}
