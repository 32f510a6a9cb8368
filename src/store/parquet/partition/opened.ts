import type { AsyncBuffer, RowGroup } from 'hyparquet';
import type { StoredBars } from '../../../core/bars/columns.ts';
import { asWritten, type BodyWord, digestOfBody, type EncodedBody } from '../codec/body.ts';
import { bytesAt } from '../codec/bytes-at.ts';
import { assertPages } from '../codec/byte-seal.ts';
import { type Footer, readFooter } from '../codec/decode.ts';
import { decodeBars } from '../codec/decode-bars.ts';
import { digestOfRows, digestWithTail } from '../codec/digest.ts';
import { namingDamage } from './damage-notes.ts';
import type { BlobFile, Blobs } from '../files/blobs.ts';
import { MAGIC_BYTES } from '../codec/encode.ts';
import { judgeKnowledge, type Knowledge, statedRows } from './knowledge.ts';
import { barsPath, type Partition } from '../files/layout.ts';
import { assertDigest } from '../codec/own-entry.ts';

/** What lies in a partition: its rows, which are those that were written, and what the file says of them. */
export interface PartitionRows {
  readonly bars: StoredBars;
  readonly footer: Footer;
}

/** The body of a file, which is as it was written. */
export interface Body {
  readonly word: BodyWord;
  readonly encoded: EncodedBody;
  /** Of its rows. */
  readonly firstTs: number;
  readonly lastTs: number;
}

/** A partition without the rows of its body. */
export interface PartitionTail {
  readonly body: Body;
  readonly bars: StoredBars;
  readonly knowledge: Knowledge;
}

/** A file of a partition in memory, of which as much is decoded as is asked for, once. */
export class OpenedPartition {
  readonly #blobs: Blobs;
  readonly #partition: Partition;
  readonly #file: BlobFile;
  readonly #footer: Footer;
  #judged: ReturnType<typeof judgeKnowledge> | undefined;
  #rows: Promise<PartitionRows> | undefined;
  #tail: Promise<PartitionTail | undefined> | undefined;

  constructor(blobs: Blobs, partition: Partition, file: BlobFile, footer: Footer) {
    this.#blobs = blobs;
    this.#partition = partition;
    this.#file = file;
    this.#footer = footer;
  }

  /** What its footer says and is believed, or why it is not. Throws like `judgeKnowledge`. */
  get judged(): ReturnType<typeof judgeKnowledge> {
    this.#judged ??= judgeKnowledge(this.#partition, this.#footer);
    return this.#judged;
  }

  /** All rows. Throws `store-corrupt` if the file is damaged, or if they are not those that were written. */
  rows(): Promise<PartitionRows> {
    this.#rows ??= this.#naming(() => decodeRows(this.#partition, this.#file, this.#footer));
    return this.#rows;
  }

  /**
   * What lies behind the body; undefined if there is none whose bytes are as they were written, or if the file is not
   * believed: then all rows tell. Throws like `rows`.
   */
  tail(): Promise<PartitionTail | undefined> {
    this.#tail ??= this.#naming(() => this.#decodeTail());
    return this.#tail;
  }

  async #decodeTail(): Promise<PartitionTail | undefined> {
    const { judged } = this;
    if ('doubt' in judged) return undefined;
    return decodeTail(this.#partition, this.#file, this.#footer, judged.known);
  }

  #naming<T>(read: () => Promise<T>): Promise<T> {
    return namingDamage(this.#blobs, fileOf(this.#partition), this.#file, read);
  }
}

/** Reads the file of a partition; undefined if there is none. Throws `store-corrupt` if it is damaged. */
export async function openPartition(
  blobs: Blobs,
  partition: Partition,
): Promise<OpenedPartition | undefined> {
  const file = await blobs.read(barsPath(partition));
  if (file === undefined) return undefined;
  const footer = await namingDamage(blobs, fileOf(partition), file, () => readFooter(file));
  return new OpenedPartition(blobs, partition, file, footer);
}

function fileOf(partition: Partition): { readonly path: string; readonly ticker: string } {
  return { path: barsPath(partition), ticker: partition.series.ticker };
}

/** The rows of a file. Throws `store-corrupt` if they are not those that were written. */
export async function decodeRows(
  partition: Partition,
  file: AsyncBuffer,
  footer: Footer,
): Promise<PartitionRows> {
  const bars = await decodeBars(file, footer);
  const stated = statedRows(partition, footer);
  assertDigest(stated?.digest, () => digestOfRows(bars, stated?.body));
  await assertPages(file, footer.parsed);
  return { bars, footer };
}

async function decodeTail(
  partition: Partition,
  file: AsyncBuffer,
  footer: Footer,
  knowledge: Knowledge,
): Promise<PartitionTail | undefined> {
  const stated = statedRows(partition, footer);
  if (stated?.body === undefined) return undefined;
  await assertPages(file, footer.parsed);
  const body = await bodyOf(file, footer, stated.body);
  if (body === undefined) return undefined;
  const bars = await decodeBars(file, { parsed: footer.parsed, fromGroup: body.encoded.groups.length });
  assertDigest(stated.digest, () => digestWithTail(body.word.digest, bars));
  return { body, bars, knowledge };
}

/** The body of a file, as its footer says; undefined if it is not as it was written. */
export async function bodyOf(
  file: AsyncBuffer,
  { parsed, firstTs }: Footer,
  word: BodyWord,
): Promise<Body | undefined> {
  const own: RowGroup[] = [];
  let rows = 0;
  for (const group of parsed.row_groups) {
    if (rows >= word.rows) break;
    own.push(group);
    rows += Number(group.num_rows);
  }
  const lastTs = lastTsOf(own.at(-1));
  if (rows !== word.rows || firstTs === null || lastTs === undefined) return undefined;
  try {
    const bytes = await bytesAt(file, MAGIC_BYTES, endOf(own));
    const encoded = { bytes, groups: own.map(asWritten) };
    return digestOfBody(encoded) === word.bytes ? { word, encoded, firstTs, lastTs } : undefined;
  } catch {
    // Bounds that are no numbers: nobody wrote them so.
    return undefined;
  }
}

function lastTsOf(group: RowGroup | undefined): number | undefined {
  const ts = group?.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === 'ts')?.meta_data;
  const last = Number(ts?.statistics?.max_value ?? Number.NaN);
  return Number.isFinite(last) ? last : undefined;
}

/** Where the last chunk of some row groups ends. */
function endOf(groups: readonly RowGroup[]): number {
  let end = MAGIC_BYTES;
  for (const { columns } of groups)
    for (const { meta_data: chunk } of columns) {
      if (chunk === undefined) continue;
      const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
      end = Math.max(end, start + Number(chunk.total_compressed_size));
    }
  return end;
}
