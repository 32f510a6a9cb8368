import type { Series } from '../../core/bars/bars.ts';
import { periodOf } from '../../core/bars/partition.ts';
import type { DayRange } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import { NO_SEAL } from '../parquet/codec/byte-seal.ts';
import { Conflict } from '../parquet/files/blobs.ts';
import type { Partition } from '../parquet/files/layout.ts';
import { type Knowledge, rebuiltKnowledge, trustedWord } from '../parquet/partition/knowledge.ts';
import { marksIn as marksOfJson } from '../parquet/partition/marks.ts';
import { partitionSaid, type Readings } from '../parquet/partition/said.ts';
import { type RowSum, sumIn } from './row-sum.ts';
import type { Row } from './row.ts';

/** What is known of a series in one period, beside its bars. */
export interface Part {
  /** Another one after every change. */
  readonly version: string;
  readonly rows: number;
  readonly firstTs: number | null;
  readonly lastTs: number | null;
  readonly knowledge: Knowledge;
  /** Of its rows. Default: nothing is known of what they were, as of what an earlier version wrote. */
  readonly sum?: RowSum | undefined;
  /** Why its own word is not believed, where it is not: then it is what the rows prove. */
  readonly doubt?: string;
}

/** Reads the stamps of a part's bars. */
export type ReadStamps = (partition: Partition) => Promise<Float64Array>;

/** What a row of a part says: `ticker`, `interval`, `period`, `version`, `rows`, `first_ts` and `last_ts` (ms), `known`. `stamps` is asked where its own word is not believed. */
export async function partOf(
  { series, period }: Partition,
  row: Row,
  readings: Readings,
  stamps: ReadStamps,
): Promise<Part> {
  const partition = { series, period };
  const [rows, firstTs, lastTs] = [Number(row['rows']), msOf(row['first_ts']), msOf(row['last_ts'])];
  const said = { version: String(row['version']), rows, firstTs, lastTs };
  const judged = judge(partition, { rows, firstTs, lastTs, metadata: String(row['known']) }, readings);
  if ('knowledge' in judged) return { ...said, ...judged };
  const ts = await stamps(partition);
  return {
    ...said,
    ...{ rows: ts.length, firstTs: ts.at(0) ?? null, lastTs: ts.at(-1) ?? null },
    knowledge: rebuiltKnowledge(partition, ts),
    doubt: judged.doubt,
  };
}

function judge(
  partition: Partition,
  footer: Pick<Part, 'rows' | 'firstTs' | 'lastTs'> & { readonly metadata: string },
  readings: Readings,
): Pick<Part, 'knowledge' | 'sum'> | { readonly doubt: string } {
  try {
    const word = trustedWord(partition, { ...footer, seal: NO_SEAL });
    if ('doubt' in word) return word;
    const { knowledge } = readings.partition(partition, partitionSaid(footer.rows, word.json));
    return {
      knowledge: { ...knowledge, ...marksOfJson(word.json['marks']) },
      sum: sumIn(word.json['sum']),
    };
  } catch {
    return { doubt: 'what it says of itself is malformed' };
  }
}

function msOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

export function partitionOfRow(row: Row, series?: Series): Partition {
  const own = series ?? { ticker: String(row['ticker']), interval: String(row['interval']) as Interval };
  return { series: own, period: String(row['period']) };
}

/** How a part is named where a file would be. */
export function placeOf({ series: { ticker, interval }, period }: Partition): string {
  return `bars/${interval}/${ticker}/${period}`;
}

/** The first and the last period that a range can touch, as texts to compare with. */
export function periodBounds(interval: Interval, { from, to }: DayRange): readonly [string, string] {
  if (interval === '1d') return ['all', 'all'];
  return [
    Number.isFinite(from) ? periodOf(interval, from) : '',
    Number.isFinite(to) ? periodOf(interval, to - 1) : '~',
  ];
}

/** What is to be known of a part from now on. */
export interface PartWrite extends Omit<Part, 'version' | 'doubt'> {
  readonly partition: Partition;
  /** What it must be still; undefined: not there. */
  readonly before: string | undefined;
  /** Its months begin with other bars than they did: they are looked up. */
  readonly isMarkedAnew: boolean;
}

/** Tells a part from all others. */
export function keyOf({ series, period }: Partition): string {
  return `${series.interval} ${period} ${series.ticker}`;
}

/** A part is not as it was when it was read. */
export function disturbed({ series: { ticker, interval }, period }: Partition): Conflict {
  return new Conflict(`${ticker} ${interval} ${period} was written by somebody else at the same time`);
}
