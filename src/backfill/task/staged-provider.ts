import { calendarById } from '../../core/calendar/calendars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { type CorporateAction, mergeIdentity, UNKNOWN_IDENTITY } from '../../core/bars/bars.ts';
import { BackfillError, type ErrorData } from '../../core/errors.ts';
import { largest } from '../../core/extremes.ts';
import { actionDaysOf } from '../../core/plan/slice.ts';
import { intervalOf, type Distribute, type Want } from '../../core/plan/task.ts';
import { type Day, type DayRange, formatDay } from '../../core/session/day.ts';
import { contains, intersect, normalize, subtract } from '../../core/session/ranges.ts';
import { partOver } from '../../providers/part-over.ts';
import type { ActionsAnswer, BarAnswer, EndpointDays, Part, Provider } from '../../providers/provider.ts';
import type { StagedSlice, Staging } from '../../store/staging.ts';
import { endpointAt } from '../judge/row-labels.ts';
import { CollectedSessions, type SaidBeside } from './collected.ts';
import type { TaskTools } from './task-tools.ts';

/**
 * A provider that answers the wants of a task with what was collected of markets, as if each had been asked for alone. A
 * ticker that an answer does not name had no bar in the session, like in an answer that has no row of it. An answer that is
 * not there, or that lost many of the tickers that the ones beside it have, says nothing of those it does not name; of one that
 * was damaged since it was collected it is said that it was. Throws `store-corrupt` where that is one of splits and dividends.
 */
export async function stagedProvider(
  task: Distribute,
  now: number,
  { provider, source, store: { staging } }: TaskTools,
): Promise<Provider> {
  const interval = intervalOf(task);
  const slices = (await staging.list()).filter((one) => one.interval === interval && one.source === source);
  const newest = new Map(
    slices.flatMap((slice) => (slice.actionsSince === undefined ? [[slice.session, slice]] : [])),
  );
  const told = await toldActions(task, slices, staging);
  const wants = new Map(task.wants.map((want) => [want.series.ticker, want]));
  const collected = new CollectedSessions(wants.keys(), task.sessions.length);
  const damaged = new Map<Day, string>();
  // Nothing is judged by half of the splits.
  for (const session of told === undefined ? [] : task.sessions) {
    const slice = newest.get(session);
    try {
      const part = slice && (await staging.read(slice, task.bucket));
      if (part !== undefined) collected.add(session, part);
    } catch (error) {
      if (!(error instanceof BackfillError && error.code === 'store-corrupt')) throw error;
      damaged.set(session, error.message);
    }
  }
  const isLossy = collected.sessions.map(
    (_, at) => hasFewTickers(collected, at) || lost(collected, at, task.wants),
  );
  const silent = new Map(damaged);
  for (const [at, { session }] of collected.sessions.entries())
    if (isLossy[at] === true) silent.set(session, lossyText(session));
  const partFor = (ticker: string): Part => {
    const want = wants.get(ticker);
    if (want === undefined) throw new BackfillError('internal', `${ticker} is none of ${task.id}`);
    const part = partOf(want, collected, isLossy, told?.get(ticker) ?? [], now);
    return 'error' in part ? part : { ticker, answer: { ...part.answer, ...whyUnproven(want, silent) } };
  };
  return {
    ...provider,
    fetchList: async ({ tickers }) => tickers.map(partFor),
    fetchBars: async ({ series: { ticker } }) => {
      const part = partFor(ticker);
      if ('error' in part) throw part.error;
      return part.answer;
    },
  };
}

/** Why an answer says nothing of the tickers that it does not name. */
function lossyText(session: Day): string {
  return `the answer for the whole market on ${formatDay(session)} lacks many tickers that those around it have: taken for cut`;
}

/** Why the sessions of a want are not known whose answers say nothing of it. */
function whyUnproven(
  { gaps }: Want,
  silent: ReadonlyMap<Day, string>,
): Pick<BarAnswer, 'whyUnproven'> | undefined {
  const [first, ...others] = [...silent].flatMap(([session, why]) => (contains(gaps, session) ? [why] : []));
  if (first === undefined) return undefined;
  const more = others.length > 0 ? `, and ${others.length} more are` : '';
  return { whyUnproven: `${first}${more}; run again, and it is asked for again` };
}

/** What a market's lists say of a ticker besides its bars: splits and dividends, or why they say nothing. */
type ToldOf = { readonly answer: ActionsAnswer } | { readonly error: ErrorData };

/**
 * What was collected of splits and dividends, by ticker, the oldest first; undefined where some of the days that it must be
 * known of is not there. Throws `store-corrupt` where it is damaged.
 */
async function toldActions(
  { actions, bucket }: Distribute,
  slices: readonly StagedSlice[],
  staging: Staging,
): Promise<ReadonlyMap<string, readonly ToldOf[]> | undefined> {
  const told = new Map<string, ToldOf[]>();
  if (actions === undefined) return told;
  let missing: readonly DayRange[] = [actions.days];
  const meant = slices.filter((slice) => intersect(actionDaysOf(slice), [actions.days]).length > 0);
  for (const slice of meant.toSorted((a, b) => a.fetchedAt - b.fetchedAt)) {
    const part = await staging.read(slice, bucket);
    if (part === undefined) continue;
    missing = subtract(missing, actionDaysOf(slice));
    for (const { tickers, said } of part.groups)
      for (const ticker of tickers) told.set(ticker, [...(told.get(ticker) ?? []), said as ToldOf]);
  }
  return missing.length === 0 ? told : undefined;
}

/** More tickers than this part, and at least this many, that answers beside have and one does not, were lost to it. */
const LOST_SHARE = 1 / 3;
const LOST_COUNT = 3;

/** How many sessions before and after one tell how many tickers an answer has. */
const NEAR = 3;

/**
 * Whether an answer has far fewer tickers than those of the sessions near it: it is empty, or was cut, whichever of them are
 * wanted. As many as usual of these have: two empty ones side by side are no witnesses for each other.
 */
function hasFewTickers({ sessions }: CollectedSessions, at: number): boolean {
  const near = sessions.slice(Math.max(0, at - NEAR), at + NEAR + 1).map(({ tickers }) => tickers);
  const [here] = near.splice(Math.min(at, NEAR), 1);
  const usual = near.toSorted((a, b) => a - b)[Math.floor(near.length / 2)] ?? 0;
  const missing = usual - (here ?? 0);
  return missing >= LOST_COUNT && missing > LOST_SHARE * usual;
}

/** Whether many of the wanted tickers are missing from the answer at a place of which the ones beside it have a bar. */
function lost(collected: CollectedSessions, at: number, wants: readonly Want[]): boolean {
  const { sessions } = collected;
  const here = sessions[at]?.session ?? Number.NaN;
  const beside = [at - 1, at + 1].filter((one) => sessions[one] !== undefined);
  if (beside.length === 0) return false;
  const known = wants.filter(
    ({ gaps, series: { ticker } }) =>
      contains(gaps, here) && beside.every((one) => collected.hasBar(ticker, one)),
  );
  const missing = known.filter(({ series: { ticker } }) => collected.saidAt(ticker, at) === undefined);
  return missing.length >= LOST_COUNT && missing.length > LOST_SHARE * known.length;
}

/** What was collected of one series as one answer; of an answer that `isLossy` only that it names the series. */
function partOf(
  want: Want,
  collected: CollectedSessions,
  isLossy: readonly boolean[],
  told: readonly ToldOf[],
  now: number,
): Part {
  const { ticker } = want.series;
  const calendar = calendarById(want.calendar);
  const endpoint: EndpointDays[] = [];
  const answers: SaidBeside[] = [];
  const proven: Day[] = [];
  let failure: ErrorData | undefined;
  for (const [at, { session, asOf }] of collected.sessions.entries()) {
    const said = collected.saidAt(ticker, at);
    if (said === undefined) {
      const day = { from: session, to: session + 1 };
      const isOver = (): boolean => partOver(day, calendar, Math.min(asOf, now)).to > session;
      if (isLossy[at] !== true && isOver()) proven.push(session);
    } else if (said.every((one) => 'answer' in one && one.isProven)) proven.push(session);
    for (const one of said ?? []) {
      if ('answer' in one) addEndpoint(endpoint, session, endpointAt(one.answer, session), calendar);
      if ('error' in one) failure ??= one.error;
      // Most sessions say the same, which is nothing.
      else if (one.answer !== answers.at(-1) || !saysNothing(one.answer)) answers.push(one.answer);
    }
  }
  for (const one of told) {
    // Its bars cannot be judged.
    if ('error' in one)
      return { ticker, error: new BackfillError(one.error.code, one.error.message, one.error) };
  }
  if (failure !== undefined && proven.length === 0)
    return { ticker, error: new BackfillError(failure.code, failure.message, failure) };
  const known = new Set(proven);
  const unproven = calendar.sessions(want.range).filter((day) => !known.has(day));
  const days = { proven: want.range, unproven: normalize(unproven.map(dayOf)) };
  const apart = told.flatMap((one) => ('answer' in one ? [one.answer] : []));
  const others = withTold(joined(answers), apart);
  const named = endpoint.length > 0 && { endpoint };
  return { ticker, answer: { ...others, ...days, ...named, bars: collected.barsOf(ticker) } };
}

/** Adds a session to the runs of those, ascending, whose bars came by an endpoint that has a name. */
function addEndpoint(
  runs: EndpointDays[],
  session: Day,
  endpoint: string | undefined,
  calendar: Calendar,
): void {
  if (endpoint === undefined) return;
  const last = runs.at(-1);
  const isNext = last !== undefined && (last.to > session || calendar.nextSession(last.to - 1) === session);
  if (isNext && last.endpoint === endpoint) runs[runs.length - 1] = { ...last, to: session + 1 };
  else runs.push({ from: session, to: session + 1, endpoint });
}

function dayOf(day: Day): DayRange {
  return { from: day, to: day + 1 };
}

/** Whether it makes no difference how often an answer says it. */
function saysNothing({ unusable, explained, actions, dropped, ...others }: SaidBeside): boolean {
  const { badActions = [], unapplied = [], oddities = [], offGrid = 0, unfinished = 0 } = others;
  const { partial = [], mayBeCut = [] } = others;
  const lists = [unusable, explained, actions, badActions, unapplied, oddities, partial, mayBeCut];
  return dropped + offGrid + unfinished === 0 && lists.every(({ length }) => length === 0);
}

/** What some answers for one series say besides their bars, oldest first. */
function joined(answers: readonly SaidBeside[]): SaidBeside {
  const all = <Item>(of: (answer: SaidBeside) => readonly Item[] | undefined): Item[] =>
    answers.flatMap((answer) => of(answer) ?? []);
  const sum = (key: 'dropped' | 'offGrid' | 'unfinished'): number =>
    answers.reduce((total, answer) => total + (answer[key] ?? 0), 0);
  const lastTrade = largest(answers.map((answer) => answer.lastTrade ?? Number.NEGATIVE_INFINITY));
  const partial = all((answer) => answer.partial);
  const mayBeCut = normalize(all((answer) => answer.mayBeCut));
  // Where one does not say of which sessions its rows were, they may be of any.
  const isPlaced = answers.every(({ offGrid = 0, offGridOn }) => offGrid === 0 || offGridOn !== undefined);
  const areDated = answers.every(
    ({ dropped, offGrid = 0, unfinished = 0, straysOn }) =>
      straysOn !== undefined || dropped === offGrid + unfinished,
  );
  return {
    unusable: all(({ unusable }) => unusable),
    wireBasis: answers.some(({ wireBasis }) => wireBasis === 'split-adjusted') ? 'split-adjusted' : 'raw',
    explained: all(({ explained }) => explained),
    actions: onePerDay(all(({ actions }) => actions)),
    badActions: all(({ badActions }) => badActions),
    unapplied: all(({ unapplied }) => unapplied),
    identity: answers.reduce((known, { identity }) => mergeIdentity(known, identity), UNKNOWN_IDENTITY),
    delistedOn: answers.at(-1)?.delistedOn ?? null,
    ...(lastTrade > Number.NEGATIVE_INFINITY && { lastTrade }),
    ...{ dropped: sum('dropped'), offGrid: sum('offGrid'), unfinished: sum('unfinished') },
    ...(isPlaced && { offGridOn: all(({ offGridOn }) => offGridOn) }),
    ...(areDated && { straysOn: all(({ straysOn }) => straysOn) }),
    ...(partial.length > 0 && { partial }),
    ...(mayBeCut.length > 0 && { mayBeCut }),
    oddities: all(({ oddities }) => oddities),
    notRead: [...new Set(all(({ notRead }) => notRead))],
  };
}

/** An answer with what lists beside it say, the oldest first. */
function withTold(answer: SaidBeside, apart: readonly ActionsAnswer[]): SaidBeside {
  if (apart.length === 0) return answer;
  const all = <Item>(of: (one: SaidBeside | ActionsAnswer) => readonly Item[] | undefined): Item[] =>
    [answer, ...apart].flatMap((one) => of(one) ?? []);
  return {
    ...answer,
    actions: onePerDay(all(({ actions }) => actions)),
    badActions: all(({ badActions }) => badActions),
    unapplied: all(({ unapplied }) => unapplied),
    identity: apart.reduce(
      (known, { identity }) => (identity === undefined ? known : mergeIdentity(known, identity)),
      answer.identity,
    ),
    notRead: [...new Set(all(({ notRead }) => notRead))],
  };
}

/** The last that was said of a kind and ex-date. */
function onePerDay(actions: readonly CorporateAction[]): CorporateAction[] {
  return [...new Map(actions.map((action) => [`${action.kind} ${action.exDay}`, action])).values()];
}
