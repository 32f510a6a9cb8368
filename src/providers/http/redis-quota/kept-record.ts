import { largest } from '../../../core/extremes.ts';
import { mostOfUse, sumOfUse, type UsedWindows, usedWindowsIn } from '../../../core/plan/quota-journal.ts';
import { type Quota, isPaced } from '../../../core/plan/quota.ts';
import { sealed, unsealed } from '../../../core/seal.ts';
import { WINDOW_MARGIN } from '../late-slots.ts';
import { LEASE_MS } from '../quota-lease.ts';
import { asRecord, FRESH, type QuotaRecord } from '../quota-record.ts';

/** The record of a quota as it lies at a server. */
export interface KeptRecord {
  readonly record: QuotaRecord;
  /** Under which start of the server it was written last: what was restored, or lost its last second, was under another. */
  readonly server: string;
  readonly made: Making;
  /** Whose change it is, and which: no two are alike. */
  readonly by: string;
}

/** How a record was made anew. */
export interface Making {
  /** No other making has it. */
  readonly id: string;
  /** Until when (ms since the epoch) nobody reserves anything: who lives adds what he knows. */
  readonly settlesAt: number;
  /** What was known without the journals. */
  readonly had: UsedWindows;
  /** What the journals of all stores say that were read. */
  readonly journaled: UsedWindows;
  /** Those stores. */
  readonly stores: readonly string[];
}

/** Undefined for nothing, and for what another hand has spoilt: the journals know better. */
export function keptIn(text: string): KeptRecord | undefined {
  if (text === '') return undefined;
  try {
    const { document, seal } = unsealed(JSON.parse(text)) ?? {};
    if (document === undefined || seal !== 'whole') return undefined;
    const kept = document as unknown as KeptRecord;
    const { id, settlesAt, had, journaled, stores } = kept.made;
    const isMade =
      typeof id === 'string' && Number.isFinite(settlesAt) && stores.every((one) => typeof one === 'string');
    const areUsed = [had, journaled].every((windows) => usedWindowsIn(windows) !== undefined);
    return isMade && areUsed && asRecord(kept.record) !== undefined ? kept : undefined;
  } catch {
    return undefined;
  }
}

export function textOf(kept: KeptRecord): string {
  return JSON.stringify(sealed(kept));
}

/** What a process knows where a record is lost. */
export interface Known {
  /** The record as it saw it last; undefined: it never did. */
  readonly seen: QuotaRecord | undefined;
  /** What the journals of its store say together. */
  readonly journaled: UsedWindows;
  /** Whether some of them cannot be read. */
  readonly isDoubtful: boolean;
  readonly store: string;
}

/**
 * A record in place of one that is lost, or (`before`) that may lack something: as much as anybody knows to be used, and nothing
 * is sent before the longest paced window is over, as nobody knows what just was.
 */
export function madeAnew(
  before: QuotaRecord | undefined,
  known: Known,
  quotas: readonly Quota[],
  { now, settleMs, id }: { readonly now: number; readonly settleMs: number; readonly id: string },
): { readonly record: QuotaRecord; readonly made: Making } {
  const base = withSeen(before ?? FRESH, known.seen);
  const { journaled, store, isDoubtful } = known;
  const paced = [...quotas, ...(base.quotas ?? [])].filter(isPaced).map(({ perMs }) => perMs);
  // Others may have leased a little ahead.
  const restMs = paced.length === 0 ? 0 : largest(paced) * (1 + WINDOW_MARGIN) + LEASE_MS;
  return {
    record: {
      ...base,
      windows: mostOfUse(base.windows, journaled),
      nextAt: Math.max(base.nextAt, now + restMs),
      ...(isDoubtful && { unknownAt: now }),
    },
    made: { id, settlesAt: now + settleMs, had: base.windows, journaled, stores: [store] },
  };
}

/** The same record with what a process knows that did not make it anew. */
export function withKnown({ record, made }: Pick<KeptRecord, 'record' | 'made'>, known: Known) {
  const base = withSeen(record, known.seen);
  const { stores, had } = made;
  if (stores.includes(known.store)) return { record: base, made };
  const journaled = sumOfUse([made.journaled, known.journaled]);
  const windows = { ...base.windows };
  const [before, now] = [mostOfUse(had, made.journaled), mostOfUse(had, journaled)];
  for (const [name, { index, used }] of Object.entries(now)) {
    const was = before[name];
    const more = used - (was?.index === index ? was.used : 0);
    const there = windows[name];
    if (there === undefined || there.index < index) windows[name] = { index, used };
    else if (there.index === index) windows[name] = { index, used: there.used + more };
  }
  return { record: { ...base, windows }, made: { ...made, journaled, stores: [...stores, known.store] } };
}

function withSeen(record: QuotaRecord, seen: QuotaRecord | undefined): QuotaRecord {
  if (seen === undefined) return record;
  const { slots, late } = (record.slots ?? 0) >= (seen.slots ?? 0) ? record : seen;
  return {
    ...seen,
    ...record,
    nextAt: Math.max(record.nextAt, seen.nextAt),
    pausedUntil: Math.max(record.pausedUntil, seen.pausedUntil),
    windows: mostOfUse(record.windows, seen.windows),
    ...(slots !== undefined && { slots }),
    ...(late !== undefined && { late }),
  };
}
