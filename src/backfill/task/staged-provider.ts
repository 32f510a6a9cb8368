import { calendarById } from '../../core/calendar/calendars.ts';
import { type CorporateAction, mergeIdentity, UNKNOWN_IDENTITY } from '../../core/bars/bars.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import { BackfillError, type ErrorData } from '../../core/errors.ts';
import { largest } from '../../core/extremes.ts';
import { intervalOf, type Distribute, type Want } from '../../core/plan/task.ts';
import type { Day, DayRange } from '../../core/session/day.ts';
import { contains, normalize } from '../../core/session/ranges.ts';
import { partOver } from '../../providers/part-over.ts';
import type { BarAnswer, Part, Provider } from '../../providers/provider.ts';
import type { StagedSeries } from '../../store/staging.ts';
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
  const newest = new Map(slices.map((slice) => [slice.session, slice]));
  const collected: Collected[] = [];
  for (const session of task.sessions) {
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
function partOf(want: Want, collected: readonly Collected[], now: number): Part {
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
  if (failure !== undefined && proven.size === 0)
    return { ticker, error: new BackfillError(failure.code, failure.message, failure) };
  const unproven = calendar
    .sessions(want.range)
    .flatMap((day): DayRange[] => (proven.has(day) ? [] : [{ from: day, to: day + 1 }]));
  const days = { proven: want.range, unproven: normalize(unproven) };
  return { ticker, answer: { ...joined(answers), ...days, bars: concatBars(bars) } };
}

/** What some answers for one series say besides their bars, oldest first. */
function joined(answers: readonly Omit<BarAnswer, 'bars'>[]): Omit<BarAnswer, 'bars' | 'proven'> {
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

/** The last that was said of a kind and ex-date. */
function onePerDay(actions: readonly CorporateAction[]): CorporateAction[] {
  return [...new Map(actions.map((action) => [`${action.kind} ${action.exDay}`, action])).values()];
}
