import { calendarById } from '../../core/calendar/calendars.ts';
import { type CorporateAction, mergeIdentity, UNKNOWN_IDENTITY } from '../../core/bars/bars.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import { BackfillError, type ErrorData } from '../../core/errors.ts';
import { largest } from '../../core/extremes.ts';
import { actionDaysOf } from '../../core/plan/slice.ts';
import { intervalOf, type Distribute, type Want } from '../../core/plan/task.ts';
import type { Day, DayRange } from '../../core/session/day.ts';
import { contains, intersect, normalize, subtract } from '../../core/session/ranges.ts';
import { partOver } from '../../providers/part-over.ts';
import type { ActionsAnswer, BarAnswer, Part, Provider } from '../../providers/provider.ts';
import type { StagedSeries, StagedSlice, Staging } from '../../store/staging.ts';
import type { TaskTools } from './task-tools.ts';

/** What was collected of one session, of one bucket. */
interface Collected {
  readonly session: Day;
  readonly asOf: number;
  readonly byTicker: ReadonlyMap<string, StagedSeries>;
}

/** What a part of a market's answer says besides its bars. */
type Said = { readonly answer: Omit<BarAnswer, 'bars'> } | { readonly error: ErrorData };

/**
 * A provider that answers the wants of a task with what was collected of markets, as if each had been asked for alone. A
 * ticker that an answer does not name had no bar in the session, like in an answer that has no row of it. An answer that is
 * not there, or that lost many of the tickers that the ones beside it have, says nothing of those it does not name.
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
  const collected: Collected[] = [];
  // Nothing is judged by half of the splits.
  for (const session of told === undefined ? [] : task.sessions) {
    const slice = newest.get(session);
    const part = slice && (await staging.read(slice, task.bucket));
    if (part === undefined) continue;
    const byTicker = new Map(part.series.map((one) => [one.ticker, one]));
    collected.push({ session, asOf: part.asOf, byTicker });
  }
  const isLossy = collected.map((_, i) => lost(collected, i, task.wants));
  const wants = new Map(task.wants.map((want) => [want.series.ticker, want]));
  const partFor = (ticker: string): Part => {
    const want = wants.get(ticker);
    if (want === undefined) throw new BackfillError('internal', `${ticker} is none of ${task.id}`);
    return partOf(
      want,
      collected.filter((one, i) => !isLossy[i] || one.byTicker.has(ticker)),
      told?.get(ticker) ?? [],
      now,
    );
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

/** What a market's lists say of a ticker besides its bars: splits and dividends, or why they say nothing. */
type ToldOf = { readonly answer: ActionsAnswer } | { readonly error: ErrorData };

/**
 * What was collected of splits and dividends, by ticker, the oldest first; undefined where some of the days that it must be
 * known of is not there, or damaged.
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
    for (const { ticker, said } of part.series)
      told.set(ticker, [...(told.get(ticker) ?? []), said as ToldOf]);
  }
  return missing.length === 0 ? told : undefined;
}

/** More tickers than this part, and at least this many, that answers beside have and one does not, were lost to it. */
const LOST_SHARE = 1 / 3;
const LOST_COUNT = 3;

/** Whether many of the wanted tickers are missing from an answer of which the ones beside it have a bar. */
function lost(collected: readonly Collected[], at: number, wants: readonly Want[]): boolean {
  const here = collected[at] as Collected;
  const beside = [collected[at - 1], collected[at + 1]].filter((one) => one !== undefined);
  const hasBar = ({ byTicker }: Collected, ticker: string): boolean =>
    (byTicker.get(ticker)?.bars.length ?? 0) > 0;
  const known = wants.filter(
    ({ gaps, series: { ticker } }) =>
      contains(gaps, here.session) && beside.length > 0 && beside.every((one) => hasBar(one, ticker)),
  );
  const missing = known.filter(({ series: { ticker } }) => !here.byTicker.has(ticker));
  return missing.length >= LOST_COUNT && missing.length > LOST_SHARE * known.length;
}

/** What was collected of one series as one answer. */
function partOf(want: Want, collected: readonly Collected[], told: readonly ToldOf[], now: number): Part {
  const { ticker } = want.series;
  const calendar = calendarById(want.calendar);
  const bars: StagedSeries['bars'][] = [];
  const answers: Omit<BarAnswer, 'bars'>[] = [];
  const proven = new Set<Day>();
  let failure: ErrorData | undefined;
  for (const { session, asOf, byTicker } of collected) {
    const one = byTicker.get(ticker);
    const said = one?.said as Said | undefined;
    const day = { from: session, to: session + 1 };
    if (said !== undefined && 'error' in said) failure ??= said.error;
    else {
      const { to } = said?.answer.proven ?? partOver(day, calendar, Math.min(asOf, now));
      if (to > session) proven.add(session);
      if (said !== undefined) answers.push(said.answer);
      if (one !== undefined) bars.push(one.bars);
    }
  }
  for (const one of told) {
    // Its bars cannot be judged.
    if ('error' in one)
      return { ticker, error: new BackfillError(one.error.code, one.error.message, one.error) };
  }
  if (failure !== undefined && proven.size === 0)
    return { ticker, error: new BackfillError(failure.code, failure.message, failure) };
  const unproven = calendar
    .sessions(want.range)
    .flatMap((day): DayRange[] => (proven.has(day) ? [] : [{ from: day, to: day + 1 }]));
  const days = { proven: want.range, unproven: normalize(unproven) };
  const apart = told.flatMap((one) => ('answer' in one ? [one.answer] : []));
  const others = withTold(joined(answers), apart);
  return { ticker, answer: { ...others, ...days, bars: concatBars(bars) } };
}

type Joined = Omit<BarAnswer, 'bars' | 'proven'>;

/** What some answers for one series say besides their bars, oldest first. */
function joined(answers: readonly Omit<BarAnswer, 'bars'>[]): Joined {
  const all = <Item>(of: (answer: Omit<BarAnswer, 'bars'>) => readonly Item[] | undefined): Item[] =>
    answers.flatMap((answer) => of(answer) ?? []);
  const sum = (key: 'dropped' | 'offGrid' | 'unfinished'): number =>
    answers.reduce((total, answer) => total + (answer[key] ?? 0), 0);
  const lastTrade = largest(answers.map((answer) => answer.lastTrade ?? Number.NEGATIVE_INFINITY));
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
    oddities: all(({ oddities }) => oddities),
    notRead: [...new Set(all(({ notRead }) => notRead))],
  };
}

/** An answer with what lists beside it say, the oldest first. */
function withTold(answer: Joined, apart: readonly ActionsAnswer[]): Joined {
  if (apart.length === 0) return answer;
  const all = <Item>(of: (one: Joined | ActionsAnswer) => readonly Item[] | undefined): Item[] =>
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
