import type { Freshness } from '../../core/coverage/freshness.ts';
import { overdueAt } from '../../core/coverage/overdue.ts';
import type { Instruments } from './instruments.ts';

/** The store is looked into at most this often, and for at most one hundredth of the time. */
const LOOK_EVERY_MS = 60_000;
const REST_TO_WORK = 100;

export interface StoreMetrics {
  /** Something was stored since it was looked into. */
  noteChange(): void;
  /**
   * Tells what is overdue by now, by what was known last; and has it looked for whether it is there, and looked into anew, if
   * something changed since, for the next time.
   */
  look(): void;
  /** Looks into the store now. Settles once that is told; where it cannot be read, what was known last holds good. */
  refresh(): Promise<void>;
}

export interface StoreLooks {
  /** How the store stands. */
  readonly freshness: () => Promise<Freshness>;
  /** Whether it is there; `not-yet`: there was none before either. Costs little. */
  readonly look: () => Promise<'there' | 'not-yet' | 'gone' | 'unusable'>;
  /** By which sessions settle, ms since the epoch. */
  readonly clock: () => number;
  /** Of no day: ms that never go back. */
  readonly elapsed: () => number;
}

/** Tells how fresh a store is. Sessions settle by the clock; what is stored is known from looks into the store. */
export function storeMetrics(
  instruments: Instruments,
  { freshness, look, clock, elapsed }: StoreLooks,
): StoreMetrics {
  const { overdue, seriesOverdue, due, coverage, stored, storeUp } = instruments;
  let known: Freshness | undefined;
  let looking: Promise<void> | undefined;
  let isStale = true;
  let restUntil = Number.NEGATIVE_INFINITY;
  let isUp = true;
  const lookWhere = async (): Promise<boolean> => (isUp = await foundUp(look, storeUp));
  const tell = (): void => {
    if (known === undefined) return;
    for (const gauge of [overdue, seriesOverdue, due, coverage, stored]) gauge.reset();
    for (const { calendar, sessions, series, dueAt } of overdueAt(known.unstored, clock())) {
      overdue.set({ calendar }, sessions);
      seriesOverdue.set({ calendar }, series);
      if (dueAt !== null) due.set({ calendar }, dueAt / 1000);
    }
    // What was stored may be lost, and what was overdue is so all the same.
    if (!isUp) return;
    for (const { calendar, series, tradable, stored: sessions } of known.covered) {
      stored.set({ calendar }, series);
      if (tradable > 0) coverage.set({ calendar }, sessions / tradable);
    }
  };
  const lookInto = async (): Promise<void> => {
    const begun = elapsed();
    isStale = false;
    try {
      const found = (await lookWhere()) ? await freshness() : undefined;
      // It may have gone meanwhile, and passed for an empty one.
      if (found !== undefined && (await lookWhere())) known = found;
      else isStale = true;
    } catch {
      // Nothing may be stored yet, or a list of tickers not be there: the run tells of that.
      isStale = true;
    }
    const took = elapsed() - begun;
    restUntil = elapsed() + Math.max(LOOK_EVERY_MS, took * REST_TO_WORK);
    looking = undefined;
  };
  const begin = (): Promise<void> => (looking ??= lookInto());
  return {
    noteChange: () => {
      isStale = true;
    },
    look: () => {
      tell();
      if (isStale && elapsed() >= restUntil) void begin();
      else void lookWhere();
    },
    refresh: async () => {
      // What is under way may have begun before the last change.
      await looking;
      await begin();
      tell();
    },
  };
}

/** Tells whether a store is there; gives whether it can be looked into. */
async function foundUp(look: StoreLooks['look'], storeUp: Instruments['storeUp']): Promise<boolean> {
  const is = await look().catch(() => 'unusable' as const);
  const isUp = is === 'there' || is === 'not-yet';
  if (is !== 'not-yet') storeUp.set(isUp ? 1 : 0);
  return isUp;
}
