import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay, startOfDay } from '../../src/core/session/day.ts';
import { contains } from '../../src/core/session/ranges.ts';
import { openCsv } from '../../src/providers/csv/index.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { LONG_RUNS, sampled } from '../needs.ts';
import { rowsIn } from '../store/rows.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { toolsInProcess } from './in-process.ts';

const NOW = Date.parse('2018-06-01T00:00:00Z');
const SERIES = { ticker: 'AAPL', interval: '1d' } as const;
const DAYS = calendarById('XNYS').sessions({ from: parseDay('2017-03-01'), to: parseDay('2017-03-15') });
const RANGE = { start: formatDay(DAYS[0] ?? 0), end: formatDay(DAYS.at(-1) ?? 0) };

/** Prices that real files have: some with fewer decimals than others. */
const CLOSES = [152.37, 152.5, 151, 151.93, 152.41, 152.6, 152.02, 153, 152.88, 152.37];
const rowOf = (day: number, i: number) => {
  const close = CLOSES[i] ?? 152;
  return { day: formatDay(day), open: close - 0.25, high: 154.5, low: 150, close, volume: 1000 + 137 * i };
};
const ROWS = DAYS.map(rowOf);

const VOLUME_LAST = [
  'date,open,high,low,close,volume',
  ...ROWS.map(({ day, open, high, low, close, volume }) => [day, open, high, low, close, volume].join()),
];
const CLOSE_LAST = [
  'date,volume,open,high,low,close',
  ...ROWS.map(({ day, open, high, low, close, volume }) => [day, volume, open, high, low, close].join()),
];
const FILES = {
  'with the volume at its end': `${VOLUME_LAST.join('\n')}\n`,
  'with the close at its end': `${CLOSE_LAST.join('\n')}\n`,
  'without an end of its own': VOLUME_LAST.join('\n'),
  'from the newest row on': `${[CLOSE_LAST[0], ...CLOSE_LAST.slice(1).toReversed()].join('\n')}\n`,
  'in lines of CRLF': `${CLOSE_LAST.join('\r\n')}\r\n`,
  'without a header': `${VOLUME_LAST.slice(1).join('\n')}\n`,
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
let files = '';
let count = 0;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

async function start(): Promise<void> {
  const path = join(folder.path, String(count++));
  files = join(path, 'files');
  store = openStore(join(path, 'store'));
  await mkdir(files, { recursive: true });
}

const write = (text: string): Promise<void> => writeFile(join(files, 'AAPL.csv'), text);

const run = (now = NOW): Promise<RunSummary> =>
  backfill(
    { tickers: ['AAPL'], ...RANGE },
    toolsInProcess(openCsv({ id: 'csv', url: files, settings: { basis: 'raw' } }), store, () => now),
  );

/** Days whose bars are final and not those of the whole file, and how many bars are final. */
async function final(): Promise<{ wrong: string[]; right: number }> {
  const coverage = (await store.scan()).series.get('AAPL 1d')?.coverage;
  const stored = await rowsIn(store, SERIES, { from: DAYS[0] ?? 0, to: (DAYS.at(-1) ?? 0) + 1 });
  const wrong: string[] = [];
  let right = 0;
  for (const bar of stored) {
    const i = DAYS.findIndex((day) => startOfDay(day) === bar.ts);
    if (contains(coverage?.provisional ?? [], DAYS[i] ?? 0)) continue;
    const { day, open, high, low, close, volume } = ROWS[i] ?? rowOf(0, 0);
    const isTrue =
      bar.open === open &&
      bar.high === high &&
      bar.low === low &&
      bar.close === close &&
      bar.volume === volume;
    if (isTrue) right++;
    else wrong.push(`${day}: ${bar.close} ${bar.volume}`);
  }
  return { wrong, right };
}

describe('a file that is cut', () => {
  it.each(Object.entries(FILES))(
    'and mended leaves no wrong final price: %s',
    async (_, whole) => {
      const inLastRow = Array.from({ length: 44 }, (__, i) => whole.length - 1 - i);
      const anywhere = { numRuns: LONG_RUNS ? 12 : 2, seed: 7 };
      const before = fc.sample(fc.integer({ min: 1, max: whole.length - 45 }), anywhere);
      const tried = [...inLastRow.slice(0, 3), ...sampled(inLastRow.slice(3), 4, whole)];
      for (const at of [...tried, ...before]) {
        await start();
        await write(whole.slice(0, at));
        await run();
        // Nor does it while it is cut, however often and late it is read.
        if (at % 4 === 0) await run(NOW + 400 * 86_400_000);
        expect((await final()).wrong, `cut at ${at}`).toEqual([]);
        await write(whole);
        await run();
        const { wrong, right } = await final();
        expect(wrong, `mended after a cut at ${at}`).toEqual([]);
        expect(right, `mended after a cut at ${at}`).toBe(
          whole.endsWith('\n') ? DAYS.length : DAYS.length - 1,
        );
      }
    },
    60_000,
  );

  it('has its last row read again once it is another one, and not before', async () => {
    await start();
    await write(FILES['without an end of its own']);
    const first = await run();
    expect(first).toMatchObject({ waiting: 1, failed: 0, bars: DAYS.length });
    expect(first.notRead).toEqual([expect.stringMatching(/^AAPL\.csv: its last row may be cut/)]);
    expect(await run(NOW + 400 * 86_400_000)).toMatchObject({ waiting: 1, fetched: 0, requests: 0 });
    await write(FILES['with the volume at its end']);
    expect(await run()).toMatchObject({ waiting: 0, fetched: 1, bars: 1, inserted: 0 });
    expect(await run()).toMatchObject({ waiting: 0, complete: 1, fetched: 0 });
  });

  it('is asked for by another source whatever its own edition', async () => {
    await start();
    await write(FILES['without an end of its own']);
    await run();
    const csv = openCsv({ id: 'csv', url: files, settings: { basis: 'raw' } });
    const capabilities = { ...csv.capabilities, id: 'other' };
    const other = { ...csv, capabilities, editionOf: () => null };
    const tools = toolsInProcess(other, store, () => NOW);
    expect(await backfill({ tickers: ['AAPL'], ...RANGE }, tools)).toMatchObject({ fetched: 1, bars: 1 });
  });
});
