import { mergeIdentity, type Series, UNKNOWN_IDENTITY } from '../../../core/bars/bars.ts';
import { NO_BARS, type StoredBars, slice } from '../../../core/bars/columns.ts';
import { firstOfDay, periodOf, periodRange, periodsOf, sessionDateOf } from '../../../core/bars/partition.ts';
import { vendorsIn } from '../../../core/bars/vendor.ts';
import { calendarById } from '../../../core/calendar/calendars.ts';
import { type Coverage, learn, NOTHING_KNOWN, within } from '../../../core/coverage/coverage.ts';
import { BackfillError } from '../../../core/errors.ts';
import { union } from '../../../core/session/ranges.ts';
import type { SeriesUpdate } from '../../store.ts';
import { compact, type Knowledge } from './knowledge.ts';

/** The bars of an update by period, ascending, with none where only its knowledge reaches. */
export function splitByPeriod({
  series,
  calendar,
  bars,
  learned,
  stayed = [],
}: SeriesUpdate): Map<string, StoredBars> {
  assertAscending(bars);
  const { interval } = series;
  const dayOf = sessionDateOf(interval, calendarById(calendar));
  const byPeriod = new Map<string, StoredBars>();
  for (const period of periodsOf(interval, finiteDays(union(learned.present, learned.absent))))
    byPeriod.set(period, NO_BARS);
  for (const { before } of stayed) byPeriod.set(periodOf(interval, dayOf(before.ts)), NO_BARS);
  for (let from = 0, to = 0; from < bars.length; from = to) {
    const period = periodOf(interval, dayOf(bars.ts[from] as number));
    to = firstOfDay(bars, dayOf, periodRange(period).to);
    byPeriod.set(period, slice(bars, from, to));
  }
  return new Map([...byPeriod].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What is known of a partition after an answer. */
export function learnFrom(
  before: Knowledge | undefined,
  update: SeriesUpdate,
  period: string,
  told = before?.told,
): Knowledge {
  const learned = within(update.learned, [periodRange(period)]);
  const noted = update.topUps;
  const topUps = noted === undefined ? before?.topUps : { count: noted, at: update.fetchedAt };
  return {
    calendar: update.calendar,
    coverage: compact(
      ofInterval(update.series, learn(before?.coverage ?? NOTHING_KNOWN, learned, vendorsIn(update.bars))),
      calendarById(update.calendar),
    ),
    identity: mergeIdentity(before?.identity ?? UNKNOWN_IDENTITY, update.identity),
    fetchedAt: Math.max(update.fetchedAt, before?.fetchedAt ?? update.fetchedAt),
    ...(topUps !== undefined && { topUps }),
    ...(told !== undefined && { told }),
    ...(before?.marks && { marks: before.marks }),
  };
}

/** What is known, but what nobody asks of intraday bars: whose splits and dividends might be asked for besides. */
function ofInterval({ interval }: Series, coverage: Coverage): Coverage {
  if (interval === '1d' || coverage.hadElsewhere === undefined) return coverage;
  const { hadElsewhere: _, ...known } = coverage;
  return known;
}

function assertAscending({ ts, length }: StoredBars): void {
  for (let i = 0; i < length; i++) {
    const at = ts[i] as number;
    if (Number.isSafeInteger(at) && (i === 0 || at > (ts[i - 1] as number))) continue;
    throw new BackfillError('internal', `the bars of an update must ascend by ts; ${at} at ${i} does not`);
  }
}

function finiteDays<R extends { from: number; to: number }>(ranges: readonly R[]): readonly R[] {
  const endless = ranges.find(({ from, to }) => !Number.isSafeInteger(from) || !Number.isSafeInteger(to));
  if (endless)
    throw new BackfillError('internal', `learned days must be finite: ${endless.from} to ${endless.to}`);
  return ranges;
}
