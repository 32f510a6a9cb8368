import { sessionDateOf } from '../../core/bars/partition.ts';
import { lostIn } from '../../core/coverage/lost-sessions.ts';
import type { Day } from '../../core/session/day.ts';
import { plural } from '../../core/plural.ts';
import type { Want } from '../../core/plan/task.ts';
import { contains, normalize } from '../../core/session/ranges.ts';
import type { BarAnswer } from '../../providers/provider.ts';
import { lostRows } from '../failure.ts';
import type { SeriesReport } from '../runner.ts';
import { type Judgement, askedDays } from './judge-answer.ts';
import { type Learned, wrongRows } from './learn-from.ts';
import type { Received } from './received.ts';
import { refusedRows } from './refused-rows.ts';

/**
 * Rows that are lost of the sessions that were wanted, why the first of them is, and those that are refused of others, or of
 * sessions of which the same source's rows were rejected before, or those of one `before` it in its chain.
 */
export function lostOfWanted(
  { unusable, dropped, unfinished = 0, offGrid = 0, offGridOn, straysOn }: BarAnswer,
  { rejected }: Pick<Judgement, 'rejected'>,
  asked: Pick<Received, 'want' | 'calendar' | 'stored' | 'source'> & { readonly before: readonly string[] },
): Pick<SeriesReport, 'offGrid' | 'strays' | 'unusable' | 'rejectedAgain' | 'firstFault'> {
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
    strays: straysOn?.filter(isAsked).length ?? dropped - offGrid - unfinished,
    unusable: unusable.filter(isOfWanted).length - wrongOfWanted.length,
    rejectedAgain: rejected.length + wrong.length - news.length,
    firstFault: (news[0] ?? refused[0])?.reason ?? null,
  };
}

/**
 * Sessions of rows of an answer that are no bars of theirs, where it counts as failed for what is lost of it, and all that were
 * asked for where such rows may be of any; else none.
 */
export function lostDays(
  answer: BarAnswer,
  judgement: Pick<Judgement, 'wanted' | 'rejected'>,
  asked: Parameters<typeof lostOfWanted>[2],
): readonly Day[] {
  const { want, calendar } = asked;
  if (mayLack(answer, judgement, want)) return calendar.sessions(want.range);
  const { offGridOn = [], straysOn = [] } = answer;
  if (offGridOn.length + straysOn.length === 0) return [];
  const { rejectedAgain = 0, ...lost } = lostOfWanted(answer, judgement, asked);
  const rejected = refusedRows(judgement, answer).length - rejectedAgain;
  const isFailed = lostRows({ ...lost, rejected, bars: judgement.wanted.length, wayOut: null }) !== null;
  return isFailed ? [...offGridOn, ...straysOn] : [];
}

/** What the answer says of sessions that stay missing, or what of it makes them; nothing where that is not known. */
export function whyLacking(
  answer: BarAnswer,
  judgement: Pick<Judgement, 'wanted'>,
  want: Want,
): Pick<SeriesReport, 'whyMissing'> {
  if (answer.whyUnproven !== undefined) return { whyMissing: answer.whyUnproven };
  if (!mayLack(answer, judgement, want)) return {};
  const rows = undatedRows(answer);
  const were = `${plural(rows, 'row')} of it ${rows === 1 ? 'was' : 'were'}`;
  return { whyMissing: `${were} left out, and it is not told of which sessions` };
}

/** A row is all of a session of days; of intraday bars rows from outside it come with most. */
function mayLack(answer: BarAnswer, { wanted }: Pick<Judgement, 'wanted'>, { series }: Want): boolean {
  return undatedRows(answer) > (series.interval === '1d' ? 0 : wanted.length);
}

/** How many rows were left out of sessions that are over, but of which ones is not known. */
function undatedRows({ dropped, unfinished = 0, offGrid = 0, offGridOn, straysOn }: BarAnswer): number {
  return (
    (offGridOn === undefined ? offGrid : 0) + (straysOn === undefined ? dropped - offGrid - unfinished : 0)
  );
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
