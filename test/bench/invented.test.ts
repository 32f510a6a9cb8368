import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventDaily, inventMinutes, sessionBefore, sessionsBefore } from '../../bench/market/invented.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-invented-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function rowsOf(path: string): Promise<string[][]> {
  const [head, ...lines] = (await readFile(path, 'utf8')).trim().split('\n');
  expect(head).toBe('date,open,high,low,close,volume');
  return lines.map((line) => line.split(','));
}

describe('an invented market', () => {
  it('has a row for each session of New York, with prices that can be', async () => {
    const market = await inventDaily(folder, { tickers: 30, sessions: 1500, end: '2026-11-20' });
    expect(market).toMatchObject({ end: '2026-11-20', now: '2026-11-21T05:00:00Z' });
    expect(market.tickers).toHaveLength(30);
    expect(market.tickers.slice(25, 28)).toEqual(['BAAAZ', 'BAABA', 'BAABB']);
    expect(await readFile(market.tickerFile, 'utf8')).toBe(market.tickers.join('\n'));
    const rows = await rowsOf(join(market.folder, 'BAABB.csv'));
    expect(rows).toHaveLength(1500);
    expect([rows[0]?.[0], rows.at(-1)?.[0]]).toEqual([market.start, '2026-11-20']);
    // Thanksgiving of the year before.
    expect(rows.map(([day]) => day)).not.toContain('2025-11-27');
    for (const [, open, high, low, close] of rows.map((row) => row.map(Number))) {
      expect(low).toBeGreaterThan(0);
      expect(Math.min(open!, close!)).toBeGreaterThanOrEqual(low!);
      expect(Math.max(open!, close!)).toBeLessThanOrEqual(high!);
    }
  });

  it('is the same each time, and another for each ticker', async () => {
    const small = { tickers: 2, sessions: 20, end: '2026-11-20' };
    const [once, again] = [
      await inventDaily(join(folder, 'a'), small),
      await inventDaily(join(folder, 'b'), small),
    ];
    const [first, second, other] = await Promise.all(
      [join(once.folder, 'BAAAA.csv'), join(again.folder, 'BAAAA.csv'), join(once.folder, 'BAAAB.csv')].map(
        rowsOf,
      ),
    );
    expect(first).toEqual(second);
    expect(first).not.toEqual(other);
  });

  it('by the minute ends with the last minute of a session, a short one too', async () => {
    const market = await inventMinutes(folder, { tickers: 1, sessions: 2, end: '2025-11-28' });
    const rows = await rowsOf(join(market.folder, 'BAAAA_1m.csv'));
    expect(rows).toHaveLength(390 + 210);
    expect(rows[0]?.[0]).toBe('2025-11-26T14:30:00.000Z');
    expect(rows.at(-1)?.[0]).toBe('2025-11-28T17:59:00.000Z');
  });

  it('knows how it was some sessions ago', async () => {
    const market = await inventDaily(folder, { tickers: 1, sessions: 10, end: '2026-11-23' });
    expect(sessionBefore(market)).toEqual({ end: '2026-11-20', now: '2026-11-21T05:00:00Z' });
    expect(sessionsBefore(market, 2).map(({ end }) => end)).toEqual([
      '2026-11-19',
      '2026-11-20',
      '2026-11-23',
    ]);
  });
});
