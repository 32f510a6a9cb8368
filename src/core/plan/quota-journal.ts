import { largest } from '../extremes.ts';
import { type QuotaUse, windowOf } from './quota.ts';

/** Requests in the window of each counted quota, by its name. */
export type UsedWindows = QuotaUse['windows'];

/** What one process has reserved of a key's quota since it began. */
export interface JournaledUse {
  readonly process: string;
  /** Null where that cannot be read: another hand, or a failing disk, has spoilt it. */
  readonly windows: UsedWindows | null;
}

/**
 * What each process has reserved of a quota, written down durably before it uses that, so that a shared record of the whole
 * that was lost can be made anew. Nobody needs a right to write it: each process writes its own only.
 */
export interface QuotaJournal {
  /** Puts what a process has reserved by now, no less, in place of what it noted before. Durable when it resolves. */
  note(owner: string, process: string, windows: UsedWindows): Promise<void>;
  /** Of all processes of an owner that noted something which may still count. */
  read(owner: string): Promise<readonly JournaledUse[]>;
  /** Removes what was noted of windows that are all long over at `now` (ms since the epoch). */
  sweep(owner: string, now: number): Promise<void>;
}

/** What several processes have reserved together; of two windows of one length the later one counts alone. */
export function sumOfUse(all: readonly UsedWindows[]): UsedWindows {
  return all.reduce((sum, one) => merged(sum, one, (a, b) => a + b), {});
}

/** What was reserved at least by what two say of the same requests; of two windows the later one counts alone. */
export function mostOfUse(one: UsedWindows, other: UsedWindows): UsedWindows {
  return merged(one, other, Math.max);
}

function merged(one: UsedWindows, other: UsedWindows, both: (a: number, b: number) => number): UsedWindows {
  const windows = { ...one };
  for (const [name, { index, used }] of Object.entries(other)) {
    const known = windows[name];
    if (known === undefined || known.index < index) windows[name] = { index, used };
    else if (known.index === index) windows[name] = { index, used: both(known.used, used) };
  }
  return windows;
}

/** Whether every window was over a whole one before `now`: whoever's clock is behind is not in it any more either. */
export function areLongOver(windows: UsedWindows, now: number): boolean {
  return largest(Object.entries(windows).map(([name, { index }]) => index + 1 - windowAt(name, now))) < 0;
}

function windowAt(name: string, now: number): number {
  return windowOf({ perMs: Number.parseInt(name, 10) }, now);
}

/** Windows as they were written; undefined for anything else. */
export function usedWindowsIn(value: unknown): UsedWindows | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const isCount = (count: unknown): boolean => Number.isSafeInteger(count) && Number(count) >= 0;
  const areWindows = Object.entries(value).every(
    ([name, window]: [string, Partial<UsedWindows[string]> | null]) =>
      /^[1-9]\d*ms$/.test(name) && isCount(window?.index) && isCount(window?.used),
  );
  return areWindows ? (value as UsedWindows) : undefined;
}
