import type { Plan } from '../core/plan/plan.ts';
import type { Route } from '../core/plan/route.ts';
import { type Page, printable, wrapped } from './page.ts';
import { formatBytes, formatDuration, plural } from './table.ts';

/** Another tier is of use from so much time on that it saves, ms. */
const TIME_SAVED_MS = 60_000;

/**
 * What the other ways to the same bars cost, a line each: `By series: 8,000 requests, 26h 40m`, `Tier starter: …`. Of other tiers
 * the first that reaches more, or saves a minute and reaches as much, unless the page wants all. None where there is no other way.
 */
export function routesLines(
  { routes = [] }: Pick<Plan, 'routes'>,
  { columns, isWhole }: Pick<Page, 'columns' | 'isWhole'>,
): string[] {
  const [own, ...others] = routes;
  if (own === undefined) return [];
  const tiers = others.filter(({ by }) => by === 'tier');
  const better = isWhole ? tiers : tiers.filter((one) => isBetter(one, own)).slice(0, 1);
  const shown = others.filter((one) => one.by !== 'tier' || better.includes(one));
  if (shown.length === 0) return [];
  return [own, ...shown].flatMap((route) =>
    wrapped(`${nameOf(route)}: ${costOf(route)}`, columns, { hang: 2 }),
  );
}

function isBetter(one: Route, own: Route): boolean {
  if (one.beyond !== own.beyond) return one.beyond < own.beyond;
  return (own.quotaMs ?? 0) - (one.quotaMs ?? 0) >= TIME_SAVED_MS;
}

function nameOf({ by, setting = 'tier', tiers = [] }: Route): string {
  const names: Readonly<Record<Route['by'], string>> = {
    plan: 'This plan',
    series: 'By series',
    markets: 'By market',
    tier: printable(`With ${setting} ${tiers.join(', ')}`),
  };
  return names[by];
}

/** `~1.9 GB`, as an estimate; none where nobody knows. */
export function bytesText(bytes: number | undefined): string[] {
  return bytes === undefined ? [] : [`~${formatBytes(bytes)}`];
}

function costOf({ requests, quotaMs, bytes, beyond }: Route): string {
  return [
    plural(requests, 'request'),
    ...bytesText(bytes),
    ...(quotaMs === null ? [] : [formatDuration(quotaMs)]),
    ...(beyond === 0 ? [] : [`${plural(beyond, 'session')} out of reach`]),
  ].join(', ');
}
