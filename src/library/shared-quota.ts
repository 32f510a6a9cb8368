import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Quota } from '../core/plan/quota.ts';
import { isLoopback } from '../core/loopback.ts';
import { monotonicNow } from '../providers/http/gate-state.ts';
import { ownerOf, type QuotaPlace } from '../providers/http/quota-owner.ts';
import { FRESH, type QuotaBook, type QuotaRecord } from '../providers/http/quota-record.ts';
import { openRedisQuota } from '../providers/http/redis-quota/book.ts';
import { readQuotas } from '../providers/http/redis-quota/read.ts';
import { takeOver } from '../providers/http/redis-quota/take-over.ts';
import { redisAddress } from '../redis/address.ts';
import { connectRedis } from '../redis/connection.ts';
import type { BarStore } from '../store/store.ts';

/**
 * The record of a key's quota at a Redis server, with what this machine counted in a file until now. `patienceMs`: how long the
 * server may be away; default a minute. Throws `usage` and `queue-unusable`.
 */
export async function openSharedQuota(
  url: string,
  place: QuotaPlace,
  {
    quotas,
    store,
    patienceMs,
  }: {
    readonly quotas: readonly Quota[];
    readonly store: BarStore;
    readonly patienceMs?: number;
  },
): Promise<QuotaBook> {
  const address = redisAddress(url);
  const book = await openRedisQuota({
    redis: await connectRedis(address),
    shown: address.shown,
    ...{ owner: ownerOf(place), quotas, journal: store.quotaJournal, store: nameOf(store) },
    process: `${hostname().slice(0, 64)}-${process.pid}-${randomUUID().slice(0, 8)}`,
    gate: monotonicNow,
    random: Math.random,
    ...(patienceMs !== undefined && { patienceMs }),
  });
  try {
    await takeOver(book, place, Date.now);
  } catch (error) {
    await book.close();
    throw error;
  }
  return book;
}

/** What is recorded there of a key, and the server's clock. Throws `usage` and `queue-unusable`. */
export async function readSharedQuota(
  url: string,
  place: QuotaPlace,
): Promise<{ readonly record: QuotaRecord; readonly now: number }> {
  const owner = ownerOf(place);
  const { now, records } = await readQuotas(redisAddress(url), [owner]);
  return { now, record: records.get(owner) ?? FRESH };
}

/** A name of a store that no other has; one store by two names counts twice where a record is lost, and none too little. */
function nameOf({ url, folder }: BarStore): string {
  const isHere = folder !== undefined || (URL.canParse(url) && isLoopback(new URL(url).hostname));
  return createHash('sha256')
    .update(isHere ? `${hostname()} ${url}` : url)
    .digest('hex')
    .slice(0, 16);
}
