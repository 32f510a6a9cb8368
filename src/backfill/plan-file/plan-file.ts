import { createHash } from 'node:crypto';
import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { BackfillError } from '../../core/errors.ts';
import { option } from '../../core/option-name.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import type { NotServed, OutOfReach, Plan } from '../../core/plan/plan.ts';
import type { Task } from '../../core/plan/task.ts';
import { ABSENCE_REASONS } from '../../core/coverage/evidence.ts';
import type { Unavailable } from '../../core/coverage/unavailable.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import type { DayRange } from '../../core/session/day.ts';
import { grouped } from '../../core/grouped.ts';
import type { Universe } from '../../core/universe/universe.ts';
import { livesOfLeft } from '../run/recorded-lives.ts';
import type { Prepared } from '../plan/prepare.ts';
import { Fields, datesOf } from './fields.ts';
import { type PlanHead, headIn, headLine } from './head.ts';
import { type Known, knownOf } from './known.ts';
import { taskLine, taskOf } from './task-lines.ts';

// A plan file has a line of JSON each for what the plan is (`head.ts`), what its provider cannot give, every series that is
// wanted, and every task; its last line has the digest of all before it. No key is in it, and no URL.

/** A plan as a file has it. */
export interface PlanFile {
  readonly head: PlanHead;
  /** All that is wanted, complete series too; of those that something is asked of what the store knew. */
  readonly wanted: readonly PlannedSeries[];
  readonly tasks: readonly Task[];
  readonly outOfReach: readonly OutOfReach[];
  readonly notServed: readonly NotServed[];
  readonly unavailable: readonly Unavailable[];
  /** Digest of the file, by which a store knows a plan that was begun. */
  readonly digest: string;
}

export interface PlannedSeries extends Pick<WantedSeries, 'series' | 'calendar' | 'range' | 'lived'> {
  /** On which days the ticker is wanted, whatever the range. Default: whatever the day. */
  readonly life?: readonly DayRange[];
  /** Default: nothing is asked of it. */
  readonly known?: Known;
}

/** The days that the tasks of a plan ask for, by series. */
export function askedBySeries(tasks: Plan['tasks']): ReadonlyMap<string, readonly DayRange[]> {
  const wants = tasks.flatMap((task) => task.wants);
  const ranges = grouped(wants, ({ series }) => seriesKey(series));
  return new Map([...ranges].map(([key, own]) => [key, own.map(({ range }) => range)]));
}

/** The text of a plan file. */
export function planFileText(
  head: PlanHead,
  { plan, wanted = [], scan }: Prepared,
  lives: Universe['lives'],
): string {
  const asked = askedBySeries(plan.tasks);
  const recorded = livesOfLeft([{ tickers: wanted.map(({ series }) => series.ticker) }], lives);
  const lines = [
    headLine(head),
    ...plan.unavailable.map(({ tickers, ...why }) => ({ unavailable: tickers, ...why })),
    ...(plan.notServed ?? []).map(({ tickers, ...why }) => ({ notServed: tickers, ...why })),
    ...plan.outOfReach.map(({ series: { ticker, interval }, gaps, reachDays }) => {
      return { beyondReach: ticker, interval, gaps: gaps.map(datesOf), reachDays };
    }),
    ...wanted.map((one) => ({
      ...seriesLine(one, asked.get(seriesKey(one.series)), scan),
      ...(recorded[one.series.ticker] && { life: recorded[one.series.ticker] }),
    })),
    ...plan.tasks.map(taskLine),
  ];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  return `${text}${digestLine(text)}`;
}

function seriesLine(
  wanted: WantedSeries,
  asked: readonly DayRange[] | undefined,
  scan: Prepared['scan'],
): object {
  const { series, range, lived } = wanted;
  return {
    ...{ series: series.ticker, interval: series.interval },
    // A series of which nothing can be wanted yet has no day.
    ...(range.from < range.to && { range: datesOf(range) }),
    ...(lived && { lived: lived.map(datesOf) }),
    ...(asked && knownOf(wanted, asked, scan)),
  };
}

function digestLine(text: string): string {
  return `${JSON.stringify({ digest: `sha256:${createHash('sha256').update(text).digest('hex')}` })}\n`;
}

/** How it is told what to do about a plan that cannot be carried out. */
export const MAKE_AGAIN = `make it again with ${option('planOut')}`;

/**
 * The plan in the text of a file. `path`: what messages call it; `program`: the version that reads it. `actions`: whether
 * a provider tells splits and dividends. Throws `usage` for what is no plan, is cut or was changed, and for a plan that
 * another version wrote.
 */
export function planFileIn(
  text: string,
  {
    path,
    program,
    actionsOf,
  }: {
    readonly path: string;
    readonly program: string;
    readonly actionsOf: (head: PlanHead) => boolean;
  },
): PlanFile {
  const refused = (what: string): BackfillError => new BackfillError('usage', `${path} ${what}`);
  const lines = text.split('\n');
  const head = headIn(parsed(lines[0] ?? ''), path, program);
  const [end = '', after] = lines.slice(-2);
  const last = lines.length > 2 && after === '' ? parsed(end) : undefined;
  if (typeof last !== 'object' || last === null || !('digest' in last))
    throw refused(`is cut: the line that ends a plan is not there; ${MAKE_AGAIN}`);
  const body = text.slice(0, text.length - end.length - 1);
  if (digestLine(body) !== `${end}\n`)
    throw refused(`is not as it was written: its digest is another one; ${MAKE_AGAIN}`);
  const file = { wanted: [], tasks: [], outOfReach: [], notServed: [], unavailable: [] } as {
    -readonly [K in 'wanted' | 'tasks' | 'outOfReach' | 'notServed' | 'unavailable']: PlanFile[K][number][];
  };
  const actions = actionsOf(head);
  for (const [i, line] of lines.slice(1, -2).entries()) {
    const fields = new Fields(parsed(line), `${path} line ${i + 2}`);
    if (fields.has('task')) file.tasks.push(taskOf(fields, file.tasks, actions));
    else if (fields.has('series')) file.wanted.push(seriesIn(fields));
    else if (fields.has('beyondReach')) file.outOfReach.push(outOfReachIn(fields));
    else if (fields.has('notServed')) file.notServed.push(notServedIn(fields));
    else file.unavailable.push(unavailableIn(fields));
  }
  return { head, ...file, digest: (last as { digest: string }).digest.slice('sha256:'.length) };
}

/** Undefined for what is no JSON. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function seriesIn(line: Fields): PlannedSeries {
  const series: Series = { ticker: line.ticker('series'), interval: line.interval('interval') };
  return {
    ...{ series, calendar: calendarFor(series.ticker) },
    range: line.has('range') ? line.range('range') : { from: 0, to: 0 },
    ...(line.has('lived') && { lived: line.ranges('lived') }),
    ...(line.has('life') && { life: line.life('life') }),
    ...(line.has('state') && { known: { state: line.text('state'), beside: line.text('beside') } }),
  };
}

function outOfReachIn(line: Fields): OutOfReach {
  const series: Series = { ticker: line.ticker('beyondReach'), interval: line.interval('interval') };
  const [calendar, gaps] = [calendarFor(series.ticker), line.ranges('gaps')];
  const sessions = calendar.count(gaps);
  return { series, calendar: calendar.id, gaps, sessions, reachDays: line.count('reachDays') };
}

function notServedIn(line: Fields): NotServed {
  return {
    // Names that are no tickers are as their source writes them.
    tickers: line.has('rows') || line.has('areFiles') ? line.texts('notServed') : line.tickers('notServed'),
    ...{ provider: line.text('provider'), why: line.text('why') },
    ...(line.has('rows') && { rows: line.count('rows') }),
    ...(line.has('areFiles') && { areFiles: true as const }),
    ...(line.has('intervals') && { intervals: line.intervals('intervals') }),
  };
}

function unavailableIn(line: Fields): Unavailable {
  const { provider, reason, sessions } = {
    provider: line.text('provider'),
    reason: line.oneOf('reason', ABSENCE_REASONS),
    sessions: line.count('sessions'),
  };
  return {
    ...{ provider, reason, sessions },
    nextRetryAt: line.numberOrNull('nextRetryAt'),
    tickers: line.tickers('unavailable'),
  };
}
