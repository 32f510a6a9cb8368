import type { Series } from '../../core/bars/bars.ts';
import type { CsvFolderMarket } from '../../market/csv-folder.ts';
import type { StampsRead } from '../provider.ts';
import type { CsvSettings } from './settings.ts';

/**
 * How the intraday stamps of a series' files were read; null of dates, of Lean's files, whose format tells it, and of files
 * that were read by several clocks.
 */
export function stampsRead(
  market: CsvFolderMarket,
  { ticker, interval }: Series,
  { stamps = 'start' }: CsvSettings,
): StampsRead | null {
  if (interval === '1d') return null;
  const files = market.filesRead(ticker).filter((file) => file.interval === interval);
  const [first, ...others] = files.map(({ table }) => table?.clock);
  if (first === undefined || first === null) return null;
  const { zone, by } = first;
  if (!others.every((clock) => clock?.zone === zone && clock.by === by)) return null;
  const tellTheirs = by === 'offset' || by === 'header';
  return { zone, are: stamps, options: { zone: tellTheirs ? null : '--csv-zone', are: '--csv-stamps' } };
}
