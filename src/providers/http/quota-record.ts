import { largest } from '../../core/extremes.ts';
import type { Quota, QuotaUse } from '../../core/plan/quota.ts';

/** What all processes that use one key know of its quota. Times are wall-clock ms since the epoch. */
export interface QuotaRecord extends QuotaUse {
  readonly pausedUntil: number;
  /** Units that may be used in a window of which the provider tells the use, where it has told that. Default: it has not. */
  readonly toldLimit?: number;
  /** Slots reserved by now, since the record was begun: the number of the next one. Default 0. */
  readonly slots?: number;
  /** Slots whose requests may have arrived late, and when; ascending in both. Default: none. */
  readonly late?: readonly LateSlot[];
  /** The quotas that whoever asked last kept: those of the plan of the key; empty for none. Default: nobody recorded any. */
  readonly quotas?: readonly Quota[];
}

/** The request of a slot may have arrived as late as `at`. */
export interface LateSlot {
  readonly slot: number;
  readonly at: number;
}

export const FRESH: QuotaRecord = { nextAt: 0, pausedUntil: 0, windows: {} };

/** A record that processes change one after the other, wherever it lies. */
export interface QuotaBook {
  /** The clock that they agree on, ms since the epoch. */
  readonly wall: () => number;
  /**
   * Whether they may be on other machines: who comes in between is known late, so what is not used in its time lapses. Default:
   * they are all on this one.
   */
  readonly isRemote?: true;
  /** The record as it is now, or, of one that is elsewhere, as it was a moment ago; another process may be changing it. */
  look(): QuotaRecord;
  /**
   * Reads, changes and writes the record while no other process does. Durable when it resolves. `work` is done again where
   * another one was faster.
   */
  change<T>(work: (record: QuotaRecord) => { record: QuotaRecord; result: T }): Promise<T>;
  /** How long it could not be had in all, ms. Default: it is always there. */
  readonly awayMs?: () => number;
  /** Where it cannot be had, it is waited for a moment from now on; then `change` throws `cancelled`. */
  readonly leave?: () => void;
  close(): void | Promise<void>;
}

/** What two records tell of one quota: they counted different requests. */
export function joined(one: QuotaRecord, other: QuotaRecord): QuotaRecord {
  const windows = { ...one.windows };
  for (const [name, { index, used }] of Object.entries(other.windows)) {
    const known = windows[name];
    if (known === undefined || known.index < index) windows[name] = { index, used };
    else if (known.index === index) windows[name] = { index, used: known.used + used };
  }
  const [nextAt, pausedUntil] = [
    Math.max(one.nextAt, other.nextAt),
    Math.max(one.pausedUntil, other.pausedUntil),
  ];
  const unknownAt = largest([one, other].flatMap((record) => record.unknownAt ?? []));
  const toldLimit = one.toldLimit ?? other.toldLimit;
  const quotas = one.quotas ?? other.quotas;
  const { slots, late } = (one.slots ?? 0) >= (other.slots ?? 0) ? one : other;
  return {
    ...{ nextAt, pausedUntil, windows },
    ...(Number.isFinite(unknownAt) && { unknownAt }),
    ...(toldLimit !== undefined && { toldLimit }),
    ...(quotas !== undefined && { quotas }),
    ...(slots !== undefined && { slots }),
    ...(late !== undefined && { late }),
  };
}

/** A record as it was written; undefined for anything else. */
export function asRecord(document: unknown): QuotaRecord | undefined {
  try {
    return isRecord(document as QuotaRecord) ? (document as QuotaRecord) : undefined;
  } catch {
    // Without such fields.
    return undefined;
  }
}

/** Throws for what has no such fields. */
function isRecord(record: QuotaRecord): boolean {
  const { nextAt, pausedUntil, windows, unknownAt = 0, toldLimit = 1, quotas = [] } = record;
  const { slots = 0, late = [] } = record;
  const counts = Object.values(windows).flatMap(({ index, used }) => [index, used]);
  const isCount = counts.every((count) => Number.isSafeInteger(count) && count >= 0);
  const isLimit = Number.isFinite(toldLimit) && toldLimit > 0;
  const areQuotas = quotas.every(({ requests, perMs }) => requests > 0 && perMs > 0);
  const areSlots =
    Number.isSafeInteger(slots) &&
    late.every(({ slot, at }) => Number.isSafeInteger(slot) && Number.isFinite(at));
  return (
    areSlots &&
    isCount &&
    isLimit &&
    areQuotas &&
    [nextAt, pausedUntil, unknownAt].every((value) => Number.isFinite(value))
  );
}
