import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { openHistory } from '../../../src/library/open-history.ts';
import type { History } from '../../../src/library/history.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import { ALPACA_KEYS } from '../../../src/simulator/alpaca/index.ts';
import { openStore } from '../../../src/store/open.ts';
import { start, stopAll } from '../../simulator/running.ts';
import { type Alter, type Proxy, type SentBar, altering, stopProxies } from './altering.ts';

// Bars that are joined of finer rows, of which some are lost or wrong on their way.

const market = sampleMarket();
let folder = '';
let now = 0;
let proxy: Proxy;
let history: History;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alpaca-joined-'));
  now = Date.parse('2026-06-03T12:00:00Z');
  const simulator = await start({ wire: 'alpaca', market, now: () => now });
  proxy = await altering(simulator.url);
  history = openHistory({
    store: join(folder, 'data'),
    provider: { id: 'alpaca', url: proxy.url },
    secrets: ALPACA_KEYS,
    stateFolder: join(folder, 'state'),
    clock: () => now,
    quotas: [],
  });
});
afterEach(async () => {
  await history.close();
  await stopProxies();
  await stopAll();
  await rm(folder, { recursive: true });
});

const START = '2026-05-20';
const [SHARE, PAIR] = ['ALFA', 'SMPL-USD'];

function fill(ticker: string, interval: Interval, end: string) {
  return history.backfill({ tickers: [ticker], intervals: [interval], start: START, end });
}

async function stored(ticker: string, interval: Interval): Promise<string[]> {
  const bars = await history.read({ ticker, interval });
  return bars.map(lineOf);
}

function truth(ticker: string, interval: Interval, end: string): string[] {
  const range = { from: parseDay(START), to: parseDay(end) + 1 };
  return market.rows(ticker, interval, range).map((row) => lineOf(row as Parameters<typeof lineOf>[0]));
}

function lineOf(bar: Record<'ts' | 'open' | 'high' | 'low' | 'close' | 'volume', number>): string {
  const { ts, open, high, low, close, volume } = bar;
  return [new Date(ts).toISOString(), open, high, low, close, volume].join();
}

/** What happens to the row of one stamp. */
function at(stamp: string, change: (row: SentBar) => readonly SentBar[]): Alter {
  return (row) => (row.t === stamp ? change(row) : [row]);
}

const without = (stamp: string): Alter => at(stamp, () => []);

// The second half of the hour from 10:30, on a day of nine and on the last one; an hour of a day of the pair.
const HALF = '2026-05-28T15:00:00Z';
const HOUR = '2026-05-28T14:30:00.000Z';
const hasHour = (line: string): boolean => line.startsWith(HOUR);

describe.each([
  ['hour of a share without one of its halves', SHARE, '1h', HALF, HOUR],
  ['day of a pair without one of its hours', PAIR, '1d', HALF, '2026-05-28T00:00:00.000Z'],
] as const)('an %s', (_, ticker, interval, lost, stamp) => {
  it('waits for one more answer before it is final', async () => {
    proxy.alter(without(lost));
    expect(await fill(ticker, interval, '2026-06-01')).toMatchObject({ failures: [], waiting: 1 });
    const bar = (await stored(ticker, interval)).find((line) => line.startsWith(stamp));
    expect(truth(ticker, interval, '2026-06-01')).not.toContain(bar);
    proxy.alter((row) => [row]);
    now += 86_400_000;
    expect(await fill(ticker, interval, '2026-06-02')).toMatchObject({ failures: [], waiting: 0 });
    expect(await stored(ticker, interval)).toEqual(truth(ticker, interval, '2026-06-02'));
  });

  it('is final once it came so again', async () => {
    proxy.alter(without(lost));
    await fill(ticker, interval, '2026-06-01');
    now += 86_400_000;
    expect(await fill(ticker, interval, '2026-06-02')).toMatchObject({ failures: [], waiting: 0 });
    proxy.alter(without(lost));
    now += 86_400_000;
    await fill(ticker, interval, '2026-06-02');
    expect(proxy.answers()).toBe(0);
  });
});

describe('a final hour', () => {
  const TOP_UP = '2026-06-02';
  const last = '2026-06-01T15:00:00Z';
  const before = async (): Promise<string[]> => {
    await fill(SHARE, '1h', '2026-06-01');
    const bars = await stored(SHARE, '1h');
    expect(bars).toEqual(truth(SHARE, '1h', '2026-06-01'));
    now += 86_400_000;
    return bars;
  };

  it('stays where one answer lacks a half of it, and nothing is said where the next one has it', async () => {
    await before();
    proxy.alter((row, answer) => (row.t === last && answer === 1 ? [] : [row]));
    expect(await fill(SHARE, '1h', TOP_UP)).toMatchObject({ failures: [], revised: 0, warnings: [] });
    expect(proxy.answers()).toBe(2);
    expect(await stored(SHARE, '1h')).toEqual(truth(SHARE, '1h', TOP_UP));
  });

  it('stays, and is named, where each answer lacks another half', async () => {
    await before();
    const halves = ['14:30', '15:30', '16:30'];
    proxy.alter((row, answer) => (row.t === `2026-06-01T${halves[answer - 1]}:00Z` ? [] : [row]));
    const summary = await fill(SHARE, '1h', TOP_UP);
    expect(proxy.answers()).toBe(3);
    expect(summary).toMatchObject({ failures: [], revised: 0 });
    expect(summary.warnings).toMatchObject([
      { kind: 'correction', session: '2026-06-01', note: expect.stringContaining('stays') },
    ]);
    expect(await stored(SHARE, '1h')).toEqual(truth(SHARE, '1h', TOP_UP));
  });

  it('becomes the other one once three answers have just that, and the old one is a revision', async () => {
    await before();
    proxy.alter(without(last));
    const summary = await fill(SHARE, '1h', TOP_UP);
    expect(proxy.answers()).toBe(3);
    expect(summary).toMatchObject({ failures: [], revised: 1 });
    expect(summary.warnings).toMatchObject([
      { kind: 'correction', session: '2026-06-01', note: expect.stringContaining('became') },
    ]);
  });
});

/** Rows that nobody traded, at the price of the one before. */
function idle(stamps: readonly string[]): Alter {
  let close = Number.NaN;
  return (row) => {
    if (!stamps.includes(row.t)) close = row.c;
    return [stamps.includes(row.t) ? { ...row, o: close, h: close, l: close, c: close, v: 0 } : row];
  };
}

describe('bars with rows that nobody traded', () => {
  const on = (day: string, times: readonly string[]): string[] => times.map((time) => `${day}T${time}:00Z`);

  it('are none where these are several in a row', async () => {
    proxy.alter(idle(on('2026-05-28', ['15:00', '15:30', '16:00'])));
    expect(await fill(SHARE, '1h', '2026-06-01')).toMatchObject({ rejected: 3, newlyLost: { sessions: 1 } });
    const left = truth(SHARE, '1h', '2026-06-01').filter((line) => !/^2026-05-28T1[45]:30/.test(line));
    expect(await stored(SHARE, '1h')).toEqual(left);
    expect(await fill(PAIR, '1d', '2026-06-01')).toMatchObject({ failures: [], rejected: 2 });
    const days = truth(PAIR, '1d', '2026-06-01').filter((line) => !line.startsWith('2026-05-28'));
    expect(await stored(PAIR, '1d')).toEqual(days);
  });

  it('wait where it is one, until an answer has more', async () => {
    proxy.alter(idle([HALF]));
    for (const [ticker, interval] of [
      [SHARE, '1h'],
      [PAIR, '1d'],
    ] as const) {
      expect(await fill(ticker, interval, '2026-06-01')).toMatchObject({ failures: [], waiting: 1 });
      expect(await stored(ticker, interval)).not.toEqual(truth(ticker, interval, '2026-06-01'));
    }
    proxy.alter((row) => [row]);
    now += 86_400_000;
    for (const [ticker, interval] of [
      [SHARE, '1h'],
      [PAIR, '1d'],
    ] as const) {
      expect(await fill(ticker, interval, '2026-06-02')).toMatchObject({ failures: [], waiting: 0 });
      expect(await stored(ticker, interval)).toEqual(truth(ticker, interval, '2026-06-02'));
    }
  });

  it('take no final one’s place that was traded in all of its rows', async () => {
    await fill(SHARE, '1h', '2026-06-01');
    now += 86_400_000;
    const halves = ['14:30', '15:30', '16:30'].map((time) => idle(on('2026-06-01', [time])));
    proxy.alter((row, answer) => (halves[answer - 1] as Alter)(row, answer));
    const summary = await fill(SHARE, '1h', '2026-06-02');
    expect(proxy.answers()).toBe(3);
    expect(summary).toMatchObject({ failures: [], revised: 0 });
    expect(summary.warnings).toMatchObject([{ kind: 'correction', note: expect.stringContaining('stays') }]);
    expect(await stored(SHARE, '1h')).toEqual(truth(SHARE, '1h', '2026-06-02'));
  });
});

describe('an hour with a row', () => {
  const crossed = ({ h, l, ...row }: SentBar): SentBar => ({ ...row, h: l, l: h });
  const inCents = ({ o, h, l, c, ...row }: SentBar): SentBar => ({
    ...row,
    ...{ o: o * 100, h: h * 100, l: l * 100, c: c * 100 },
  });

  it.each([
    ['that cannot be', crossed, 'is below low'],
    ['in another unit', inCents, '100 times'],
  ])('%s is not stored, the row is kept apart, and a final one stays', async (_, change, reason) => {
    proxy.alter(at(HALF, (row) => [change(row)]));
    expect(await fill(SHARE, '1h', '2026-06-01')).toMatchObject({ failures: [], rejected: 1 });
    const whole = truth(SHARE, '1h', '2026-06-01');
    expect(await stored(SHARE, '1h')).toEqual(whole.filter((line) => !hasHour(line)));
    const { records } = await openStore(join(folder, 'data')).readRejected();
    expect(JSON.stringify(records)).toContain(reason);

    now += 86_400_000;
    proxy.alter(at('2026-06-01T15:00:00Z', (row) => [change(row)]));
    expect(await fill(SHARE, '1h', '2026-06-02')).toMatchObject({ failures: [], revised: 0 });
    expect(await stored(SHARE, '1h')).toEqual(truth(SHARE, '1h', '2026-06-02'));
  });
});

it('what hardly trades lacks half hours, and is final at once', async () => {
  let rows = 0;
  proxy.alter((row) => (rows++ % 5 < 3 ? [] : [row]));
  expect(await fill(SHARE, '1h', '2026-06-01')).toMatchObject({ failures: [], waiting: 0 });
});
