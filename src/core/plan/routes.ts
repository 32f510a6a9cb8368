import { grouped } from '../grouped.ts';
import type { SeriesGaps } from './gaps.ts';
import { type PlanOptions, withoutMarkets } from './limits.ts';
import { type Plan, planTasks } from './plan.ts';
import { type Quota, unusedAt } from './quota.ts';
import type { OtherTier, Route } from './route.ts';
import { weightOf } from './weight.ts';

/**
 * What the ways to close some gaps cost, first that of the plan that was made of them with the same options: the endpoints of
 * its provider, then its other tiers in their order, without those that lack an interval. What a tier would find final or wait
 * for is taken as the plan has it. A way that costs and reaches the same as the plan is told only where it is another tier's.
 * None where nothing is asked.
 */
export function routesOf(
  chosen: Plan,
  gapsOfSeries: readonly SeriesGaps[],
  options: PlanOptions,
  otherTiers: readonly OtherTier[] = [],
): readonly Route[] {
  const lacking = gapsOfSeries.filter(({ gaps }) => gaps.length > 0);
  if (chosen.tasks.length === 0 || lacking.length === 0) return [];
  const own = routeOf('plan', chosen, options.quotas);
  const endpoints = [
    routeOf(
      'series',
      planTasks(gapsOfSeries, { ...options, limits: withoutMarkets(options.limits) }),
      options.quotas,
    ),
    routeOf('markets', planTasks(gapsOfSeries, { ...options, mostOfMarkets: true }), options.quotas),
  ];
  const intervals = new Set(lacking.map(({ series }) => series.interval));
  const tiers = otherTiers
    .filter((tier) => [...intervals].every((interval) => tier.intervals[interval] !== undefined))
    .map(({ setting, name, quotas, intervals: limits }) => {
      const standing = unusedAt(options.standing?.now ?? options.now);
      const plan = planTasks(gapsOfSeries, { ...options, limits, quotas, standing });
      return { ...routeOf('tier', plan, quotas), setting, tiers: [name] };
    });
  const others = endpoints.filter((route) => priceOf(route) !== priceOf(own));
  return [own, ...others, ...alike(tiers)];
}

function routeOf(
  by: Route['by'],
  { totals: { requests }, quotaMs, bytes, outOfReach }: Plan,
  quotas: readonly Quota[],
): Route {
  const beyond = outOfReach.reduce((sum, { sessions }) => sum + sessions, 0);
  const weighed = bytes !== undefined && { bytes, weighsMs: weightOf(requests, bytes, quotas) };
  return { by, requests, quotaMs, ...weighed, beyond };
}

function priceOf({ requests, quotaMs, bytes, beyond }: Route): string {
  return `${requests} ${quotaMs} ${bytes} ${beyond}`;
}

/** Tiers of one price as one. */
function alike(routes: readonly Route[]): Route[] {
  return [...grouped(routes, priceOf).values()].map((group) => {
    const [first] = group as [Route, ...Route[]];
    return { ...first, tiers: group.flatMap(({ tiers = [] }) => tiers) };
  });
}
