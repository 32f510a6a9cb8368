import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import { REAL_DATA, describeWith } from '../needs.ts';
import { hasRealData, realData } from '../realdata.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { type Row, clockOf, topUp } from './clock-files.ts';

// Real hours, written by the clocks of two cities, a day added to the file each time.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

/** Of May and June of 2020. */
const PAGES = ['klines-BTCUSDT-1h-page1.json', 'klines-BTCUSDT-1h-page2.json'];
const ROWS: readonly Row[] = hasRealData ? PAGES.flatMap(hours) : [];
const LAST = Array.from({ length: 14 }, (_, i) => formatDay(parseDay('2020-05-10') + i * 3));
const CITIES = ['America/New_York', 'Europe/Berlin'];

/** The hours of a recorded answer: each `[start, open, high, low, close, volume, …]`, prices as text. */
function hours(page: string): Row[] {
  const rows = JSON.parse(readFileSync(realData(`http/binance/${page}`), 'utf8')) as unknown[][];
  return rows.map((cells) => cells.slice(0, 6).map(Number) as unknown as Row);
}

describeWith(REAL_DATA)('a year of real hours on the clock of another city', () => {
  it.each(CITIES)(
    'is topped up by that clock, and never by another: %s',
    async (zone) => {
      const [refused, taken]: [string[], string[]] = [[], []];
      for (const [i, last] of LAST.entries()) {
        const series = {
          ticker: 'BTC-USDT',
          interval: '1h',
          rows: ROWS,
          clockAt: clockOf(zone),
          last,
        } as const;
        const [, honest] = await topUp(join(folder.path, `honest-${i}`), {
          ...series,
          settings: [{ zone }, { zone }],
        });
        expect(honest).toMatchObject({ failed: 0, revised: 0 });
        if (honest.fetched === 1 && honest.inserted === 24) taken.push(last);
        const [first, second] = await topUp(join(folder.path, `${i}`), {
          ...series,
          settings: [{ zone }, {}],
        });
        expect(first.failed).toBe(0);
        const message = second.failures[0]?.message ?? '';
        if (second.failed === 1 && message.includes(`give --csv-zone ${zone}`)) refused.push(last);
      }
      expect(taken).toEqual(LAST);
      expect(refused).toEqual(LAST);
    },
    120_000,
  );
});
