import { capabilitiesOf } from '../../src/providers/registry.ts';
import { type Figures, bucketRequests, machineCost, postgresTime, redisCost } from './machine.ts';
import { s3Time } from './prices.ts';
import { type Asked, LATENCY_MS, SOURCES, type Source, type SourceTime, askedOf, timeOf } from './sources.ts';
import type { Reached, Work } from './work.ts';

/** What may end what a run can do. */
export type Resource = SourceTime['by'] | 'CPU' | 'planner' | 'PostgreSQL' | 'S3' | 'queue' | 'memory';

/** How long something is busy with a work, ms. */
export interface Busy {
  readonly by: Resource;
  readonly ms: number;
}

/** The source that answers all of it soonest. */
export interface Quickest extends Busy {
  readonly source: Source;
  readonly asked: Asked;
}

/** Less than this of the sessions and a source is not one that has them. */
export const NEARLY_ALL = 0.99;

/** Null where none has it, or nothing is asked. */
export function quickestSource(work: Work, interval: Reached, series: number): Quickest | null {
  if (work === 'nothing') return null;
  let quickest: Quickest | null = null;
  for (const source of SOURCES) {
    const asked = askedOf(source, work, interval, series);
    if (asked === null || asked.part < NEARLY_ALL || source.of !== 'us-shares') continue;
    const time = timeOf(asked, capabilitiesOf(source.config), LATENCY_MS);
    if (quickest === null || time.ms < quickest.ms) quickest = { ...time, source, asked };
  }
  return quickest;
}

/** What is met by a work. */
export interface Limits {
  readonly source: Quickest | null;
  readonly busy: readonly Busy[];
  /** The longest, and those that are about as long: at least one. */
  readonly first: readonly Resource[];
  /** What to change then. */
  readonly change: string;
}

export function limitsOf(figures: Figures, work: Work, interval: Reached, series: number): Limits {
  const source = quickestSource(work, interval, series);
  const cost = machineCost(figures, work, interval, series);
  const store = postgresTime(figures, work, interval, series);
  const { tasks = 0, taskBytes = 0 } = source?.asked ?? {};
  const busy: Busy[] = [
    ...(source === null ? [] : [{ by: source.by, ms: source.ms }]),
    ...(work === 'nothing' ? [] : [{ by: 'CPU' as const, ms: cost.wall }]),
    { by: 'planner', ms: cost.planner },
    ...(store === undefined ? [] : [{ by: 'PostgreSQL' as const, ms: store }]),
    { by: 'S3', ms: s3Time(bucketRequests(figures, work, interval, series)) },
    ...(source === null ? [] : [{ by: 'queue' as const, ms: redisCost(figures, tasks, taskBytes).ms }]),
  ];
  if (cost.peak > figures.memory) {
    const fits = batchThatFits(figures.memory, cost.peak, series);
    return { source, busy, first: ['memory'], change: `${Math.floor(fits / 1000)} k a batch` };
  }
  return { source, busy, ...firstOf(busy) };
}

/** Series of a run that takes half of the memory, about. */
export function batchThatFits(memory: number, peak: number, series: number): number {
  return Math.floor((series * memory) / 2 / peak);
}

/** What takes this part of the longest time, or more, is met with it. */
const AS_LONG = 0.9;

/** The longest of some, at least one, and what to change until the next one is met. */
export function firstOf(busy: readonly Busy[]): Pick<Limits, 'first' | 'change'> {
  const byTime = busy.toSorted((a, b) => b.ms - a.ms);
  const [longest] = byTime as [Busy, ...Busy[]];
  const together = byTime.filter(({ ms }) => ms >= AS_LONG * longest.ms);
  const first = together.map(({ by }) => by);
  const next = byTime[together.length];
  return { first, change: first.length > 1 ? 'all of them' : thenOf(longest, next) };
}

/** What is changed where one limit is met, so that the next one is. */
function thenOf({ by, ms }: Busy, next: Busy | undefined): string {
  const times = Math.max(2, Math.ceil(ms / Math.max(1, next?.ms ?? 1)));
  return CHANGES[by].replace('N', String(times));
}

const CHANGES: Readonly<Record<Resource, string>> = {
  ...{ CPU: 'N machines', 'in flight': 'N× in flight', quota: 'a larger plan', line: 'a faster line' },
  ...{ PostgreSQL: 'a faster server', S3: 'more prefixes', queue: 'larger tasks' },
  ...{ planner: 'batches', memory: 'batches' },
};
