import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import { joinOutsideRange, outsideRangeOddities } from '../../core/checks/outside-range.ts';
import { joinRestated, restatedOddity } from '../../core/checks/restated-bars.ts';
import type { Want } from '../../core/plan/task.ts';
import { formatDay } from '../../core/session/day.ts';

/** Something odd about a stored bar; no error. */
export interface Warning {
  readonly ticker: string;
  readonly interval: string;
  /** Session date, `YYYY-MM-DD`. */
  readonly session: string;
  readonly kind: Oddity['kind'];
  readonly note: string;
}

export function warningOf({ ticker, interval }: Series, { session, kind, note }: Oddity): Warning {
  return { ticker, interval, session: formatDay(session), kind, note };
}

/** What is odd about the bars of a run, by want, as it is named: what is counted once a series, in however many pieces it came. */
export function warningsOf(odd: Iterable<readonly [Want, readonly Oddity[]]>): Warning[] {
  const warnings: Warning[] = [];
  const counted = new Map<string, readonly [Want, Oddity]>();
  for (const [want, oddities] of odd) {
    for (const oddity of oddities) {
      if (oddity.outside === undefined && oddity.restated === undefined) {
        warnings.push(warningOf(want.series, oddity));
        continue;
      }
      const key = `${seriesKey(want.series)} ${oddity.kind}`;
      const [, before] = counted.get(key) ?? [];
      counted.set(key, [want, before === undefined ? oddity : joined(want, before, oddity)]);
    }
  }
  for (const [{ series }, oddity] of counted.values()) warnings.push(warningOf(series, oddity));
  return warnings;
}

/** What was counted of two pieces of a series. */
function joined({ series, calendar }: Want, a: Oddity, b: Oddity): Oddity {
  const sessionOf = sessionDateOf(series.interval, calendarById(calendar));
  if (a.restated !== undefined && b.restated !== undefined)
    return restatedOddity(joinRestated(a.restated, b.restated), sessionOf);
  if (a.outside === undefined || b.outside === undefined) return a;
  const [both = a] = outsideRangeOddities(joinOutsideRange(a.outside, b.outside), sessionOf);
  return both;
}
