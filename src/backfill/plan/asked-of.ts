import type { NotServed, Plan } from '../../core/plan/plan.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { Universe } from '../../core/universe/universe.ts';
import type { Capabilities, NotListed } from '../../providers/provider.ts';
import { type Parted, partServed, servedByNone } from '../want/served.ts';
import type { WantedOf } from '../want/wanted.ts';
import type { ChainPlace } from './handed-on.ts';

/** What is asked for. */
interface Asked extends Pick<WantedOf, 'isPart'>, Pick<Universe, 'isAllListed'> {
  readonly tickers: readonly string[];
  /** Default `['1d']`. */
  readonly intervals?: readonly Interval[];
}

/** Who is asked. */
interface Provider {
  readonly capabilities: Capabilities;
  /** Default: it is the only one. */
  readonly chain?: ChainPlace;
  /** See `Provider.notListed`. Default: nothing. */
  readonly notListed?: () => readonly NotListed[];
}

/** What of a request a provider is asked for; of a chain the first names what none of it can have. */
export function askedOf(
  request: Asked,
  { capabilities, chain, notListed }: Provider,
): Pick<Parted, 'notServed'> & {
  readonly tickers: readonly string[];
  readonly intervals: readonly Interval[];
} {
  const { tickers, intervals = ['1d'], isAllListed } = request;
  const isAlone = chain === undefined;
  const its = isAlone ? intervals : intervals.filter((one) => capabilities.intervals[one] !== undefined);
  const parted = partServed(tickers, its, capabilities, isAlone ? request : { isPart: true });
  const asked = { tickers: parted.served, intervals: its };
  if (chain !== undefined && chain.before.length > 0) return { ...asked, notServed: [] };
  const notServed = isAlone ? parted.notServed : servedByNone(tickers, intervals, chain.all);
  // Of what it lists nobody chose a part.
  const unlisted = isAllListed === true ? (notListed?.() ?? []) : [];
  const provider = capabilities.id;
  return { ...asked, notServed: [...notServed, ...unlisted.map((one) => ({ provider, ...one }))] };
}

/** A plan that also tells of what cannot be asked for: series that cannot be had. */
export function withNotServed(
  plan: Plan,
  notServed: readonly NotServed[],
  intervals: readonly Interval[],
): Plan {
  if (notServed.length === 0) return plan;
  const series = notServed.reduce(
    (sum, { tickers, intervals: lacking = intervals }) => sum + tickers.length * lacking.length,
    0,
  );
  const { totals } = plan;
  return {
    ...plan,
    notServed,
    totals: { ...totals, series: totals.series + series, unavailable: totals.unavailable + series },
  };
}
