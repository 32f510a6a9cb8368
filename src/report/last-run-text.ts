import type { RecordedPart } from '../backfill/settle/parts-of-chain.ts';
import type { RecordedRun } from '../backfill/run/run-record.ts';
import { utcMinute } from './listed-text.ts';
import { formatCount, plural } from './table.ts';

/** A run as it was asked for; where it was in batches, the sums of those. */
export interface LastRun extends Pick<
  RecordedRun,
  'provider' | 'startedAt' | 'endedAt' | 'fetched' | 'failed' | 'unavailable' | 'notRun' | 'stopped'
> {
  /** Of its last record. */
  readonly id: string;
  /** The batches that it began, from 1, both inclusive, of so many. Default: it was in none. */
  readonly batches?: { readonly first: number; readonly last: number; readonly of: number };
  /** Of a chain: what each provider did, in the order in which they are asked; the sums are of the last. Default: it was none. */
  readonly byProvider?: readonly RecordedPart[];
}

/** `2026-11-20 21:15 UTC, from sample: batches 1-2 of 7, 20 fetched` */
export function lastRunText(last: LastRun | null): string {
  if (last === null) return 'none is on record';
  const { provider, endedAt, batches, byProvider } = last;
  if (byProvider !== undefined) {
    const whose = batches === undefined ? '' : `, ${batchesText(batches)}`;
    return `${utcMinute(endedAt)}, from ${byProvider.map((part) => part.provider).join(', then ')}${whose}`;
  }
  const whose = batches === undefined ? '' : `${batchesText(batches)}, `;
  return `${utcMinute(endedAt)}, from ${provider}: ${whose}${countsText(last)}`;
}

/** Of a chain a line each: `polygon: 12 requests, 240 bars; 11 fetched, 1 cannot be had` */
export function lastPartTexts(last: LastRun | null): string[] {
  return (last?.byProvider ?? []).map((part) =>
    part.isAsked
      ? `${part.provider}: ${plural(part.sent, 'request')}, ${plural(part.bars, 'bar')}; ${countsText(part)}`
      : `${part.provider}: was not asked`,
  );
}

function countsText({
  fetched,
  failed,
  unavailable,
  notRun,
  stopped,
}: Omit<RecordedPart, 'sent' | 'bars' | 'isAsked'>): string {
  const counts = [
    `${formatCount(fetched)} fetched`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(unavailable > 0 ? [`${formatCount(unavailable)} cannot be had`] : []),
    ...(notRun > 0 ? [`${formatCount(notRun)} not run`] : []),
  ];
  if (stopped === null) return counts.join(', ');
  // Who stopped it himself need not be told why.
  const isTold = stopped.message.startsWith('the run was stopped');
  return `${counts.join(', ')}; ${isTold ? '' : 'stopped: '}${stopped.message}`;
}

function batchesText({ first, last, of }: NonNullable<LastRun['batches']>): string {
  return `${first === last ? `batch ${first}` : `batches ${first}-${last}`} of ${of}`;
}
