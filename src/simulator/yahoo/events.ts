import type { CorporateAction } from '../../core/bars/bars.ts';
import { dailyStamp, type Instrument } from './instrument.ts';
import type { ChartQuery } from './query.ts';

/** Largest denominator tried to print a split's ratio. */
const LARGEST_DENOMINATOR = 1000;

/** `events` of an answer: those asked for, effective within the period and by now. No key where there are none. */
export function eventsOf(instrument: Instrument, query: ChartQuery): object {
  const { splits, dividends } = instrument.adjustment;
  const last = query.period2;
  const within = <A extends CorporateAction>(actions: readonly A[]): (A & { date: number })[] =>
    actions
      .map((action) => Object.assign({ date: dailyStamp(instrument, action.exDay) }, action))
      .filter(({ date }) => date >= query.period1 && date <= last);
  const paid = query.dividends ? within(dividends) : [];
  const split = query.splits ? within(splits) : [];
  if (paid.length + split.length === 0) return {};
  return {
    events: {
      ...(paid.length > 0 && {
        dividends: byDate(
          paid.map(({ date, exDay, amount }) => ({
            amount: Number((amount / instrument.adjustment.sharesSince(exDay)).toFixed(6)),
            date,
          })),
        ),
      }),
      ...(split.length > 0 && {
        splits: byDate(split.map(({ date, ratio }) => ({ date, ...printed(ratio) }))),
      }),
    },
  };
}

function byDate<E extends { date: number }>(events: readonly E[]): Record<string, E> {
  return Object.fromEntries(events.map((event) => [String(event.date), event]));
}

/** A ratio as whole numbers: 1.5 is `3:2`, 0.05 is `1:20`. */
function printed(ratio: number): { numerator: number; denominator: number; splitRatio: string } {
  let denominator = 1;
  while (
    denominator < LARGEST_DENOMINATOR &&
    Math.abs(ratio * denominator - Math.round(ratio * denominator)) > 1e-9
  ) {
    denominator++;
  }
  const numerator = Math.round(ratio * denominator);
  return { numerator, denominator, splitRatio: `${numerator}:${denominator}` };
}
