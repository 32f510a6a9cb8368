import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type DayRange, parseDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { inRows, type RowAnswer } from '../rows.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
export const DAILY = `date,open,high,low,close,volume
2024-01-02,100,110,90,105,1000
2024-01-03,,,,105,1000
2024-01-04,50,55,45,52,2000
2024-01-05,51,55,45,52,2001
`;

/** A folder with these files, which is gone when the test ends. */
export async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'csv-provider-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

export function range(from: string, to: string): DayRange {
  return { from: parseDay(from), to: parseDay(to) };
}

export function fetchBars(
  provider: Provider,
  ticker: string,
  asked: DayRange,
  interval: Interval = '1d',
  now = NOW,
): Promise<RowAnswer> {
  return inRows(provider).fetchBars({ series: { ticker, interval }, range: asked, now });
}
