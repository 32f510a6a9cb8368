import type { Redis } from 'ioredis';
import type { Want } from '../core/plan/task.ts';
import { type Day, formatDay } from '../core/session/day.ts';
import { dropParked, parkedTasks } from '../queue/parked.ts';
import { coverageByScan } from './coverage.ts';
import type { Parts } from './parts.ts';

/** Ranges that are looked at: what is parked beyond them a later run drops. */
const MOST_LOOKS = 50;

/** Drops parked tasks of a store whose sessions were stored since, by whatever run; gives how many. */
export async function dropFilledSince(redis: Redis, parts: Parts): Promise<number> {
  const parked = await parkedTasks(redis, parts.store.url);
  const stored = await storedOf(
    parts,
    parked.flatMap(({ wants }) => wants),
  );
  const filled = parked.filter(
    ({ wants }) =>
      wants.some((want) => spanOf(want) !== undefined) &&
      wants.every((want) => !isAskedAgain(want) && (spanOf(want) === undefined || stored.has(want))),
  );
  await dropParked(redis, filled);
  return filled.length;
}

/** Wanted though it is stored: that it is there says nothing. */
function isAskedAgain({ again, replaces, opinionOf }: Want): boolean {
  return again === true || replaces === true || opinionOf !== undefined;
}

/** First and last session that it lacked, `[from, to)`; undefined: it was to compare alone. */
function spanOf({ gaps }: Want): { readonly from: Day; readonly to: Day } | undefined {
  const [first, last] = [gaps[0], gaps.at(-1)];
  return first && last && { from: first.from, to: last.to };
}

/** Those whose sessions are known now. */
async function storedOf(
  { store, capabilities, clock }: Parts,
  wants: readonly Want[],
): Promise<ReadonlySet<Want>> {
  const alike = new Map<string, Want[]>();
  for (const want of wants) {
    const key = JSON.stringify([want.series.interval, spanOf(want)]);
    alike.set(key, [...(alike.get(key) ?? []), want]);
  }
  const stored = new Set<Want>();
  for (const group of [...alike.values()].slice(0, MOST_LOOKS)) {
    const [first] = group;
    const span = first && spanOf(first);
    if (first === undefined || span === undefined) continue;
    const range = { start: formatDay(span.from), end: formatDay(span.to - 1) };
    const tickers = [...new Set(group.map(({ series }) => series.ticker))];
    const request = { intervals: [first.series.interval], ...range };
    const universe = { tickers, lives: new Map() };
    const { report } = await coverageByScan(store, capabilities, clock(), request, universe);
    const complete = report.series.filter(({ standing }) => standing === 'complete');
    const known = new Set(complete.map(({ ticker }) => ticker));
    for (const want of group) if (known.has(want.series.ticker)) stored.add(want);
  }
  return stored;
}
