import type { Bar, Revision, Series } from '../../core/bars/bars.ts';
import { inOrder } from '../parquet/beside/fresh-revisions.ts';
import type { Row } from './row.ts';

/** Columns of the bar that was replaced, or stayed. */
export const OLD = [
  'ts',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'vwap',
  'trades',
  'source',
  'fetched_at',
] as const;
/** Columns of what the answer had for it. */
export const NEW = [
  'new_open',
  'new_high',
  'new_low',
  'new_close',
  'new_volume',
  'new_source',
  'revised_at',
] as const;

/** A revision by a row of these columns, its times in ms. */
export function revisionOf(row: Row): Revision {
  const before: Bar = {
    ts: Number(row['ts']),
    ...prices(row, ''),
    volume: numberOr(row['volume'], Number.NaN),
    vwap: numberOr(row['vwap'], null),
    trades: numberOr(row['trades'], null),
    source: String(row['source']),
    fetchedAt: Number(row['fetched_at']),
  };
  const after: Bar = {
    ts: before.ts,
    ...prices(row, 'new_'),
    volume: numberOr(row['new_volume'], Number.NaN),
    ...{ vwap: null, trades: null },
    source: String(row['new_source']),
    fetchedAt: Number(row['revised_at']),
  };
  return { before, after, ...(row['stayed'] === true && { stayed: true }) };
}

function prices(row: Row, prefix: string): Pick<Bar, 'open' | 'high' | 'low' | 'close'> {
  const price = (name: string): number => Number(row[`${prefix}${name}`]);
  return { open: price('open'), high: price('high'), low: price('low'), close: price('close') };
}

function numberOr<T>(value: unknown, otherwise: T): number | T {
  return value === null ? otherwise : Number(value);
}

/** Ascending by `ts`, then by when they were told. */
export function inTheirOrder(revisions: readonly Revision[]): Revision[] {
  return revisions.toSorted(inOrder);
}

/** Revisions that a series is to have besides its own. */
export interface RevisionsWrite {
  readonly series: Series;
  readonly added: readonly Revision[];
  /** They are none of an answer's, which may come twice: all are added as they are. Default: those that are news. */
  readonly isVerbatim?: boolean;
}

/** A revision as it lies in a table. */
export interface KeptRevision {
  readonly id: string;
  readonly revision: Revision;
}
