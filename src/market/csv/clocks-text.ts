import type { Calendar } from '../../core/calendar/calendar.ts';
import { FIXED_ZONES } from '../../core/calendar/common-zones.ts';
import { formatDay } from '../../core/session/day.ts';
import { type ClocksThatFit, filledOf } from './other-clocks.ts';
import type { Placed } from './quarters.ts';

/** The option by which stamps are of the other end of their bars, and how many sessions that explains. */
export interface OtherEnd {
  readonly option: string;
  readonly sessions: number;
}

/** Why a file is refused whose rows other clocks explain, and what to do; `otherEnd`: what explains them as well, or more of them. */
export function clocksText(
  fitting: ClocksThatFit,
  calendar: Calendar,
  { hasOffsets, otherEnd }: { readonly hasOffsets: boolean; readonly otherEnd: OtherEnd | null },
): string {
  const [[zone, alike] = [''], ...others] = fitting.zones;
  const asBy = others.length === 0 ? '' : ` (as by ${others.map(([one]) => one).join(', ')})`;
  const found = `${seenText(fitting, calendar)} by the clock of ${zone}${asBy}`;
  if (otherEnd !== null && otherEnd.sessions > fitting.days.length)
    return `${found}, but ${otherEnd.sessions} sessions are explained where its times are of the other end of their bars: give ${otherEnd.option}`;
  if (fitting.isInPart)
    return `${found}, and the others do not: its times are of several clocks; write all by one, or an offset with each`;
  const end = otherEnd === null ? '' : `, or ${otherEnd.option}`;
  if (hasOffsets) return `${found}: correct their offset, or leave it out and give --csv-zone${end}`;
  const way =
    others.length > 0
      ? 'give the one that it is written by with --csv-zone'
      : `give --csv-zone ${zone}${alikeText(alike)}`;
  return `${found}: ${way}${end}, or write an offset with each`;
}

/** A clock that shows the same so far as the one that is named, but is changed in summer where that is not, or the other way round. */
function alikeText(zone: string | undefined): string {
  if (zone === undefined) return '';
  return `, or ${zone} where its clock is ${FIXED_ZONES.includes(zone) ? 'never changed' : 'changed in summer'}`;
}

/** `its times fill 85 % of the regular hours of XNYS as they are read, and 100 %`. */
function seenText({ by, asRead, byZone, days, sessions }: ClocksThatFit, calendar: Calendar): string {
  const [from, to] = [days[0] ?? 0, days.at(-1) ?? 0];
  const which =
    asRead.length < sessions
      ? ` on ${asRead.length} of ${sessions} sessions (${formatDay(from)} to ${formatDay(to)})`
      : '';
  const hours = `regular hours of ${calendar.id}`;
  if (by === 'rows')
    return `its times fill ${percent(filledOf(asRead))} of the ${hours}${which} as they are read, and ${percent(filledOf(byZone))}`;
  if (by === 'extent')
    return `it has rows at hours at which nothing trades by ${calendar.id}${which} as they are read, and none`;
  return `${percent(volumeOf(asRead))} of the volume lies in the ${hours}${which} as its times are read, and ${percent(volumeOf(byZone))}`;
}

/** The part of the volume that was traded in regular hours. */
function volumeOf(placed: readonly Placed[]): number {
  const sum = (of: (one: Placed) => number): number => placed.reduce((all, one) => all + of(one), 0);
  return (
    sum(({ volumeInside }) => volumeInside) /
    Math.max(
      1,
      sum(({ volume }) => volume),
    )
  );
}

/** `85 %`; what is not all is no 100 %. */
export function percent(part: number): string {
  const rounded = Math.round(100 * part);
  return `${rounded === 100 && part < 1 ? 99 : rounded} %`;
}
