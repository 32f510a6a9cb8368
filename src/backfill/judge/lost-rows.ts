import { sessionDateOf } from '../../core/bars/partition.ts';
import { lostIn } from '../../core/coverage/lost-sessions.ts';
import { contains, normalize } from '../../core/session/ranges.ts';
import type { BarAnswer } from '../../providers/provider.ts';
import type { SeriesReport } from '../runner.ts';
import { type Judgement, askedDays } from './judge-answer.ts';
import { type Learned, wrongRows } from './learn-from.ts';
import type { Received } from './received.ts';

/**
 * Rows that are lost of the sessions that were wanted, why the first of them is, and those that are refused of others, or of
 * sessions of which the same source's rows were rejected before, or those of one `before` it in its chain.
 */
export function lostOfWanted(
  { unusable, offGrid = 0, offGridOn }: BarAnswer,
  { rejected }: Pick<Judgement, 'rejected'>,
  asked: Pick<Received, 'want' | 'calendar' | 'stored' | 'source'> & { readonly before: readonly string[] },
): Pick<SeriesReport, 'offGrid' | 'unusable' | 'rejectedAgain' | 'firstFault'> {
  const isAsked = askedDays(asked);
  const sessionOf = sessionDateOf(asked.want.series.interval, asked.calendar);
  const isOfWanted = ({ ts }: { readonly ts: number }): boolean => isAsked(sessionOf(ts));
  const wrong = wrongRows({ unusable });
  const wrongOfWanted = wrong.filter(isOfWanted);
  const { absent, lacking = [] } = asked.stored.coverage;
  const those = new Set([asked.source, ...asked.before]);
  const known = normalize(
    [...absent, ...lacking].filter(({ by }) =>
      by.some(({ provider, reason }) => those.has(provider) && reason === 'rejected'),
    ),
  );
  const refused = [...rejected.map(({ bar, reason }) => ({ ts: bar.ts, reason })), ...wrongOfWanted];
  const news = refused.filter(({ ts }) => !contains(known, sessionOf(ts)));
  return {
    offGrid: offGridOn?.filter(isAsked).length ?? offGrid,
    unusable: unusable.filter(isOfWanted).length - wrongOfWanted.length,
    rejectedAgain: rejected.length + wrong.length - news.length,
    firstFault: (news[0] ?? refused[0])?.reason ?? null,
  };
}

/** The sessions newly recorded as absent, or as lacking some bars, of which rows came, see `SeriesReport.lost`. */
export function lostSessions(
  { absent, lacking = [] }: Learned['learned'],
  { fillers }: Pick<Judgement, 'fillers'>,
  { want, calendar }: Pick<Received, 'want' | 'calendar'>,
): Pick<SeriesReport, 'lost'> {
  const sessionOf = sessionDateOf(want.series.interval, calendar);
  const invented = fillers.map(({ bar }) => sessionOf(bar.ts)).map((day) => ({ from: day, to: day + 1 }));
  const lost = lostIn([...absent, ...lacking], normalize(invented));
  return lost.length === 0 ? {} : { lost };
}
