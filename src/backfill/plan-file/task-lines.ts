import { calendarFor } from '../../core/calendar/calendars.ts';
import { formatDay } from '../../core/session/day.ts';
import { partitionsOf } from '../../core/plan/batches.ts';
import { actionDays } from '../../core/plan/market.ts';
import { wantOf } from '../../core/plan/plan.ts';
import type { Slice } from '../../core/plan/slice.ts';
import type { Collect, Distribute, Fetch, FetchActions, Task, Want } from '../../core/plan/task.ts';
import { type Fields, datesOf } from './fields.ts';

// A task as a line of a plan file. What follows from the rest is not written: calendars, sessions, partitions.

/** A task as JSON: its days are `YYYY-MM-DD`, and both ends of a range are in it. */
export function taskLine(task: Task): object {
  const { id, requests } = task;
  if ('slice' in task)
    return { task: 'collect', id, market: task.market, ...sliceJson(task.slice), requests };
  if ('tickers' in task) {
    const { tickers, range, waiting, intervals } = task;
    return { task: 'actions', id, tickers, range: datesOf(range), waiting, intervals, requests };
  }
  const wants = task.wants.map(wantJson);
  if ('bucket' in task) {
    const { market, bucket, actions } = task;
    return {
      task: 'distribute',
      id,
      market,
      bucket,
      ...(actions && { needsActions: true }),
      requests,
      wants,
    };
  }
  const { questions, after } = task;
  return { task: 'fetch', id, ...(after && { after }), requests, ...(questions && { questions }), wants };
}

function sliceJson({ interval, session, actionsSince }: Slice): object {
  const since = actionsSince !== undefined && { actionsSince: formatDay(actionsSince) };
  return { interval, session: formatDay(session), ...since };
}

function wantJson({ series, range, gaps, topUps, again, market }: Want): object {
  const { ticker, interval } = series;
  return {
    ...{ ticker, interval, range: datesOf(range), gaps: gaps.map(datesOf) },
    ...(topUps !== undefined && { topUps }),
    ...(again && { again }),
    ...(market !== undefined && { market }),
  };
}

/**
 * A task of its line. `before`: those of the lines before it, among which is what a market's share is made of. `actions`:
 * whether the provider tells splits and dividends. Throws `usage`.
 */
export function taskOf(line: Fields, before: readonly Task[], actions: boolean): Task {
  const kind = line.oneOf('task', ['fetch', 'actions', 'collect', 'distribute']);
  const [id, requests] = [line.text('id'), line.count('requests')];
  if (kind === 'collect') return { ...collected(line), id, requests };
  if (kind === 'actions') return { ...forActions(line), id, requests };
  const wants = line.list('wants').map(wantIn);
  const common = { id, requests, wants, partitions: partitionsOf(wants, actions) };
  if (kind === 'distribute') return { ...common, ...distributed(line, before) };
  const [after, questions] = [line.textIfAny('after'), line.countIfAny('questions')];
  return {
    ...common,
    ...(questions !== undefined && { questions }),
    ...(after !== undefined && { after }),
  } satisfies Fetch;
}

function wantIn(line: Fields): Want {
  const series = { ticker: line.ticker('ticker'), interval: line.interval('interval') };
  const gaps = line.ranges('gaps');
  const want = wantOf(series, line.range('range'), gaps, calendarFor(series.ticker));
  const [topUps, market] = [line.countIfAny('topUps'), line.textIfAny('market')];
  return {
    ...want,
    ...(line.flag('again') && { again: true }),
    ...(topUps !== undefined && { topUps }),
    ...(market !== undefined && { id: `${want.id} of markets`, market }),
  };
}

function forActions(line: Fields): Omit<FetchActions, 'id' | 'requests'> {
  return {
    ...{ tickers: line.tickers('tickers'), range: line.range('range'), waiting: line.count('waiting') },
    ...{ intervals: line.intervals('intervals'), wants: [], partitions: [] },
  };
}

function collected(line: Fields): Omit<Collect, 'id' | 'requests'> {
  const since = line.dayIfAny('actionsSince');
  const slice = {
    ...{ interval: line.interval('interval'), session: line.day('session') },
    ...(since !== undefined && { actionsSince: since }),
  };
  return { slice, market: line.text('market'), wants: [], partitions: [] };
}

function distributed(
  line: Fields,
  before: readonly Task[],
): Pick<Distribute, 'market' | 'bucket' | 'sessions' | 'actions'> {
  const [market, bucket] = [line.text('market'), line.count('bucket')];
  const slices = before.flatMap((task) => ('slice' in task && task.market === market ? task.slice : []));
  const sessions = slices
    .flatMap(({ session, actionsSince }) => (actionsSince === undefined ? [session] : []))
    .toSorted((a, b) => a - b);
  if (sessions.length === 0) throw line.bad('market', 'nothing is collected for it');
  const asked = slices.filter(({ actionsSince }) => actionsSince !== undefined);
  const days = line.flag('needsActions') && { actions: { days: actionDays(sessions), asked } };
  return { market, bucket, sessions, ...days };
}
