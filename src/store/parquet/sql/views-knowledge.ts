import { seriesKey } from '../../../core/bars/bars.ts';
import { within } from '../../../core/coverage/coverage.ts';
import { periodRange } from '../../../core/bars/partition.ts';
import type { Scan } from '../../scan.ts';
import { pairOf } from '../codec/json.ts';
import { quoted } from './views-sql.ts';

/**
 * What the files of a glob say of themselves, as a table of BLOBs `value`; of those whose word is not believed, what the
 * scan knows by their rows in its place. `from` is what DuckDB reads; undefined for no file.
 */
export function knowledgeSource(root: string, from: string | undefined, scan: Scan): string {
  if (from === undefined) return `(SELECT '{}'::BLOB AS value) WHERE false`;
  const distrusted = scan.distrusted ?? [];
  const own = `parquet_kv_metadata(${from})\n  WHERE key = 'backfill'::BLOB`;
  if (distrusted.length === 0) return own;
  const paths = distrusted.map(({ path }) => quoted(`${root.replaceAll('\\', '/')}/${path}`));
  const rebuilt = distrusted
    .flatMap(({ path }) => rebuiltJson(path, scan))
    .map((json) => `\n  UNION ALL SELECT encode(${quoted(json)})`);
  return `(SELECT value FROM ${own}
  AND replace(file_name, '\\', '/') NOT IN (${paths.join(', ')})${rebuilt.join('')})`;
}

/** The knowledge of a partition as the scan has it; none for a file of something else. */
function rebuiltJson(path: string, { series, distrusted = [] }: Scan): string[] {
  const [, period] = /^bars\/.*\/period=([^/]+)\//.exec(path) ?? [];
  const of = distrusted.find((file) => file.path === path);
  if (period === undefined || of === undefined || of.interval === null) return [];
  const { ticker, interval } = of;
  const state = series.get(seriesKey({ ticker, interval }));
  if (state === undefined) return [];
  const { present, provisional } = within(state.coverage, [periodRange(period)]);
  const known = { present: present.map(pairOf), provisional: provisional.map(pairOf), absent: [] };
  return [JSON.stringify({ ticker, interval, period, calendar: state.calendar, ...known })];
}
