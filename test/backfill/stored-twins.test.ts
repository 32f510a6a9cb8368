import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { Hostility } from '../../src/simulator/decide.ts';
import { csvFolderMarket } from '../../src/market/csv-folder.ts';
import { type Logged, start, stopAll } from '../simulator/running.ts';
import { sampled } from '../needs.ts';

// A server that gives one ticker's series for another, in a run in which it is not asked for that other one.

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stored-twins-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

const NOW = Date.parse('2024-03-16T12:00:00Z');
const RANGE = { start: '2023-11-01', end: '2024-03-14' };
const SESSIONS = [
  ...calendarById('XNYS').sessions({ from: parseDay(RANGE.start), to: parseDay(RANGE.end) + 1 }),
];

/** Closes of a series, by what begins it. */
const closesFrom = (first: number): number[] => SESSIONS.map((_, i) => first + ((i * 7) % 11) / 10);

/** A server whose tickers have the series that begin with some close; the last so many sessions of them, if that is said. */
async function served(
  name: string,
  firsts: Readonly<Record<string, number>>,
  { lastOf = {}, ...hostility }: Hostility & { lastOf?: Readonly<Record<string, number>> } = {},
): Promise<Logged> {
  const path = join(folder, name);
  await mkdir(path);
  for (const [ticker, first] of Object.entries(firsts)) {
    const all = closesFrom(first).map((close, i) => {
      const day = formatDay(SESSIONS[i] as number);
      return `${day},${close},${close + 1},${close - 1},${close},${first * 1000 + i}`;
    });
    const rows = all.slice(-(lastOf[ticker] ?? all.length));
    await writeFile(join(path, `${ticker}.csv`), ['date,open,high,low,close,volume', ...rows, ''].join('\n'));
  }
  return await start({ wire: 'yahoo', market: csvFolderMarket(path), now: () => NOW, ...hostility });
}

function historyAt({ url }: Logged): History {
  return openHistory({
    ...{ store: join(folder, 'store'), stateFolder: join(folder, 'state'), workers: 1, quotas: [] },
    provider: { id: 'yahoo', url },
    clock: () => NOW,
  });
}

async function ran(server: Logged, tickers: readonly string[]) {
  const history = historyAt(server);
  const { failures, series, complete, fetched } = await history.backfill({ tickers, ...RANGE });
  await history.close();
  return {
    failed: failures.map(({ ticker, message }) => [ticker, message]),
    done: complete + fetched,
    series,
  };
}

/** The first close of what is stored of a ticker, and how many bars. */
async function stored(server: Logged, ticker: string): Promise<[number | undefined, number]> {
  const history = historyAt(server);
  const bars = await history.read({ ticker, interval: '1d' }).catch(() => []);
  await history.close();
  return [bars[0]?.close, bars.length];
}

const WHOLE = SESSIONS.length;

describe('a series that is stored of another ticker', () => {
  it('is not kept of a second one, until the provider has other bars of that', async () => {
    const mixed = await served('mixed', { ALFA: 50, BRIQ: 50 });
    const sound = await served('sound', { ALFA: 50, BRIQ: 80 });
    expect(await ran(mixed, ['ALFA'])).toEqual({ failed: [], done: 1, series: 1 });
    for (let times = 0; times < 2; times++)
      expect(await ran(mixed, ['ALFA', 'BRIQ'])).toEqual({
        failed: [
          [
            'BRIQ',
            'yahoo answered the very same bars for BRIQ that are stored of ALFA, and gives them for ALFA again: they are kept of that one only; if they are one instrument, ask for it under one name',
          ],
        ],
        ...{ done: 1, series: 2 },
      });
    expect(await stored(mixed, 'BRIQ')).toEqual([undefined, 0]);
    expect(await ran(sound, ['ALFA', 'BRIQ'])).toEqual({ failed: [], done: 2, series: 2 });
    expect(await stored(sound, 'ALFA')).toEqual([50, WHOLE]);
    expect(await stored(sound, 'BRIQ')).toEqual([80, WHOLE]);
  });

  it('is taken back of the first one where the provider has other bars of that now, and can be restored', async () => {
    const mixed = await served('mixed', { BRIQ: 50 });
    const sound = await served('sound', { ALFA: 50, BRIQ: 80 });
    expect(await ran(mixed, ['BRIQ'])).toEqual({ failed: [], done: 1, series: 1 });
    const { failed } = await ran(sound, ['ALFA']);
    expect(failed).toEqual([
      [
        'ALFA',
        expect.stringMatching(
          /^yahoo answered the very same bars for ALFA that are stored of BRIQ, and has others for BRIQ now: none of them is kept; run again for all of them \(to have back what was stored: backfill restore \S+\)$/,
        ),
      ],
    ]);
    for (const ticker of ['ALFA', 'BRIQ']) expect(await stored(sound, ticker)).toEqual([undefined, 0]);
    const [, id = ''] = /backfill restore (\S+)\)$/.exec(String(failed[0]?.[1])) ?? [];
    const history = historyAt(sound);
    await history.restore(id);
    await history.close();
    expect(await stored(sound, 'BRIQ')).toEqual([50, WHOLE]);
    await ran(sound, ['ALFA']);
    expect(await ran(sound, ['ALFA', 'BRIQ'])).toEqual({ failed: [], done: 2, series: 2 });
    expect(await stored(sound, 'ALFA')).toEqual([50, WHOLE]);
    expect(await stored(sound, 'BRIQ')).toEqual([80, WHOLE]);
  });

  it.each(sampled([11, 3], 2, 'seeds'))(
    'gets out in the end where two answers of five are of the next ticker (seed %i)',
    async (seed) => {
      const mixed = await served('mixed', { BRIQ: 60 });
      const firsts = { ALFA: 50, BRIQ: 80, CORV: 60 };
      const rates = { 'other-series': 0.4 };
      const hostile = await served('hostile', firsts, { faults: { rates, seed } });
      await ran(mixed, ['BRIQ']);
      const tickers = Object.keys(firsts);
      for (let runs = 0; runs < 10; runs++) if ((await ran(hostile, tickers)).failed.length === 0) break;
      expect(await ran(hostile, tickers)).toEqual({ failed: [], done: 3, series: 3 });
      for (const [ticker, first] of Object.entries(firsts))
        expect(await stored(hostile, ticker)).toEqual([first, WHOLE]);
    },
  );

  it('is found where only a part of it is asked for, and is none where the bars are others', async () => {
    const mixed = await served('mixed', { ALFA: 50, BRIQ: 50, CORV: 51 });
    await ran(mixed, ['ALFA']);
    const history = historyAt(mixed);
    const part = { start: '2024-01-10', end: '2024-02-20' };
    const { failures } = await history.backfill({ tickers: ['BRIQ', 'CORV'], ...part });
    await history.close();
    expect(failures.map(({ ticker }) => ticker)).toEqual(['BRIQ']);
    expect(await stored(mixed, 'CORV')).toEqual([expect.any(Number), 28]);
  });

  it('is found of two first fills of one run of which one begins later', async () => {
    const mixed = await served('mixed', { ALFA: 50, BRIQ: 50, CORV: 60 }, { lastOf: { BRIQ: 30 } });
    const { failed } = await ran(mixed, ['ALFA', 'BRIQ', 'CORV']);
    expect(failed).toEqual(
      [
        ['ALFA', 'BRIQ'],
        ['BRIQ', 'ALFA'],
      ].map(([ticker, other]) => [
        ticker,
        `yahoo answered the very same bars for ${ticker} and ${other}: none of them is kept; if they are one instrument, ask for it under one name`,
      ]),
    );
    expect(await stored(mixed, 'ALFA')).toEqual([undefined, 0]);
    expect(await stored(mixed, 'BRIQ')).toEqual([undefined, 0]);
    expect(await stored(mixed, 'CORV')).toEqual([60, WHOLE]);
  });

  it('costs no request where no bars are alike', async () => {
    const sound = await served('sound', { ALFA: 50, BRIQ: 80, CORV: 51 });
    await ran(sound, ['ALFA']);
    const before = sound.entries.length;
    expect(await ran(sound, ['ALFA', 'BRIQ', 'CORV'])).toEqual({ failed: [], done: 3, series: 3 });
    expect(sound.entries.length - before).toBe(2);
  });
});
