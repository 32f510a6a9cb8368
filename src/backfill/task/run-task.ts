import { type ActionBook, type PastAction, addTold, settlePast } from '../../core/actions/action-book.ts';
import { UNKNOWN_IDENTITY, isSplit } from '../../core/bars/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { eachBounded } from '../../store/bounded.ts';
import { unavailableIn } from '../../core/coverage/unavailable.ts';
import { NO_BARS, type StoredBars, keep } from '../../core/bars/columns.ts';
import { volumeSteps } from '../../core/bars/compare.ts';
import { type Absence, type Coverage, NOTHING_KNOWN } from '../../core/coverage/coverage.ts';
import { errorData } from '../../core/errors.ts';
import { leadingClaim } from '../../core/coverage/evidence.ts';
import { fingerprintOf } from '../../core/bars/fingerprint.ts';
import { mergeBars } from '../../core/bars/merge-bars.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import type { Fetch, Task, Want } from '../../core/plan/task.ts';
import { intersect, subtract } from '../../core/session/ranges.ts';
import { namedSince } from '../../core/instrument/rename.ts';
import { type Allowance, allowanceOf } from '../../providers/allowance.ts';
import { OPEN_GATE } from '../../providers/http/gate.ts';
import type { BarAnswer, IntervalCapability } from '../../providers/provider.ts';
import type {
  BarStore,
  SeriesChange,
  SeriesCommit,
  SeriesEdit,
  SeriesUpdate,
  UpsertResult,
} from '../../store/store.ts';
import { type NotedActions, actionOddities, openSplits } from '../judge/note-actions.ts';
import { askUntilSure, type Outcome } from './ask-until-sure.ts';
import { badActionOddities, exDatesKnown, keepBadActions } from '../judge/bad-actions.ts';
import { isUnexplained } from '../judge/doubt.ts';
import { endsOn } from '../failure.ts';
import { driftOf } from '../drift.ts';
import { lostOfWanted, lostSessions, whyLacking } from '../judge/lost-rows.ts';
import { labelled, labelsIn } from '../judge/row-labels.ts';
import { newlyAbsent } from '../judge/learn-from.ts';
import { refusedOffSession, refusedRows } from '../judge/refused-rows.ts';
import { countAfterBreak } from '../plan/early-sessions.ts';
import type { Asked, Judged } from './judge-want.ts';
import type { StoredSeries } from '../judge/received.ts';
import { failedWhole, type SeriesReport, type SeriesResult, type TaskResult } from '../runner.ts';
import { withAnswered } from './answered-again.ts';
import { collect } from './collect.ts';
import { readableRenames } from '../readable-renames.ts';
import { stagedProvider } from './staged-provider.ts';
import type { TaskTools } from './task-tools.ts';
import type { Told } from '../told-actions.ts';
import { tell } from './tell-actions.ts';
import { unitChangeAdvice } from '../judge/unit-change.ts';

/** Days of stored bars on either side of a want that its answer is seen in the light of. */
const CONTEXT_DAYS = 30;

/** One task; `told`: what came of the one that it waited for. Never rejects. */
export async function runTask(task: Task, now: number, tools: TaskTools, told?: Told): Promise<TaskResult> {
  const allowance = allowanceOf(task.requests);
  const result = await carriedOut(task, now, tools, { told, allowance });
  return allowance.retries === 0 ? result : { ...result, retries: allowance.retries };
}

async function carriedOut(
  task: Task,
  now: number,
  tools: TaskTools,
  { told, allowance }: { readonly told: Told | undefined; readonly allowance: Allowance },
): Promise<TaskResult> {
  if ('slice' in task) return collect(task, now, tools, allowance);
  if ('tickers' in task) return tell(task, now, tools, allowance);
  if (!('bucket' in task)) return fill(task, now, tools, { told, allowance });
  try {
    const provider = await stagedProvider(task, now, tools);
    // What lies there says the same again, and when it was asked for nobody knows to have been throttled.
    return await fill({ ...task, questions: 1 }, now, { ...tools, provider, gate: OPEN_GATE });
  } catch (error) {
    return failedWhole(task, (about) => errorData(error, about));
  }
}

/**
 * Fetch → check → commit, for each series of a task. Corporate actions are committed before the bars, so that no
 * session counts as present while a split of its answer is unknown to the store. Never rejects.
 */
async function fill(
  task: Pick<Fetch, 'wants' | 'questions'>,
  now: number,
  tools: TaskTools,
  how: { readonly told?: Told | undefined; readonly allowance?: Allowance } = {},
): Promise<TaskResult> {
  const { provider, elapsed } = tools;
  const results = new Map<Want, SeriesResult>();
  const fail = ({ series: { ticker } }: Want, error: unknown): SeriesResult => ({
    ok: false,
    error: errorData(error, { ticker, provider: provider.capabilities.id }),
  });
  const attempt = async (want: Want, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      results.set(want, fail(want, error));
    }
  };
  const started = elapsed();
  const asked: Asked[] = [];
  for (const want of task.wants)
    await attempt(want, async () => {
      const { edit, stored } = await readAround(want, tools.store);
      asked.push({ want, calendar: calendarById(want.calendar), stored, edit });
    });
  const outcomes = await askUntilSure(asked, { questions: task.questions, ...how, now }, tools);
  const fetchMs = (elapsed() - started) / task.wants.length;
  const begun = elapsed();
  const learned: Learned[] = [];
  await eachBounded(asked, (one, i) =>
    attempt(one.want, async () => {
      const outcome = outcomes[i] as Outcome;
      if ('error' in outcome) throw outcome.error;
      learned.push({ ...(await toCommit(one, outcome.judged, now, tools)), want: one.want });
    }),
  );
  const stored = await tools.store.commitAll(learned);
  const storeMs = (elapsed() - begun) / Math.max(learned.length, 1);
  for (const [i, { want, reportOf }] of learned.entries())
    await attempt(want, async () => {
      const result = stored[i] as PromiseSettledResult<UpsertResult>;
      if (result.status === 'rejected') throw result.reason;
      results.set(want, { ok: true, report: { ...reportOf(result.value), fetchMs, storeMs } });
    });
  const committed = tools.store.committed();
  return {
    series: task.wants.map((want) => results.get(want) as SeriesResult),
    ...(committed.length > 0 && { committed }),
  };
}

/** The stored bars and knowledge that an answer is judged by, and the way to write on top of them. */
async function readAround(
  { series, range }: Want,
  store: BarStore,
): Promise<{ readonly edit: SeriesEdit; readonly stored: StoredSeries }> {
  const edit = await store.edit(series, { from: range.from - CONTEXT_DAYS, to: range.to + CONTEXT_DAYS });
  const book = edit.actions;
  const actions = book.entries.map(({ action }) => action);
  const since = namedSince(series.ticker, await readableRenames(store));
  const { bars = NO_BARS, coverage = NOTHING_KNOWN, identity = UNKNOWN_IDENTITY } = edit.content ?? {};
  return { edit, stored: { bars, coverage, identity, actions, book, namedSince: since } };
}

/** What was learned of a series, and what is to be said of it once it is stored. */
interface ToCommit extends SeriesCommit {
  readonly reportOf: (stored: UpsertResult) => Omit<SeriesReport, 'fetchMs' | 'storeMs'>;
}

interface Learned extends ToCommit {
  readonly want: Want;
}

/**
 * Keeps the rows that are not stored, and says what is. An answer without a row is left to the end of the run, which sees
 * all of them.
 */
async function toCommit(
  { want, edit }: Asked,
  judged: Judged,
  now: number,
  { provider, store, before = [] }: TaskTools,
): Promise<ToCommit> {
  const { answer, judgement, stored, actions: noted, isEmpty } = judged;
  const { learned, ...sessions } = judged.learned;
  const calendar = calendarById(want.calendar);
  const fresh = newlyAbsent(judged.learned, stored.coverage, calendar);
  const { series } = want;
  const { capabilities } = provider;
  const rejected = refusedRows(judgement, answer);
  const source = capabilities.id;
  const wanted = keep(judgement.wanted, (i) => !judgement.stay.has(judgement.wanted.ts[i] as number));
  const sessionOf = sessionDateOf(series.interval, calendar);
  const others = mergeBars(judgement.corrections, judgement.additions);
  const bars = labelled(mergeBars(others, wanted), labelsIn(answer, source), sessionOf, now);
  if (rejected.length > 0) await store.quarantine(series, rejected, source, now);
  await keepBadActions(store, series, answer, source, now);
  const isLeft = isEmpty && learned.absent.some(isUnproven);
  const change: SeriesChange = {
    ...(capabilities.actions && { actions: (book) => bookAfter(book, want, answer, noted) }),
    ...(!isLeft && { bars: updateOf(want, judged, bars, now) }),
  };
  const reportOf: ToCommit['reportOf'] = ({ inserted, changed, revised }) => ({
    ...sessions,
    absent: fresh.absent,
    ...lostSessions(fresh.learned, judgement, { want, calendar }),
    ...whyLacking(answer, judgement, want),
    ...(answer.sourceEnds !== undefined && { sourceEnds: answer.sourceEnds }),
    endsOn: endsOn(learned, want),
    bars: bars.length + judgement.wanted.length - wanted.length,
    ...(wanted.length > 0 && { lastBar: wanted.ts[wanted.length - 1] as number }),
    ...{ inserted, changed, revised },
    stayed: judgement.stayed.length,
    rejected: rejected.length,
    offSession: refusedOffSession(judgement, answer, { interval: series.interval, calendar }),
    dropped: answer.dropped,
    ...lostOfWanted(answer, judgement, { want, calendar, stored, source, before }),
    unfinished: answer.unfinished ?? 0,
    ...(isAllOpen(want, capabilities.intervals[series.interval], now) && { isOpen: true as const }),
    wayOut: unitChangeAdvice(series, judgement, stored, calendar),
    fillers: judgement.fillers.length,
    oddities: [
      ...badActionOddities(answer, want),
      ...(capabilities.actions ? actionOddities(noted, stored.book) : []),
      ...(answer.oddities ?? []),
      ...judgement.oddities,
    ],
    ...(answer.notRead && { notRead: answer.notRead }),
    drift: driftOf(judgement.comparison, source),
    unavailable: unavailableIn(fresh.learned, want.range, calendar),
    fingerprint: fingerprintOf(judgement.wanted),
    ...withAnswered(judgement, want),
    unconfirmed: isLeft ? learned : null,
  });
  return { edit, change, reportOf };
}

function updateOf(
  want: Want,
  { answer, judgement, learned: { learned }, stored }: Judged,
  bars: StoredBars,
  now: number,
): Omit<SeriesUpdate, 'series'> {
  const splits = [...stored.actions, ...answer.actions].filter(isSplit);
  const topUps = countAfterBreak(judgement.oddities) ?? want.topUps;
  return {
    calendar: want.calendar,
    bars,
    learned: want.gaps.length > 0 ? learned : confirmedBy(want, stored),
    identity: answer.identity,
    fetchedAt: now,
    ...(topUps !== undefined && { topUps }),
    volumeSteps: volumeSteps(splits),
    stayed: judgement.stayed,
  };
}

function isAllOpen({ gaps, calendar }: Want, own: IntervalCapability | undefined, now: number): boolean {
  const lastSettled = calendarById(calendar).lastSettled(now, own?.settleDelayMs ?? 0);
  return calendarById(calendar).count(intersect(gaps, [{ from: 0, to: lastSettled + 1 }])) === 0;
}

/** What a want that only compares leaves as it was. */
function confirmedBy({ range }: Want, { coverage }: StoredSeries): Coverage {
  const { present, provisional, lacking = [] } = coverage;
  const final = subtract(subtract(present, provisional), lacking);
  return { ...NOTHING_KNOWN, present: intersect(final, [range]) };
}

/** What is known of splits and dividends after an answer, and which stored bars are known to be right without some. */
function bookAfter(
  before: ActionBook,
  { series, calendar, replaces }: Want,
  answer: BarAnswer,
  { told, turnedBack }: NotedActions,
): ActionBook {
  const after = addTold(before, told);
  const book = { ...after, covered: exDatesKnown(after, answer, calendarById(calendar)) };
  if (answer.wireBasis === 'raw') return book;
  const isLeft = ({ action, until }: PastAction): boolean =>
    replaces === true && turnedBack.some((one) => one.action.exDay === action.exDay && one.until === until);
  const settled = openSplits(book, told.source, series).filter((one) => !isLeft(one));
  return settlePast(book, settled, series.interval);
}

/** Whether an absence is concluded from an empty answer alone. */
function isUnproven(absence: Absence): boolean {
  return isUnexplained(absence) || leadingClaim(absence.by).reason === 'doubted';
}
