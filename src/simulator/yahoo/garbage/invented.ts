// Rows that are made up where there was none or where they were lost.

import type { Calendar } from '../../../core/calendar/calendar.ts';
import type { Day } from '../../../core/day.ts';
import type { Distortion } from '../../distortion.ts';
import { type ChartBar, flat, isTraded, type TradedBar, withBars } from '../chart.ts';
import { changed, run, traded } from '../chosen.ts';
import { instrumentOf } from '../asked-instrument.ts';
import { type Instrument, openStamp } from '../instrument.ts';

/** Rows that repeat the one before them. */
const STALE = 3;

const SUNDAY = 0;

export const constant: Distortion = flatRun((before) => before);

export const interpolated: Distortion = flatRun((before, after, part) => before + (after - before) * part);

/** A run of flat rows at prices between the close before and the close after; `part` is how far along it is, 0 to 1. */
function flatRun(price: (before: number, after: number, part: number) => number): Distortion {
  return (answer, { random }) =>
    withBars(answer, (bars) => {
      const indexes = traded(bars);
      const members = run(indexes, random);
      const first = indexes.indexOf(members[0] ?? -1);
      const closeOf = (place: number): number => (bars[indexes[place] ?? -1] as TradedBar).close;
      return bars.map((bar, i) => {
        const place = members.indexOf(i);
        if (place < 0) return bar;
        const part = (place + 1) / (members.length + 1);
        return flat(bar as TradedBar, price(closeOf(first - 1), closeOf(first + members.length), part));
      });
    });
}

export const filler: Distortion = (answer, asked) => {
  const instrument = instrumentOf(asked);
  if (instrument === undefined) return null;
  return withBars(answer, (bars) => {
    let last: TradedBar | undefined;
    return bars.flatMap((bar, i) => {
      const before = bars[i - 1];
      if (before !== undefined && isTraded(before)) last = before;
      return before && last ? [...fillers(instrument, last, before, bar), bar] : [bar];
    });
  });
};

/** The rows of the closed days between two rows: flat at the last close. */
function fillers(instrument: Instrument, last: TradedBar, before: ChartBar, after: ChartBar): TradedBar[] {
  const { calendar } = instrument;
  const days = closedDays(calendar, sessionOf(calendar, before), sessionOf(calendar, after));
  return days.map((day) => ({ ...flat(last, last.close), stamp: openStamp(instrument, day) }));
}

function sessionOf(calendar: Calendar, { stamp }: ChartBar): Day {
  return calendar.localDay(stamp * 1000);
}

/** Saturdays and holidays after one day and before another. */
function closedDays(calendar: Calendar, after: Day, before: Day): Day[] {
  const days = Array.from({ length: Math.max(0, before - after - 1) }, (_, i) => after + 1 + i);
  return days.filter((day) => !calendar.isSession(day) && (day + 4) % 7 !== SUNDAY);
}

export const staleTail: Distortion = (answer) =>
  withBars(answer, (bars) => {
    const tail = traded(bars).slice(-STALE - 1);
    const [first, ...stale] = tail;
    if (first === undefined || stale.length < STALE) return bars;
    const repeated = bars[first] as ChartBar;
    return changed(bars, new Set(stale), ({ stamp }) => ({ ...repeated, stamp }));
  });
