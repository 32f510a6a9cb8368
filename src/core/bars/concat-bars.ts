import { type Bars, isStored, NO_BARS, type StoredBars, inForm } from './columns.ts';
import { joinedLabels } from './labels.ts';

/** Bars one after the other: a copy where there are several parts. */
export function concatBars<B extends Bars>(parts: readonly B[]): B {
  const some = parts.filter(({ length }) => length > 0);
  const [first] = some;
  if (first === undefined) return NO_BARS as Bars as B;
  if (some.length === 1) return first;
  const length = some.reduce((sum, part) => sum + part.length, 0);
  const joined = (column: (part: B) => Float64Array | null): Float64Array => {
    const whole = new Float64Array(length);
    let at = 0;
    for (const part of some) {
      const own = column(part);
      if (own === null) whole.fill(Number.NaN, at, at + part.length);
      else whole.set(own, at);
      at += part.length;
    }
    return whole;
  };
  const isAny = (column: 'vwap' | 'trades'): boolean => some.some((part) => part[column] !== null);
  const values: Bars = {
    length,
    ts: joined(({ ts }) => ts),
    ...{ open: joined(({ open }) => open), high: joined(({ high }) => high) },
    ...{ low: joined(({ low }) => low), close: joined(({ close }) => close) },
    volume: joined(({ volume }) => volume),
    vwap: isAny('vwap') ? joined(({ vwap }) => vwap) : null,
    trades: isAny('trades') ? joined(({ trades }) => trades) : null,
  };
  const stored: readonly StoredBars[] = some.flatMap((part) => (isStored(part) ? [part] : []));
  if (stored.length < some.length) return inForm(values) as B;
  const whole: StoredBars = {
    ...values,
    source: joinedLabels(stored.map(({ source }) => source)),
    fetchedAt: joined((part) => (isStored(part) ? part.fetchedAt : null)),
  };
  return inForm(whole) as Bars as B;
}
