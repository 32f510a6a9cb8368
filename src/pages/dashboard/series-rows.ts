import type { StoredSeries } from '../../report/dashboard/page-data.ts';
import { countText, percentText } from '../dom.ts';
import type { TableColumn } from '../paged-table.ts';
import { seriesLink } from './texts.ts';

/** What a list of stored series has of each. */
export const SERIES_COLUMNS: readonly TableColumn<StoredSeries>[] = [
  { title: 'Ticker', content: ([ticker, interval]) => seriesLink(ticker, interval) },
  { title: 'Int', content: ([, interval]) => interval },
  { title: 'Standing', content: ([, , standing]) => standing },
  { title: 'Cover', content: ([, , , coverage]) => percentText(coverage), isNumber: true },
  { title: 'Missing', content: ([, , , , missing]) => countText(missing), isNumber: true },
  { title: 'Absent', content: ([, , , , , absent]) => countText(absent), isNumber: true },
  { title: 'First', content: ([, , , , , , first]) => first ?? '–' },
  { title: 'Last', content: ([, , , , , , , last]) => last ?? '–' },
  { title: 'Bars', content: ([, , , , , , , , rows]) => countText(rows), isNumber: true },
];
