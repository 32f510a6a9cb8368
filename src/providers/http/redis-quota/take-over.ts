import { existsSync } from 'node:fs';
import { windowOf } from '../../../core/plan/quota.ts';
import { lookIntoQuota, openQuotaFile } from '../quota-file.ts';
import type { QuotaPlace } from '../quota-owner.ts';
import { joined, type QuotaBook, type QuotaRecord } from '../quota-record.ts';

/**
 * Counts in a shared record what runs of this machine counted in a file, and takes it out of that: once. Ended in between, it is
 * counted twice: some of the day are lost, and none is sent too many. `wall`: the clock by which the file was written, ms.
 */
export async function takeOver(book: QuotaBook, place: QuotaPlace, wall: () => number): Promise<void> {
  if (![place.path, ...place.former].some((path) => existsSync(path))) return;
  if (!counts(lookIntoQuota(place, wall()), wall())) return;
  const file = await openQuotaFile(place, wall);
  try {
    const taken = file.look();
    const { unknownAt: _unknownAt, slots: _slots, late: _late, ...counted } = taken;
    await book.change((record) => {
      const ahead = book.wall() - wall();
      const [nextAt, pausedUntil] = [counted.nextAt + ahead, counted.pausedUntil + ahead];
      const isUnknown = taken.unknownAt !== undefined;
      const more = { ...counted, nextAt, pausedUntil, ...(isUnknown && { unknownAt: book.wall() }) };
      return { record: joined(record, more), result: undefined };
    });
    await file.change((now) => ({ record: without(now, taken), result: undefined }));
  } finally {
    file.close();
  }
}

/** Whether something of it is of windows that go on. */
function counts({ windows, unknownAt }: QuotaRecord, now: number): boolean {
  const isNow = ([name, { index, used }]: [string, { index: number; used: number }]): boolean =>
    used > 0 && index >= windowOf({ perMs: Number.parseInt(name, 10) }, now);
  return unknownAt !== undefined || Object.entries(windows).some(isNow);
}

/** A record without what was counted in it by then. */
function without(now: QuotaRecord, taken: QuotaRecord): QuotaRecord {
  const { unknownAt: _, ...known } = now;
  const windows = Object.entries(now.windows).map(([name, { index, used }]) => {
    const was = taken.windows[name];
    return [name, { index, used: was?.index === index ? Math.max(0, used - was.used) : used }] as const;
  });
  return { ...known, windows: Object.fromEntries(windows) };
}
