import type { Series } from '../../../core/bars/bars.ts';
import { BackfillError } from '../../../core/errors.ts';
import type { Rejected, RejectedRecord, RejectedRow, ScanOptions } from '../../store.ts';
import type { Blobs } from '../files/blobs.ts';
import { inspectAll, type Place } from './inspect.ts';
import { fields, instant, list, malformed, text } from '../codec/json.ts';
import { REJECTED, seriesPath } from '../files/layout.ts';
import { listSeries, namesIn } from '../files/walk.ts';

/** Names that `keepRejected` gives: the time of the answer, and a number. */
const NAME = /^\d{8}T\d{6}Z-(\d+)\.json$/;

/** Rejected rows that were kept, oldest first. A file that cannot be read is named and left where it is. */
export async function readRejectedRows(blobs: Blobs, options: ScanOptions): Promise<Rejected> {
  const files: { readonly path: string; readonly series: Series }[] = [];
  for (const series of await listSeries(blobs, options, REJECTED)) {
    const folder = seriesPath(REJECTED, series);
    for (const name of inOrder(await namesIn(blobs, folder)))
      files.push({ path: `${folder}/${name}`, series });
  }
  const { found, aside } = await inspectAll(blobs, files, rejectedPlace, false);
  return { records: found.toSorted((a, b) => a.fetchedAt - b.fetchedAt), unreadable: aside };
}

/** Our names, those of one second by their number: `-10` after `-9`. */
function inOrder(names: readonly string[]): string[] {
  const numberOf = (name: string): number => Number(NAME.exec(name)?.[1]);
  return names.filter((name) => NAME.test(name)).toSorted((a, b) => numberOf(a) - numberOf(b));
}

function rejectedPlace({ path, series }: { path: string; series: Series }): Place<RejectedRecord> {
  return {
    path,
    of: series,
    async read(file) {
      const content = new TextDecoder().decode(await file.slice(0, file.byteLength));
      try {
        return recordOf(series, JSON.parse(content));
      } catch (error) {
        throw new BackfillError('store-corrupt', 'it is no record of rejected rows', { cause: error });
      }
    },
  };
}

function recordOf(series: Series, content: unknown): RejectedRecord {
  const json = fields(content);
  if (json['ticker'] !== series.ticker) throw malformed(json['ticker']);
  if (json['interval'] !== series.interval) throw malformed(json['interval']);
  return {
    series,
    source: text(json['source']),
    fetchedAt: instant(json['fetchedAt']),
    rows: list(json['rows']).map(rowOf),
  };
}

function rowOf(value: unknown): RejectedRow {
  const { row, reason } = fields(value);
  return { row, reason: text(reason) };
}
