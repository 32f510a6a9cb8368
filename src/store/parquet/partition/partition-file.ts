import type { AsyncBuffer } from 'hyparquet';
import type { StoredBars } from '../../../core/bars/columns.ts';
import { assertBounds } from '../codec/bounds.ts';
import { decodeDigest, decodeTimes } from '../codec/decode-bars.ts';
import { type Footer, readFooter } from '../codec/decode.ts';
import { type Knowledge, knowledgeByRows, statedRows, trustedWord } from './knowledge.ts';
import type { Partition } from '../files/layout.ts';
import { type Body, decodeRows, type OpenedPartition, openPartition } from './opened.ts';
import type { Blobs } from '../files/blobs.ts';
import { assertDigest } from '../codec/own-entry.ts';
import { areColumnsInPlace } from '../codec/places.ts';
import { partitionSaid, type Readings, type Said } from './said.ts';

/** What the footer of a partition says, or its rows where that is in doubt. */
export interface PartitionState {
  readonly rows: number;
  readonly knowledge: Knowledge;
  /** Its own word, where it counts. */
  readonly said?: Said;
  /** Why it does not, where it does not. */
  readonly doubt?: string;
}

/**
 * Reads the footer of a partition, and its rows only where the footer leaves doubts. Throws `store-corrupt` if it is
 * damaged.
 */
export async function readState(
  partition: Partition,
  file: AsyncBuffer,
  readings: Readings,
): Promise<PartitionState> {
  const footer = await readFooter(file);
  const { rows } = footer;
  const believed = areColumnsInPlace(footer, file.byteLength) && ownWord(partition, footer, readings);
  if (believed) return believed;
  const stated = statedRows(partition, footer);
  const found = stated === undefined ? '' : await decodeDigest(file, stated.body, footer);
  assertDigest(stated?.digest, () => found);
  return { rows, ...knowledgeByRows(partition, footer, await decodeTimes(file)) };
}

/** What a footer says, as the cache of scans says it again; undefined if it is not believed. Throws like `readState`. */
function ownWord(partition: Partition, footer: Footer, readings: Readings): PartitionState | undefined {
  const word = trustedWord(partition, footer);
  if ('doubt' in word) return undefined;
  try {
    const said = partitionSaid(footer.rows, word.json);
    return { ...readings.partition(partition, said), said };
  } catch {
    // Malformed: the rows tell, and why they had to.
    return undefined;
  }
}

/** The whole content of a partition. */
export interface PartitionContent {
  readonly bars: StoredBars;
  readonly knowledge: Knowledge;
}

/** Throws `store-corrupt` if the rows of a partition are not those that were written, or its footer has other bounds. */
export async function assertWhole(partition: Partition, file: AsyncBuffer): Promise<void> {
  const footer = await readFooter(file);
  assertBarBounds(footer, (await decodeRows(partition, file, footer)).bars);
}

/** Throws `store-corrupt` if a footer has other bounds than the rows of its file, in their order. */
export function assertBarBounds({ parsed }: Footer, bars: StoredBars): void {
  const { ts, open, high, low, close, volume, fetchedAt } = bars;
  assertBounds(parsed, {
    ...{ ts, open, high, low, close, volume },
    ...{ vwap: bars.vwap ?? undefined, trades: bars.trades ?? undefined, fetched_at: fetchedAt },
  });
}

/** The same, perhaps without the rows of a body that stays as it is. */
export interface PartitionPart extends PartitionContent {
  readonly body?: Body | undefined;
}

/**
 * Reads a partition; undefined if there is none. Knowledge that cannot be trusted is rebuilt from the rows, with the
 * given calendar (default: the ticker's). Throws `store-corrupt` if the file is damaged, or if its rows are not those that
 * were written: rot must not pass into the next version of the file.
 */
export async function readPartition(
  blobs: Blobs,
  partition: Partition,
  calendarId?: string,
): Promise<PartitionContent | undefined> {
  return wholeOf(partition, await openPartition(blobs, partition), calendarId);
}

/** The whole content of a partition that was opened. Throws like `readPartition`. */
export async function wholeOf(
  partition: Partition,
  opened: OpenedPartition | undefined,
  calendarId?: string,
): Promise<PartitionContent | undefined> {
  if (opened === undefined) return undefined;
  const { bars, footer } = await opened.rows();
  return { bars, knowledge: knowledgeByRows(partition, footer, bars.ts, calendarId).knowledge };
}

/**
 * The same without the rows of its body, if it has one that ends before what is asked for: `isEnough` is given the last
 * `ts` of it.
 */
export async function behindBody(
  partition: Partition,
  opened: OpenedPartition | undefined,
  isEnough: (lastTs: number, knowledge: Knowledge) => boolean,
  calendarId?: string,
): Promise<PartitionPart | undefined> {
  const tail = await opened?.tail();
  if (tail !== undefined && isEnough(tail.body.lastTs, tail.knowledge)) return tail;
  return wholeOf(partition, opened, calendarId);
}
