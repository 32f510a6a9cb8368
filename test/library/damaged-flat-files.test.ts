import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { History } from '../../src/library/history.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { FLAT_KEYS, POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { sampled } from '../needs.ts';
import { type Passed, beside, stopBeside } from '../simulator/beside.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

// What is wrong with files says nothing of the provider, however many of the oldest it is; a page in place of them all does.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopBeside();
  await stopAll();
  await folder.remove();
});

const SHARES = 'ALFA BRIQ CORV DUNO ELNA FJRD GLYF HAZL'.split(' ');

const dateIn = (path: string): string => /([\d-]{10})\.csv\.gz/.exec(path)?.[1] ?? '';

function historyBeside(url: string): History {
  return openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW },
    ...{ quotas: [], workers: 1, concurrency: 4 },
    secrets: { key: POLYGON_KEYS.advanced, ...FLAT_KEYS.advanced },
    provider: { id: 'polygon', url, settings: { tier: 'advanced', source: 'flat' } },
  });
}

/** Ways in which a file is damaged that has come whole. */
const DAMAGES: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  'a byte in the middle': (body) => {
    const damaged = Buffer.from(body);
    const at = Math.floor(body.length / 2);
    damaged[at] = (damaged[at] as number) ^ 0xff;
    return damaged;
  },
  'cut in half': (body) => body.subarray(0, body.length / 2),
  'all zeros': (body) => Buffer.alloc(body.length),
  empty: () => Buffer.alloc(0),
  'of other columns': () => gzipSync('symbol,o,h,l,c\nALFA,1,1,1,1\n'),
  'of a row that is none': () =>
    gzipSync(
      'ticker,volume,open,close,high,low,window_start,transactions\nALFA,x,1,1,1,1,1793246400000000000,1\n',
    ),
};

/** A server of files of which those before a day are damaged, in every way in turn. */
async function damagedBefore(day: string, names: readonly string[] = Object.keys(DAMAGES)) {
  const simulator = await start({ wire: 'polygon' });
  const ways = names.map((name) => DAMAGES[name]);
  return beside(simulator.url, (path, answer) => {
    const date = dateIn(path);
    if (date === '' || date >= day) return answer;
    const way = ways[Number(date.slice(-2)) % ways.length];
    return { ...answer, body: way?.(answer.body) ?? answer.body };
  });
}

const isFile = (path: string): boolean => dateIn(path) !== '';

describe('damaged files at the old end', () => {
  // 2026-09-01 to 2026-11-18 are 56 sessions, 32 of them before 2026-10-16.
  const range = { start: '2026-09-01', end: '2026-11-18' };
  const SESSIONS = 56;
  const DAMAGED = 32;

  it('of whole markets fail by name, and all files behind them are asked for and stored', async () => {
    const server = await damagedBefore('2026-10-16');
    const history = historyBeside(server.url);
    try {
      const ran = await history.backfill({ tickers: SHARES, ...range });
      expect(ran.stopped).toBeNull();
      expect(ran.failed).toBe(SHARES.length);
      for (const { code, message } of ran.failures) {
        expect(code).toBe('bad-answer');
        expect(message).toMatch(/day_aggs_v1\/2026\/\d\d\/2026-\d\d-\d\d\.csv\.gz/);
      }
      const days = (await history.read({ ticker: 'ALFA', interval: '1d' })).length;
      expect(days).toBe(SESSIONS - DAMAGED);
      // Each file once, and each that is damaged once more.
      const files = server.asked.filter(isFile).length;
      expect(files).toBeLessThanOrEqual(SESSIONS + DAMAGED);
    } finally {
      await history.close();
    }
  });

  it('of one ticker leave their own sessions missing, by name, and no other', async () => {
    const server = await damagedBefore('2026-10-16');
    const history = historyBeside(server.url);
    try {
      const ran = await history.backfill({ tickers: ['ALFA'], ...range });
      expect(ran.stopped).toBeNull();
      expect(ran.failures).toMatchObject([{ ticker: 'ALFA', code: 'incomplete' }]);
      expect(ran.failures[0]?.message).toMatch(
        /^32 of 56 sessions stay missing: polygon's answer cannot be read: us_stocks_sip\/day_aggs_v1\/2026\/09\/2026-09-01\.csv\.gz .*, nor can 29 more$/,
      );
      expect(await history.read({ ticker: 'ALFA', interval: '1d' })).toHaveLength(SESSIONS - DAMAGED);
      expect(server.asked.filter(isFile).length).toBeLessThanOrEqual(SESSIONS + DAMAGED);
    } finally {
      await history.close();
    }
  });
});

describe('a year of damaged files', () => {
  // 2025-11-18 to 2026-11-18 are 252 sessions, 228 of them before 2026-10-16.
  const range = { start: '2025-11-18', end: '2026-11-18' };

  it.each(
    sampled(
      [
        ['of whole markets', SHARES],
        ['of one ticker', ['ALFA']],
      ] as const,
      2,
      'years',
    ),
  )(
    '%s are told, and the sound files behind them are stored',
    async (_, tickers) => {
      const server = await damagedBefore('2026-10-16', [
        'a byte in the middle',
        'cut in half',
        'of a row that is none',
      ]);
      const history = historyBeside(server.url);
      try {
        const ran = await history.backfill({ tickers, ...range });
        expect(ran.stopped).toBeNull();
        expect(exitCodeOf(ran)).toBe(1);
        expect(ran.failures).toHaveLength(tickers.length);
        const { missing = 0 } = (await history.coverage({ tickers: ['ALFA'], ...range })).series[0] ?? {};
        const stored = (await history.read({ ticker: 'ALFA', interval: '1d' })).length;
        expect(missing).toBeGreaterThan(200);
        expect([missing + stored, stored]).toEqual([252, 24]);
        // Each file once, and the first of them once more.
        expect(server.asked.filter(isFile).length).toBeLessThan(252 + 40);
      } finally {
        await history.close();
      }
    },
    120_000,
  );
});

describe('a server that gives nothing else', () => {
  const PAGE = '<!DOCTYPE html><html><title>Sign in to the network</title></html>';
  const portal = (_: string, answer: Passed): Passed => ({
    status: 200,
    headers: { ...answer.headers, 'content-type': 'text/html', etag: '"portal"' },
    body: Buffer.from(PAGE),
  });
  /** Tries that are given up at, requests that are counted, and what was under way: as much again may be before all is judged. */
  const MOST = 24 + 24 + 2 * 4;

  it('as a page in place of every file stops the run soon', async () => {
    const simulator = await start({ wire: 'polygon' });
    const server = await beside(simulator.url, (path, answer) =>
      isFile(path) ? portal(path, answer) : answer,
    );
    const history = historyBeside(server.url);
    try {
      const ran = await history.backfill({ tickers: SHARES, days: 252 });
      expect(ran.stopped).toMatchObject({
        reason: 'provider-down',
        message: expect.stringContaining('has no column ticker: "<!DOCTYPE html>'),
      });
      expect(ran.bars).toBe(0);
      expect(server.asked.filter(isFile).length).toBeLessThanOrEqual(MOST);
    } finally {
      await history.close();
    }
  }, 60_000);

  it('as the same damaged file for each session stops the run in the end', async () => {
    const simulator = await start({ wire: 'polygon' });
    const body = gzipSync(
      'ticker,volume,open,close,high,low,window_start,transactions\nALFA,x,1,1,1,1,1,1\n',
    );
    const server = await beside(simulator.url, (path, answer) =>
      isFile(path) ? { ...answer, headers: { ...answer.headers, etag: '"one"' }, body } : answer,
    );
    const history = historyBeside(server.url);
    try {
      const ran = await history.backfill({ tickers: SHARES, start: '2025-11-18', end: '2026-11-18' });
      expect(ran.stopped).toMatchObject({ reason: 'provider-down' });
      expect(server.asked.filter(isFile).length).toBeLessThan(250);
    } finally {
      await history.close();
    }
  }, 120_000);

  it('as a page for every ticker stops the run soon', async () => {
    const server = await beside((await start()).url, portal);
    const history = openHistory({
      ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW },
      ...{ quotas: [], workers: 1, concurrency: 4, provider: { id: 'yahoo', url: server.url } },
    });
    try {
      const ran = await history.backfill({ tickers: sampleMarket().tickers(), days: 20 });
      expect(ran.stopped?.reason).toBe('provider-down');
      expect(server.asked.length).toBeLessThanOrEqual(MOST);
    } finally {
      await history.close();
    }
  }, 60_000);

  it('as damaged files for a thousand sessions stops the run before they are all asked for', async () => {
    const server = await damagedBefore('2099-01-01');
    const history = historyBeside(server.url);
    try {
      const ran = await history.backfill({ tickers: SHARES, days: 1000 });
      expect(ran.stopped?.reason).toBe('provider-down');
      expect(server.asked.filter(isFile).length).toBeLessThanOrEqual(2 * 8 * 24 + 8);
    } finally {
      await history.close();
    }
  }, 60_000);
});
