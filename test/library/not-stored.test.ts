import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { HistoryRequest } from '../../src/library/history.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import type { CoverageReport } from '../../src/report/coverage.ts';
import { coverageText } from '../../src/report/coverage-text.ts';
import { openStore } from '../../src/store/open.ts';
import { toolsInProcess } from '../backfill/in-process.ts';
import { temporaryFolder } from '../store/fixtures.ts';

const NOW = Date.parse('2026-03-02T23:00:00Z');
/** Five sessions of New York. */
const WEEK = { start: '2026-02-23', end: '2026-02-27' };

let store = '';
/** Two tickers by the day, and nothing else. */
beforeAll(async () => {
  store = await mkdtemp(join(tmpdir(), 'backfill-not-stored-'));
  const tools = toolsInProcess(openSample({ id: 'sample' }), openStore(store), () => NOW);
  await backfill({ tickers: ['ALFA', 'BRIQ'], ...WEEK }, tools);
});
afterAll(() => rm(store, { recursive: true }));

function covered(request: HistoryRequest, folder = store): Promise<CoverageReport> {
  return openHistory({ store: folder, provider: { id: 'sample' }, clock: () => NOW }).coverage(request);
}

/** A series, and what its coverage is. */
function linesOf({ series }: CoverageReport): string[] {
  return series.map(({ ticker, interval, coverage }) => `${ticker} ${interval} ${coverage}`);
}

const NO_HOURS = 'The store has no series of 1h.';

describe('an interval that is named and of which nothing is stored', () => {
  it('counts 0 % for each ticker of the store, and is told', async () => {
    const report = await covered({ intervals: ['1d', '1h'], ...WEEK });
    expect(linesOf(report)).toEqual(['ALFA 1h 0', 'ALFA 1d 100', 'BRIQ 1h 0', 'BRIQ 1d 100']);
    expect(report).toMatchObject({ notStored: ['1h'], totals: { expected: 20, present: 10, coverage: 50 } });
    expect(coverageText(report, { missing: false })).toContain(NO_HOURS);
  });

  it('is told where it is named alone: the store is not empty', async () => {
    const report = await covered({ intervals: ['1h'], ...WEEK });
    expect(linesOf(report)).toEqual(['ALFA 1h 0', 'BRIQ 1h 0']);
    expect(coverageText(report, { missing: false })).toContain(NO_HOURS);
  });

  it('is not told of where some ticker has it, or nobody named it', async () => {
    for (const intervals of [['1d'], undefined] as const) {
      const report = await covered({ ...(intervals && { intervals }), ...WEEK });
      expect(report).not.toHaveProperty('notStored');
      expect(linesOf(report)).toEqual(['ALFA 1d 100', 'BRIQ 1d 100']);
    }
  });
});

describe('a ticker that is named without an interval', () => {
  it('is one of the intervals that are stored of it, and a daily one only where none is', async () => {
    const folder = await temporaryFolder();
    try {
      const tools = toolsInProcess(openSample({ id: 'sample' }), openStore(folder.path), () => NOW);
      await backfill({ tickers: ['ALFA'], intervals: ['15m'], ...WEEK }, tools);
      const report = await covered({ tickers: ['ALFA', 'BRIQ'], ...WEEK }, folder.path);
      expect(linesOf(report)).toEqual(['ALFA 15m 100', 'BRIQ 1d 0']);
      const daily = await covered({ tickers: ['ALFA'], intervals: ['1d'], ...WEEK }, folder.path);
      expect(linesOf(daily)).toEqual(['ALFA 1d 0']);
    } finally {
      await folder.remove();
    }
  });

  it('is no daily one either where its only file is damaged', async () => {
    const folder = await temporaryFolder();
    try {
      const tools = toolsInProcess(openSample({ id: 'sample' }), openStore(folder.path), () => NOW);
      await backfill({ tickers: ['ALFA'], intervals: ['15m'], ...WEEK }, tools);
      const bars = await readdir(join(folder.path, 'bars'), { recursive: true });
      const file = bars.find((name) => name.endsWith('.parquet')) ?? '';
      await writeFile(join(folder.path, 'bars', file), 'no bars');
      const { series } = await covered({ tickers: ['ALFA'], ...WEEK }, folder.path);
      expect(series.map(({ interval, standing }) => [interval, standing])).toEqual([['15m', 'damaged']]);
    } finally {
      await folder.remove();
    }
  });
});
