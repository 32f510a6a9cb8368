import { BYTES_A_SECOND, LEAST_REQUEST_MS } from '../core/plan/weight.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Route } from '../core/plan/route.ts';
import { type Page, printable, wrapped } from './page.ts';
import { formatBytes, formatDuration, plural } from './table.ts';

const WEIGHED =
  `Weighed: requests at the pace of the quota, ${LEAST_REQUEST_MS} ms each at least, ` +
  `and bytes at ${BYTES_A_SECOND / 1e6} MB a second`;

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
  const isWeighed = shown.some(({ by, weighsMs }) => by !== 'tier' && weighsMs !== undefined);
  const lines = [own, ...shown].map((route) => {
    const { by, weighsMs } = route;
    const weighs =
      isWeighed && by !== 'tier' && weighsMs !== undefined ? `; weighs ${weightText(weighsMs)}` : '';
    return `${nameOf(route)}: ${costOf(route)}${weighs}`;
  });
  return [...lines, ...(isWeighed ? [WEIGHED] : [])].flatMap((line) => wrapped(line, columns, { hang: 2 }));
}

function isBetter(one: Route, own: Route): boolean {
  if (one.beyond !== own.beyond) return one.beyond < own.beyond;
  return (own.quotaMs ?? 0) - (one.quotaMs ?? 0) >= TIME_SAVED_MS;
}

/** To a tenth of a second where it is short: others differ by less than a second then. */
function weightText(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)}s` : formatDuration(ms);
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
