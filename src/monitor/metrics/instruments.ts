import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { DECLARED, type Declared } from './declared.ts';

type All = typeof DECLARED;

type InstrumentOf<D extends Declared> = {
  counter: Counter;
  gauge: Gauge;
  histogram: Histogram;
}[D['kind']];

/** One for each metric that is declared. */
export type Instruments = { readonly [Name in keyof All]: InstrumentOf<All[Name]> };

/**
 * Registers every metric. `beforeEach` is called before their values are given, once for all of them; `hasNodes`: those of
 * series have the ticker as a label.
 */
export function openInstruments(registry: Registry, hasNodes: boolean, beforeEach: () => void): Instruments {
  let isFirst = true;
  const open = (declared: Declared): Counter | Gauge | Histogram => {
    const { name, help, kind, buckets = [], isOfSeries = false } = declared;
    const ofSeries = isOfSeries ? [...(hasNodes ? ['node_id'] : []), 'interval'] : [];
    const labelNames = [...declared.labels, ...ofSeries];
    // A registry collects its metrics in the order in which they are registered.
    const collect = isFirst ? beforeEach : undefined;
    isFirst = false;
    const config = { name, help, labelNames, registers: [registry], ...(collect && { collect }) };
    if (kind === 'histogram') return new Histogram({ ...config, buckets: [...buckets] });
    return kind === 'counter' ? new Counter(config) : new Gauge(config);
  };
  const all = Object.entries(DECLARED).map(([name, declared]) => [name, open(declared)]);
  return Object.fromEntries(all) as Instruments;
}
