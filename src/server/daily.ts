import { setTimeout } from 'node:timers/promises';
import { BackfillError } from '../core/errors.ts';

/** A time of every day. */
export interface Daily {
  /** 0 to 23. */
  readonly hour: number;
  readonly minute: number;
  /** IANA name of the time zone whose clock is meant. */
  readonly zone: string;
}

/** How time passes for who waits. */
export interface Waiting {
  /** ms since the epoch. Default: the wall's clock. */
  readonly clock?: () => number;
  /** Waits so many ms, or until `stop` is aborted; throws nothing. Default: by a timer. */
  readonly sleep?: (ms: number, stop: AbortSignal) => Promise<void>;
  /** Once it is aborted nothing is waited for. */
  readonly stop: AbortSignal;
}

export interface EveryDay extends Waiting {
  /** Told when the next run is due, ms since the epoch, before it is waited for. */
  readonly onNext: (at: number) => void;
  /** Throws nothing. */
  readonly run: () => Promise<void>;
}

/** Timers stand still while a machine sleeps, and know of no clock that is set: it is looked at this often, in ms. */
const LOOK_EVERY_MS = 30_000;

/**
 * Has something run once a day until it is stopped, never twice at a time: at that time of every day, of one that does not exist
 * at the first one after it, of one that comes twice at the first. What was missed, by a machine that slept or a run that took
 * longer than a day, is made up for by one run at once.
 */
export async function everyDay(
  { hour, minute, zone }: Daily,
  { clock = Date.now, sleep = byTimer, stop, onNext, run }: EveryDay,
): Promise<void> {
  const { Cron } = await import('croner');
  // Without a function it starts no timer of its own.
  const schedule = new Cron(`${minute} ${hour} * * *`, { timezone: zone });
  let since = clock();
  while (!stop.aborted) {
    const at = schedule.nextRun(new Date(since))?.getTime() ?? Number.POSITIVE_INFINITY;
    onNext(at);
    while (clock() < at && !stop.aborted) await sleep(Math.min(at - clock(), LOOK_EVERY_MS), stop);
    if (stop.aborted) return;
    since = clock();
    await run();
  }
}

/** How often it is tried whether a store is free by now, and for how long, in ms. */
const TRY_EVERY_MS = 5 * 60_000;
const TRY_FOR_MS = 6 * 3_600_000;

export interface OnceFree extends Waiting {
  /** Told why it has to wait, once. */
  readonly onHeld: (error: BackfillError) => void;
}

/** Does what holds a store as soon as no other process does. Throws `store-locked` where one did for too long. */
export async function onceFree<T>(
  work: () => Promise<T>,
  { clock = Date.now, sleep = byTimer, stop, onHeld }: OnceFree,
): Promise<T> {
  const until = clock() + TRY_FOR_MS;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BackfillError) || error.code !== 'store-locked' || clock() >= until) throw error;
      if (isFirst) onHeld(error);
      await sleep(TRY_EVERY_MS, stop);
      if (stop.aborted) throw error;
    }
  }
}

/** `2026-11-30 06:00 America/New_York (2026-11-30 11:00 UTC)` of an instant, in ms since the epoch. */
export function inZone(at: number, zone: string): string {
  const local = (timeZone: string): string =>
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at);
  const utc = `${local('UTC')} UTC`;
  return zone === 'UTC' ? utc : `${local(zone)} ${zone} (${utc})`;
}

async function byTimer(ms: number, stop: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal: stop }).catch(() => undefined);
}
