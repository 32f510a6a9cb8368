import { largest } from '../../src/core/extremes.ts';
import type { AssetClass } from '../../src/core/instrument/asset-class.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import type { SeriesGaps } from '../../src/core/plan/gaps.ts';
import { type PlanOptions, withoutMarkets } from '../../src/core/plan/limits.ts';
import { type Plan, planTasks } from '../../src/core/plan/plan.ts';
import { quotaTime } from '../../src/core/plan/quota-time.ts';
import { unusedAt } from '../../src/core/plan/quota.ts';
import { BUCKETS } from '../../src/core/plan/slice.ts';
import { BYTES_A_SECOND, weightOf } from '../../src/core/plan/weight.ts';
import { SHARES } from '../../src/providers/polygon/sizes.ts';
import type { Capabilities, ProviderConfig } from '../../src/providers/provider.ts';
import { capabilitiesOf } from '../../src/providers/registry.ts';
import { type Reached, type Work, YEARS } from './work.ts';

/** Who is asked, and how. */
export interface Source {
  readonly name: string;
  readonly config: ProviderConfig;
  readonly isFree: boolean;
  readonly of: AssetClass & ('us-shares' | 'crypto');
}

/** Those whose plans are far apart. */
export const SOURCES: readonly Source[] = [
  source('yahoo', {}, true),
  source('alphavantage', { tier: 'free' }, true),
  source('alphavantage', { tier: '1200' }, false),
  source('alpaca', { plan: 'free' }, true),
  source('alpaca', { plan: 'algo-trader-plus' }, false),
  source('polygon', { tier: 'free' }, true),
  source('polygon', { tier: 'starter' }, false),
  { ...source('polygon', { tier: 'starter', source: 'flat' }, false), name: 'polygon flat' },
  { ...source('binance', {}, true), of: 'crypto' },
];

function source(id: string, settings: Readonly<Record<string, string>>, isFree: boolean): Source {
  const name = [id, ...Object.values(settings)].join(' ').replace('algo-trader-plus', 'plus');
  return { name, config: { id, settings }, isFree, of: 'us-shares' };
}

/** How long an answer takes, ms: an assumption, as of a provider on another continent. */
export const LATENCY_MS = 250;

/** What is asked of a source for some series. */
export interface Asked {
  readonly requests: number;
  readonly tasks: number;
  /** Of all tasks as JSON. */
  readonly taskBytes: number;
  /** Of the answers; undefined: nobody knows. */
  readonly bytes: number | undefined;
  /** Part of the sessions that it reaches, above 0, at most 1. */
  readonly part: number;
}

/** A night of a Sunday: everybody's Friday is final. */
export const NOW = Date.parse('2026-11-23T03:00:00Z');

/**
 * What a plan asks of a source for so many series that all lack the same: of each the whole range, or its last session. The
 * planner prices one request's worth of them, which is multiplied, or whole markets, which cost the same for all; of the two it
 * is what weighs less to it. Null where it has no such bars, or where no market has so many series.
 */
export function askedOf(
  one: Source,
  work: Exclude<Work, 'nothing'>,
  interval: Reached,
  series: number,
): Asked | null {
  const key = [one.name, work, interval, series].join(' ');
  const known = KNOWN.get(key);
  if (known !== undefined) return known;
  const asked = reckonedOf(one, work, interval, series);
  KNOWN.set(key, asked);
  return asked;
}

/** Several tables have them. */
const KNOWN = new Map<string, Asked | null>();

function reckonedOf(
  one: Source,
  work: Exclude<Work, 'nothing'>,
  interval: Reached,
  series: number,
): Asked | null {
  const capabilities = capabilitiesOf(one.config);
  const limits = capabilities.intervals[interval];
  if (limits === undefined) return null;
  const pricing: Pricing = { one, work, interval, capabilities };
  const ofMarket = limits.market !== undefined && series <= SHARES ? marketAsked(pricing, series) : null;
  if (limits.market?.hasAllSeries === true) return ofMarket;
  const bySeries = seriesAsked(pricing, series);
  if (bySeries === null || ofMarket === null) return bySeries ?? ofMarket;
  const weight = ({ requests, bytes = 0 }: Asked): number => weightOf(requests, bytes, capabilities.quotas);
  return weight(ofMarket) < weight(bySeries) ? ofMarket : bySeries;
}

interface Pricing {
  readonly one: Source;
  readonly work: Exclude<Work, 'nothing'>;
  readonly interval: Reached;
  readonly capabilities: Capabilities;
}

function seriesAsked(pricing: Pricing, series: number): Asked | null {
  const most = pricing.capabilities.intervals[pricing.interval]?.mostSeries ?? 1;
  const widest = planned(pricing, most);
  if (widest.tasks.length === 0) return null;
  const together = largest(widest.tasks.map(({ wants }) => wants.length));
  const whole = askedBy(planned(pricing, together), pricing);
  const rest = series % together;
  return sum(
    times(whole, Math.floor(series / together)),
    rest > 0 ? askedBy(planned(pricing, rest), pricing) : null,
  );
}

/** Ten series a bucket stand for all: requests are by session, tasks by bucket and period, and these grow by the series. */
function marketAsked(pricing: Pricing, series: number): Asked | null {
  const some = Math.min(series, 10 * BUCKETS);
  const plan = planned(pricing, some, true);
  const distributes = plan.tasks.filter((task) => 'bucket' in task);
  if (distributes.length === 0) return null;
  const asked = askedBy(plan, pricing);
  const bySeries = jsonBytes(distributes.map(({ wants, partitions }) => ({ wants, partitions })));
  return { ...asked, taskBytes: asked.taskBytes + (series / some - 1) * bySeries };
}

/** What the planner says of so many series. */
function planned({ one, work, interval, capabilities }: Pricing, series: number, ofMarkets = false): Plan {
  const { intervals, quotas, actions } = capabilities;
  const options: PlanOptions = {
    limits: ofMarkets ? intervals : withoutMarkets(intervals),
    ...{ quotas, actions, now: NOW, mostOfMarkets: ofMarkets },
  };
  return planTasks(lackingIn(one, work, interval, series, intervals[interval]?.settleDelayMs ?? 0), options);
}

/** Series of which the whole range lacks, or the last session of it. */
export function lackingIn(
  { of }: Source,
  work: Exclude<Work, 'nothing'>,
  interval: Reached,
  series: number,
  settleDelayMs: number,
): SeriesGaps[] {
  const suffix = of === 'crypto' ? '-USDT' : '';
  const calendar = calendarFor(`AAAA${suffix}`);
  const last = calendar.lastSettled(NOW, settleDelayMs);
  const first = calendar.sessionOnOrAfter(last + 1 - Math.round(365.25 * YEARS[interval]));
  const gaps = [{ from: work === 'fill' ? first : last, to: last + 1 }];
  const final = work === 'fill' ? [] : [{ from: first, to: last }];
  const sessions = calendar.count(gaps);
  return Array.from({ length: series }, (_, i) => ({
    ...{ series: { ticker: `${letters(i)}${suffix}`, interval }, calendar, gaps, final, sessions },
  }));
}

/** Four letters, another four for each number. */
function letters(i: number): string {
  return [17_576, 676, 26, 1].map((place) => String.fromCharCode(65 + (Math.floor(i / place) % 26))).join('');
}

function askedBy(
  { tasks, totals, bytes, outOfReach }: Plan,
  { one, work, interval, capabilities }: Pricing,
): Asked {
  const [lacking] = lackingIn(one, work, interval, 1, capabilities.intervals[interval]?.settleDelayMs ?? 0);
  const beyond = outOfReach.length === 0 ? 0 : (outOfReach[0]?.sessions ?? 0) / (lacking?.sessions ?? 1);
  return {
    ...{ requests: totals.requests, tasks: tasks.length, bytes, part: 1 - beyond },
    taskBytes: jsonBytes(tasks),
  };
}

function jsonBytes(parts: readonly object[]): number {
  return parts.reduce<number>((all, part) => all + JSON.stringify(part).length, 0);
}

function times({ requests, tasks, taskBytes, bytes, part }: Asked, count: number): Asked {
  return {
    ...{ requests: requests * count, tasks: tasks * count, taskBytes: taskBytes * count, part },
    bytes: bytes === undefined ? undefined : bytes * count,
  };
}

function sum(a: Asked, b: Asked | null): Asked {
  if (b === null) return a;
  return {
    ...{ requests: a.requests + b.requests, tasks: a.tasks + b.tasks, taskBytes: a.taskBytes + b.taskBytes },
    ...{
      part: a.part,
      bytes: a.bytes === undefined || b.bytes === undefined ? undefined : a.bytes + b.bytes,
    },
  };
}

/** What of a source is met first, and the time that it takes, ms. */
export interface SourceTime {
  readonly ms: number;
  readonly by: 'quota' | 'in flight' | 'line';
}

/**
 * The longest of: the declared quotas, from an idle key on; the answers, each of which takes so long, with as many in flight as
 * where nobody says (Little's law); the bytes, over the line that the planner weighs them by.
 */
export function timeOf(
  { requests, bytes = 0 }: Pick<Asked, 'requests' | 'bytes'>,
  { quotas, defaultInFlight }: Pick<Capabilities, 'quotas' | 'defaultInFlight'>,
  latencyMs: number,
): SourceTime {
  const candidates: SourceTime[] = [
    { by: 'quota', ms: quotaTime(requests, quotas, unusedAt(0)) ?? 0 },
    { by: 'in flight', ms: (requests * latencyMs) / defaultInFlight },
    { by: 'line', ms: (bytes / BYTES_A_SECOND) * 1000 },
  ];
  return candidates.reduce((longest, other) => (other.ms > longest.ms ? other : longest));
}
