import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { History, HistoryRequest } from '../../src/library/history.ts';
import type { ExportRequest } from '../../src/library/read-options.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { coverageText } from '../../src/report/coverage-text.ts';
import { openStore } from '../../src/store/open.ts';
import type { SqlValue } from '../../src/store/sql.ts';
import { toolsInProcess } from '../backfill/in-process.ts';

export const NOW = Date.parse('2026-03-02T23:00:00Z');
export const RANGE = { start: '2025-12-22', end: '2026-01-30' };
export const sample = openSample({ id: 'sample' });

let folder = '';
export let store = '';
export let history: History;

export const daily = (ticker: string): string => `bars/interval=1d/ticker=${ticker}/period=all/bars.parquet`;
export const hours = (year: string): string => `bars/interval=1h/ticker=BRIQ/period=${year}/bars.parquet`;
export const actions = (ticker: string): string => `actions/ticker=${ticker}/actions.parquet`;
export const at = (path: string): string => join(store, path);

/** A store of three daily series, one of them hourly too, in two partitions; every test has a copy of its own. */

/** Has each test of a file begin with a store of its own of the three. */
export function beginWithThree(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-damage-'));
    const tools = toolsInProcess(sample, openStore(join(folder, 'whole')), () => NOW);
    await backfill({ tickers: ['ALFA', 'BRIQ', 'NYXA'], ...RANGE }, tools);
    await backfill({ tickers: ['BRIQ'], intervals: ['1h'], ...RANGE }, tools);
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    store = await mkdtemp(join(folder, 'store-'));
    await cp(join(folder, 'whole'), store, { recursive: true });
    history = openHistory({ store, provider: { id: 'sample' }, clock: () => NOW });
  });
}

export async function report(request: HistoryRequest = {}): Promise<string[]> {
  return coverageText(await history.coverage({ ...RANGE, ...request }), { missing: false });
}

/** The rows of a query, and the files that are not in them. */
export async function query(sql: string): Promise<{ rows: unknown[]; leftOut: string[] }> {
  return history.query(sql, async ({ blocks }, leftOut) => {
    const rows: (readonly SqlValue[])[] = [];
    for await (const block of blocks()) rows.push(...block);
    return { rows, leftOut: leftOut.map(({ path }) => path) };
  });
}

/** The rows of an export, and why what is not in them is left out. */
export async function exported(
  request: Partial<ExportRequest> = {},
): Promise<{ rows: string[]; reasons: string[] }> {
  let text = '';
  const { failures } = await history.export({ ...request, to: async (more) => void (text += more) });
  return { rows: text.split('\n').slice(1, -1), reasons: failures.map(({ reason }) => reason) };
}

/** Counts rows by their first letters. */
export function countBy(rows: readonly string[], letters: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[row.slice(0, letters)] = (counts[row.slice(0, letters)] ?? 0) + 1;
  return counts;
}

/** Puts a damaged file where the replaced values of a daily series lie, and gives its path. */
export async function damagedRevisions(ticker: string): Promise<string> {
  const path = `revisions/interval=1d/ticker=${ticker}/period=all/revisions.parquet`;
  await mkdir(dirname(at(path)), { recursive: true });
  await writeFile(at(path), 'damaged');
  return path;
}
