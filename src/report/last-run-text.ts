import type { RecordedRun } from '../backfill/run/run-record.ts';
import { utcMinute } from './listed-text.ts';
import { formatCount } from './table.ts';

/** A run as it was asked for; where it was in batches, the sums of those. */
export interface LastRun extends Pick<
  RecordedRun,
  'provider' | 'startedAt' | 'endedAt' | 'fetched' | 'failed' | 'unavailable' | 'notRun' | 'stopped'
> {
  /** Of its last record. */
  readonly id: string;
  /** The batches that it began, from 1, both inclusive, of so many. Default: it was in none. */
  readonly batches?: { readonly first: number; readonly last: number; readonly of: number };
}

/** `2026-11-20 21:15 UTC, from sample: batches 1-2 of 7, 20 fetched` */
export function lastRunText(last: LastRun | null): string {
  if (last === null) return 'none is on record';
  const { provider, endedAt, fetched, failed, unavailable, notRun, stopped, batches } = last;
  const counts = [
    `${formatCount(fetched)} fetched`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(unavailable > 0 ? [`${formatCount(unavailable)} cannot be had`] : []),
    ...(notRun > 0 ? [`${formatCount(notRun)} not run`] : []),
  ];
  const how = stopped === null ? '' : `; stopped: ${stopped.message}`;
  const whose = batches === undefined ? '' : `${batchesText(batches)}, `;
  return `${utcMinute(endedAt)}, from ${provider}: ${whose}${counts.join(', ')}${how}`;
}

function batchesText({ first, last, of }: NonNullable<LastRun['batches']>): string {
  return `${first === last ? `batch ${first}` : `batches ${first}-${last}`} of ${of}`;
}
