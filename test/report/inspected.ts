import { inspectFiles } from '../../src/library/inspect.ts';
import { inspectionText } from '../../src/report/inspection-text.ts';
import { UNBOUNDED } from '../../src/report/page.ts';
import type { InspectRequest } from '../../src/report/inspection.ts';
import { folderOf } from '../market/csv/folders.ts';

export const NOW = Date.parse('2026-03-02T12:00:00Z');
export const DAYS = ['2024-01-02', '2024-01-03', '2024-01-04', '2024-01-05', '2024-01-08'];
export const HEADER = 'date,open,high,low,close,volume';
export const CLOSES = ['10.5', '10.1', '10.4', '10.7', '10.2'];
export const daily = (close = CLOSES[2]): string =>
  `${HEADER}\n${DAYS.map((day, i) => `${day},10,11,9,${i === 2 ? close : CLOSES[i]},100\n`).join('')}`;

/** The same rows with volumes of their own: two tickers do not trade alike. */
export const dailyOf = (i: number): string => daily().replaceAll(',100\n', `,${100 + i}\n`);

export const inspected = (
  files: Readonly<Record<string, string | Uint8Array>>,
  options: Omit<InspectRequest, 'path'> = {},
) => inspectFiles({ path: folderOf(files), ...options }, () => NOW);
export const textOf = async (
  files: Readonly<Record<string, string | Uint8Array>>,
  options = {},
): Promise<string[]> => inspectionText(await inspected(files, options), { ...UNBOUNDED, columns: 100 });
