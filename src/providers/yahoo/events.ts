import { inPriceCurrency } from '../../core/currency.ts';
import type { StatedAction } from '../../core/actions/action-checks.ts';
import type { Dividend } from '../../core/bars/bars.ts';
import type { Day } from '../../core/session/day.ts';
import type { Chart } from './chart.ts';

/** Splits and dividends of a chart as Yahoo states them, whatever is wrong with them. */
export function statedActions({ events, currency }: Chart, dayOf: (instant: number) => Day): StatedAction[] {
  const { splits, dividends } = fieldsOf(events);
  return [
    ...entriesOf(splits).map((event): StatedAction => {
      const ratio = numberOf(event['numerator']) / numberOf(event['denominator']);
      return { action: { kind: 'split', exDay: exDayOf(event, dayOf), ratio }, row: rowOf('split', event) };
    }),
    ...entriesOf(dividends).map((event): StatedAction => {
      const cash = cashOf(event, currency);
      return {
        action: { kind: 'dividend', exDay: exDayOf(event, dayOf), ...cash },
        row: rowOf('dividend', event),
      };
    }),
  ];
}

/** The amount in the price's currency, or in its own where that is another. */
function cashOf(event: Fields, priceCurrency: string | null): Pick<Dividend, 'amount' | 'currency'> {
  const amount = numberOf(event['amount']);
  const { currency } = event;
  if (typeof currency !== 'string' || currency === '' || !priceCurrency) return { amount };
  const own = inPriceCurrency(amount, currency, priceCurrency);
  return own === null ? { amount, currency } : { amount: own };
}

type Fields = Record<string, unknown>;

/** Seconds beyond which a stamp is none that a date can be made of. */
const LATEST_STAMP = 8.64e12;

function exDayOf(event: Fields, dayOf: (instant: number) => Day): Day {
  const stamp = numberOf(event['date']);
  return Math.abs(stamp) < LATEST_STAMP ? dayOf(stamp * 1000) : Number.NaN;
}

function rowOf(kind: string, event: Fields): unknown {
  return { kind, ...event };
}

/** NaN for what is no number. */
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function entriesOf(events: unknown): Fields[] {
  return Object.values(fieldsOf(events)).map((event) =>
    typeof event === 'object' && event !== null ? fieldsOf(event) : { said: event },
  );
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
