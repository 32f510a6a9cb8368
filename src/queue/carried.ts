import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Redis } from 'ioredis';
import { partKey } from './names.ts';
import { lostByQueue } from './outcomes.ts';

const [deflated, inflated] = [promisify(deflateRaw), promisify(inflateRaw)];

/** Shorter texts are carried as they are: they can be read on a dashboard. */
const PLAIN_CHARS = 4096;

/** How long a part lies there that nobody took, s: a job may wait through a weekend. */
const PART_SECONDS = 7 * 86_400;

/** Something as a job carries it: its JSON; that deflated, in base64; or the name of what lies beside the run. Plain JSON. */
export type Carried = { readonly json: string } | { readonly z: string } | { readonly part: string };

/** Where what is too large for a job lies. */
export interface PartPlace {
  readonly redis: Redis;
  readonly run: string;
  /** Of the part: the same for the same content, or one that no other has. */
  readonly id: string;
}

/** `mostChars`: of what the job itself carries; more than that lies beside the run. */
export async function carry(value: unknown, mostChars: number, place: PartPlace): Promise<Carried> {
  const json = JSON.stringify(value);
  if (json.length <= Math.min(PLAIN_CHARS, mostChars)) return { json };
  const z = (await deflated(json, { level: 1 })).toString('base64');
  if (z.length <= mostChars) return { z };
  await place.redis.set(partKey(place.run, place.id), z, 'EX', PART_SECONDS);
  return { part: place.id };
}

/** What was carried. Throws `queue-unusable` where the part of it that lay beside the run is gone. */
export async function unpack<T>(carried: Carried, { redis, run }: Omit<PartPlace, 'id'>): Promise<T> {
  if ('json' in carried) return JSON.parse(carried.json) as T;
  const z = 'z' in carried ? carried.z : await redis.get(partKey(run, carried.part));
  if (z === null) throw lostByQueue(`a part of run ${run} is gone from Redis`);
  return JSON.parse((await inflated(Buffer.from(z, 'base64'))).toString()) as T;
}

/** Nobody needs it any more. */
export async function dropPart(carried: Carried, { redis, run }: Omit<PartPlace, 'id'>): Promise<void> {
  if ('part' in carried) await redis.unlink(partKey(run, carried.part));
}
