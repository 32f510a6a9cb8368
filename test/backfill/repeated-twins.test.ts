import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { csvFolderMarket } from '../../src/market/csv-folder.ts';
import { type Logged, start, stopAll } from '../simulator/running.ts';

// A server that gives a stored ticker another one's bars, of nearly the same price.

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repeated-twins-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

const NOW = Date.parse('2024-03-16T12:00:00Z');
const END = '2024-03-14';
const LATE = { start: '2024-01-02', end: END };
const ALL = { start: '2023-11-01', end: END };
const SESSIONS = calendarById('XNYS').sessions({ from: parseDay(ALL.start), to: parseDay(END) + 1 });
const daysOf = ({ start: from, end }: typeof ALL): number[] =>
  SESSIONS.filter((day) => day >= parseDay(from) && day <= parseDay(end));

/** A row by its place among the sessions, as a line of CSV without the date. */
type RowAt = (i: number) => string;

const line = (close: number, volume: number): string =>
  [close, close + 1, close - 1, close, volume].map((number) => number.toFixed(2)).join();
const wave = (i: number, step: number): number => ((i * step) % 11) / 20;
const ALFA: RowAt = (i) => line(50 + wave(i, 7), 50_000 + i);
/** Within a part of a hundred of the prices of ALFA. */
const BRIQ: RowAt = (i) => line(50.03 + wave(i, 5), 9_000 + 3 * i);

async function served(name: string, rows: Readonly<Record<string, RowAt>>): Promise<Logged> {
  const path = join(folder, name);
  await mkdir(path);
  for (const [ticker, rowAt] of Object.entries(rows)) {
    const lines = SESSIONS.map((day, i) => `${formatDay(day)},${rowAt(i)}`);
    await writeFile(
      join(path, `${ticker}.csv`),
      ['date,open,high,low,close,volume', ...lines, ''].join('\n'),
    );
  }
  return await start({ wire: 'yahoo', market: csvFolderMarket(path), now: () => NOW });
}

function historyAt({ url }: Logged): History {
  return openHistory({
    ...{ store: join(folder, 'store'), stateFolder: join(folder, 'state'), workers: 1, quotas: [] },
    provider: { id: 'yahoo', url },
    clock: () => NOW,
  });
}

async function ran(server: Logged, tickers: readonly string[], range: typeof ALL) {
  const history = historyAt(server);
  const { failures, bars, inserted, changed, revised } = await history.backfill({ tickers, ...range });
  await history.close();
  const failed = failures.map(({ ticker, message }) => [ticker, message]);
  return { failed, bars, inserted, changed, revised };
}

/** What is stored of a ticker, a line each as in the CSV of the server. */
async function stored(server: Logged, ticker: string): Promise<string[]> {
  const history = historyAt(server);
  const bars = await history.read({ ticker, interval: '1d' }).catch(() => []);
  await history.close();
  return bars.map(({ open, high, low, close, volume }) =>
    [open, high, low, close, volume].map((number) => number.toFixed(2)).join(),
  );
}

const rowsOf = (rowAt: RowAt, range: typeof ALL): string[] =>
  daysOf(range).map((day) => rowAt(SESSIONS.indexOf(day)));

const NONE_STORED = { bars: 0, inserted: 0, changed: 0, revised: 0 };

describe('an answer for a stored ticker that has the bars of another one', () => {
  it('leaves the bars that it repeats as they were where the run refuses what is new of it', async () => {
    const first = SESSIONS.indexOf(daysOf(LATE)[0] as number);
    // One bar in common is a reason to take the others for corrections.
    const near: RowAt = (i) => (i === first ? ALFA(i) : BRIQ(i));
    const sound = await served('sound', { ALFA, BRIQ: near });
    const mixed = await served('mixed', { ALFA: near, BRIQ: near });
    expect((await ran(sound, ['ALFA', 'BRIQ'], LATE)).failed).toEqual([]);
    const alike = (one: string, other: string): string[] => [
      one,
      `yahoo answered the very same bars for ${one} and ${other}: none of them is kept; if they are one instrument, ask for it under one name`,
    ];
    for (let times = 0; times < 2; times++) {
      expect(await ran(mixed, ['ALFA', 'BRIQ'], ALL)).toEqual({
        failed: [alike('ALFA', 'BRIQ'), alike('BRIQ', 'ALFA')],
        ...NONE_STORED,
      });
      expect(await stored(sound, 'ALFA')).toEqual(rowsOf(ALFA, LATE));
      expect(await stored(sound, 'BRIQ')).toEqual(rowsOf(near, LATE));
    }
    expect((await ran(sound, ['ALFA', 'BRIQ'], ALL)).failed).toEqual([]);
    expect(await stored(sound, 'ALFA')).toEqual(rowsOf(ALFA, ALL));
    expect(await stored(sound, 'BRIQ')).toEqual(rowsOf(near, ALL));
  });

  it('is refused where all that it repeats differs, however little, in prices and in volume', async () => {
    const sound = await served('sound', { ALFA, BRIQ });
    const mixed = await served('mixed', { ALFA: BRIQ, BRIQ });
    const [early, first] = [{ ...LATE, end: '2024-03-12' }, SESSIONS[SESSIONS.length - 6] as number];
    expect((await ran(sound, ['ALFA', 'BRIQ'], early)).failed).toEqual([]);
    const before = mixed.entries.length;
    const topped = await ran(mixed, ['ALFA', 'BRIQ'], LATE);
    expect(topped.failed).toEqual([
      [
        'ALFA',
        expect.stringContaining(
          `the answer for ALFA contradicts 4 of 4 stored sessions, the first of ${formatDay(first)} (close `,
        ),
      ],
    ]);
    expect(topped).toMatchObject({ bars: 2, inserted: 2, changed: 0, revised: 0 });
    // Three times of the one, once of the other.
    expect(mixed.entries.length - before).toBe(4);
    expect(await stored(sound, 'ALFA')).toEqual(rowsOf(ALFA, early));
    const older = await ran(mixed, ['ALFA'], ALL);
    expect(older).toMatchObject({
      failed: [['ALFA', expect.stringContaining('contradicts')]],
      ...NONE_STORED,
    });
    expect((await ran(sound, ['ALFA', 'BRIQ'], ALL)).failed).toEqual([]);
    expect(await stored(sound, 'ALFA')).toEqual(rowsOf(ALFA, ALL));
    expect(await stored(sound, 'BRIQ')).toEqual(rowsOf(BRIQ, ALL));
  });

  it('is refused where the other one got it too and has stored bars that agree, though few are new', async () => {
    const early = { ...LATE, end: '2024-03-12' };
    const shared = SESSIONS.length - 4;
    const near: RowAt = (i) => (i === shared ? ALFA(i) : BRIQ(i));
    const sound = await served('sound', { ALFA, BRIQ: near });
    const mixed = await served('mixed', { ALFA: near, BRIQ: near });
    expect((await ran(sound, ['ALFA', 'BRIQ'], early)).failed).toEqual([]);
    const topped = await ran(mixed, ['ALFA', 'BRIQ'], LATE);
    expect(topped.failed).toEqual([
      [
        'ALFA',
        'yahoo answered the very same bars for ALFA and BRIQ, and the stored bars of ALFA contradict them: they are not kept of it; run again; if the stored ones are wrong: backfill forget ALFA --interval 1d, then run again',
      ],
    ]);
    expect(topped).toMatchObject({ bars: 2, inserted: 2, changed: 0, revised: 0 });
    expect(await stored(sound, 'ALFA')).toEqual(rowsOf(ALFA, early));
    expect(await stored(sound, 'BRIQ')).toEqual(rowsOf(near, LATE));
    expect(await ran(sound, ['ALFA', 'BRIQ'], LATE)).toMatchObject({ failed: [], inserted: 2, changed: 0 });
    expect(await stored(sound, 'ALFA')).toEqual(rowsOf(ALFA, LATE));
  });

  it('is taken where the vendor corrects some bars, or all but for their volumes', async () => {
    const sound = await served('sound', { ALFA, BRIQ });
    const corrects: RowAt = (i) => (i % 4 === 0 ? ALFA(i) : BRIQ(i));
    const reprinted: RowAt = (i) => BRIQ(i).replace(/\d+\.00$/, () => /\d+\.00$/.exec(ALFA(i))?.[0] ?? '');
    const corrected = await served('corrected', { ALFA: corrects, BRIQ });
    const same = await served('same', { ALFA: reprinted, BRIQ });
    for (const server of [corrected, same]) {
      await rm(join(folder, 'store'), { recursive: true, force: true });
      await ran(sound, ['ALFA'], { ...LATE, end: '2024-03-12' });
      const topped = await ran(server, ['ALFA'], LATE);
      expect(topped).toMatchObject({ failed: [], inserted: 2 });
      expect(topped.revised).toBeGreaterThan(2);
    }
  });
});
