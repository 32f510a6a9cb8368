import { smallest } from '../../../core/extremes.ts';
import type { UsedWindows } from '../../../core/plan/quota-journal.ts';
import { type Quota, isPaced } from '../../../core/plan/quota.ts';

/** Part of the smallest counted quota that is noted at once, so that not each request costs a write. */
const PART = 1 / 200;

/** What one process has reserved, and has in the journal. */
export interface OwnUse {
  /** What it has reserved once a change is made, of which the windows before and after are known. */
  after(before: UsedWindows, next: UsedWindows): UsedWindows;
  /** Resolves once the journal has no less than that. */
  cover(own: UsedWindows): Promise<void>;
  /** What it has reserved. */
  reserved(): UsedWindows;
  /** The change was made. */
  commit(own: UsedWindows): void;
  /** Resolves once the journal has exactly what was reserved. */
  close(): Promise<void>;
}

/** Notes some ahead: what is ended by force leaves so much that it did not use, and never less than it did. */
export function openOwnUse(quotas: readonly Quota[], note: (own: UsedWindows) => Promise<void>): OwnUse {
  const counted = quotas.filter((quota) => !isPaced(quota));
  const ahead = Math.max(0, Math.floor(smallest(counted.map(({ requests }) => requests * PART))) - 1);
  let own: UsedWindows = {};
  let noted: UsedWindows = {};
  return {
    after: (before, next) => afterChange(own, before, next),
    cover: async (wanted) => {
      // What is only paced is over before anybody could read it.
      if (counted.length === 0 || isCovered(noted, wanted)) return;
      const more = Object.entries(wanted).flatMap(([name, { index, used }]) =>
        used === 0 ? [] : [[name, { index, used: used + ahead }] as const],
      );
      const windows: UsedWindows = Object.fromEntries(more);
      await note(windows);
      noted = windows;
    },
    reserved: () => own,
    commit: (wanted) => {
      own = wanted;
    },
    close: async () => {
      if (!isCovered(own, noted)) await note(own);
    },
  };
}

function afterChange(own: UsedWindows, before: UsedWindows, next: UsedWindows): UsedWindows {
  const windows = { ...own };
  for (const [name, { index, used }] of Object.entries(next)) {
    const was = before[name];
    const more = used - (was?.index === index ? was.used : 0);
    const mine = windows[name];
    const isSame = mine?.index === index;
    if (more !== 0 || isSame) windows[name] = { index, used: Math.max(0, (isSame ? mine.used : 0) + more) };
  }
  return windows;
}

function isCovered(noted: UsedWindows, wanted: UsedWindows): boolean {
  return Object.entries(wanted).every(([name, { index, used }]) => {
    const there = noted[name];
    return used === 0 || (there?.index === index && there.used >= used);
  });
}
