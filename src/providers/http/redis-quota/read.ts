import { connectRedis } from '../../../redis/connection.ts';
import type { RedisAddress } from '../../../redis/address.ts';
import { type QuotaRecord } from '../quota-record.ts';
import { keyOf, OWNERS_KEY } from './exchange.ts';
import { keptIn } from './kept-record.ts';

/** What a server has of quotas, and its clock. */
export interface QuotasAtServer {
  /** ms since the epoch. */
  readonly now: number;
  /** By owner, ascending; of one that cannot be read nothing is known. */
  readonly records: ReadonlyMap<string, QuotaRecord>;
}

/** Reads, and reserves nothing. `owners`: theirs alone. Default: of all. Throws `queue-unusable`. */
export async function readQuotas(address: RedisAddress, owners?: readonly string[]): Promise<QuotasAtServer> {
  const redis = await connectRedis(address, { writes: false });
  try {
    const [seconds, micros] = await redis.time();
    const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    const named = (owners ?? (await redis.smembers(OWNERS_KEY))).toSorted();
    const texts = named.length === 0 ? [] : await redis.mget(named.map(keyOf));
    const records = named.flatMap((owner, i): [string, QuotaRecord][] => {
      const kept = keptIn(texts[i] ?? '');
      return kept === undefined ? [] : [[owner, kept.record]];
    });
    return { now, records: new Map(records) };
  } finally {
    redis.disconnect();
  }
}
