import { createHash } from 'node:crypto';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';
import { MS_PER_DAY, parseDay, startOfDay } from '../../../src/core/session/day.ts';
import { INTERVALS, type Interval, intervalMs } from '../../../src/core/session/interval.ts';
import type { Market } from '../../../src/market/market.ts';
import type { BarAnswer, BarRequest } from '../../../src/providers/provider.ts';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { type Between, NOW, type Reply, binance, closeAll } from './serving.ts';

/** Round the clock, made quickly: an archive's month is long. */
const market: Market = {
  tickers: () => ['PSDO-USDT'],
  listing: (ticker) =>
    ticker === 'PSDO-USDT'
      ? {
          ticker,
          name: ticker,
          calendar: '24-7',
          currency: 'USDT',
          exchange: null,
          type: 'crypto',
          firstTrade: 0,
          delistedOn: null,
        }
      : undefined,
  intervals: () => INTERVALS,
  rows: (_, interval, { from, to }) => {
    const length = intervalMs(interval);
    return Array.from({ length: ((to - from) * MS_PER_DAY) / length }, (__, i) => {
      const ts = startOfDay(from) + i * length;
      const open = 100 + ((ts / 60_000) % 997) / 64;
      const prices = { open, high: open + 0.5, low: open - 0.25, close: open + 0.125 };
      return { ts, ...prices, volume: (ts / 60_000) % 61, vwap: null, trades: null };
    });
  },
  actions: () => [],
  quiet: () => [],
};

afterEach(closeAll);

function asking(first: string, last: string, interval: Interval = '15m'): BarRequest {
  const range = { from: parseDay(first), to: parseDay(last) + 1 };
  return { series: { ticker: 'PSDO-USDT', interval }, range, now: NOW };
}

/** The answer and the kinds of what was asked for it. */
async function ask(request: BarRequest, between: Between = {}): Promise<[BarAnswer, string[]]> {
  const { provider, asked } = await binance({ market, ...between });
  const answer = await provider.fetchBars(request);
  return [answer, asked.map(kindOf)];
}

function kindOf(path: string): string {
  if (path.startsWith('/api/v3/klines')) return 'page';
  return path.replace(/^.*\/PSDOUSDT-\d+m-/, '');
}

function expectTrue({ bars, proven }: BarAnswer, { series, range }: BarRequest): void {
  const truth = market.rows(series.ticker, series.interval, range);
  expect(bars.length).toBe(truth.length);
  for (const column of ['ts', 'open', 'high', 'low', 'close', 'volume'] as const)
    expect([...bars[column]]).toEqual(truth.map((row) => row[column]));
  expect(proven).toEqual(range);
}

const MARCH = asking('2024-03-01', '2024-03-31');
/** The fewest days of 15m that a file is cheaper for: three pages. */
const THREE_WEEKS = asking('2024-03-02', '2024-03-22');

const isZip = (path: string): boolean => /\.zip(\?|$)/.test(path);

describe('a month of minutes', () => {
  it.each([
    ['2024-12', '2024-12-01', '2024-12-31'],
    ['2025-01', '2025-01-01', '2025-01-31'],
  ])('of %s is two requests, in whatever unit its stamps are', async (month, first, last) => {
    const request = asking(first, last, '1m');
    const [answer, asked] = await ask(request);
    expect(asked).toEqual([`${month}.zip.CHECKSUM`, `${month}.zip`]);
    expect(answer.bars.length).toBe(44_640);
    expectTrue(answer, request);
    expect(answer.notRead).toBeUndefined();
  });

  it('is read as far as it was asked for, and goes on in pages where no file is there yet', async () => {
    const request = asking('2026-10-30', '2026-11-02', '1m');
    const [answer, asked] = await ask(request);
    expect(asked).toEqual(['2026-10.zip.CHECKSUM', '2026-10.zip', 'page', 'page', 'page']);
    expectTrue(answer, request);
  });

  it('has in the file what it has in pages', async () => {
    const [ofFile, inFile] = await ask(THREE_WEEKS);
    const [ofPages, inPages] = await ask(THREE_WEEKS, { reply: gone });
    expect([inFile.length, inPages.length]).toEqual([2, 4]);
    expect(ofPages).toEqual({ ...ofFile, notRead: [LACKING] });
  });
});

const LACKING = "Binance's archive lacks files of months that its API has; their days were asked there";

const gone = (_: Reply, path: string): Partial<Reply> => (path.startsWith('/data/') ? { status: 404 } : {});

describe('a file of the archive', () => {
  it.each([404, 403])('that is answered with %d is asked of the API', async (status) => {
    const [answer, asked] = await ask(THREE_WEEKS, {
      reply: (_, path) => (path.startsWith('/data/') ? { status } : {}),
    });
    expect(asked).toEqual(['2024-03.zip.CHECKSUM', 'page', 'page', 'page']);
    expectTrue(answer, THREE_WEEKS);
    expect(answer.notRead).toEqual([LACKING]);
  });

  it('that is not there is no news where the API has nothing either', async () => {
    const before = { ...market, rows: () => [] };
    const [answer, asked] = await ask(THREE_WEEKS, { market: before, reply: gone });
    expect(asked).toEqual(['2024-03.zip.CHECKSUM', 'page']);
    expect([answer.bars.length, answer.notRead]).toEqual([0, undefined]);
  });

  const ofNoUse = (why: string): string =>
    `Binance's archive is of no use (${why}); its months were asked of the API`;

  it.each([
    [500, ofNoUse('it answered 500: (empty)')],
    [503, ofNoUse('it answered 503: (empty)')],
    [429, ofNoUse('it answered 429: (empty)')],
    [401, ofNoUse('it answered 401: (empty)')],
    [302, ofNoUse('it answered 302: (empty)')],
    [0, expect.stringContaining('is of no use (no answer from 127.0.0.1')],
  ])(
    'that is answered with %d again and again is asked of the API, and the archive named',
    async (status, said) => {
      const failed: string[] = [];
      const noted = async ({ code }: { readonly code: string }): Promise<boolean> => failed.push(code) < 0;
      const [answer, asked] = await ask(THREE_WEEKS, {
        reply: (_, path) => (path.startsWith('/data/') ? { status, body: Buffer.alloc(0) } : {}),
        gate: { ...OPEN_GATE, failed: noted, throttled: async () => true },
      });
      const tries = asked.filter((path) => path === '2024-03.zip.CHECKSUM').length;
      expect([tries, asked.length - tries]).toEqual([status === 401 ? 1 : 2, 3]);
      expectTrue(answer, THREE_WEEKS);
      expect(answer.notRead).toEqual([said]);
      // It says nothing of the API.
      expect(failed).toEqual([]);
    },
  );

  it('that is cut off on its way is asked of the API', async () => {
    const [answer, asked] = await ask(THREE_WEEKS, {
      reply: (_, path) => (path.endsWith('.zip') ? { status: 0 } : {}),
    });
    expect(asked).toEqual(['2024-03.zip.CHECKSUM', '2024-03.zip', '2024-03.zip', 'page', 'page', 'page']);
    expectTrue(answer, THREE_WEEKS);
  });

  it('is not asked for any more once three came to nothing', async () => {
    const reply = (_: Reply, path: string): Partial<Reply> =>
      path.startsWith('/data/') ? { status: 0 } : {};
    const { provider, asked } = await binance({ market, reply, gate: OPEN_GATE });
    const ofArchive = (): number => asked.filter((path) => path.startsWith('/data/')).length;
    for (const [month, tries] of [
      ['2024-01', 2],
      ['2024-02', 4],
      ['2024-03', 6],
      ['2024-04', 6],
      ['2024-05', 6],
    ] as const) {
      const request = asking(`${month}-01`, `${month}-25`);
      const answer = await provider.fetchBars(request);
      expectTrue(answer, request);
      expect(answer.notRead).toHaveLength(1);
      expect(ofArchive()).toBe(tries);
    }
  });

  it('does not hide that the API fails as well', async () => {
    for (const [status, code] of [
      [500, 'provider-fault'],
      [429, 'throttled'],
    ] as const)
      await expect(ask(THREE_WEEKS, { reply: () => ({ status }) })).rejects.toMatchObject({
        code,
        retryable: true,
      });
  });

  it('with other bytes than its digest says is read again with its digest, past what keeps copies', async () => {
    const [answer, asked] = await ask(THREE_WEEKS, {
      reply: ({ body }, path) => (path.endsWith('.zip') ? { body: turned(body) } : {}),
    });
    expect(asked).toEqual([
      ...['2024-03.zip.CHECKSUM', '2024-03.zip'],
      ...['2024-03.zip.CHECKSUM?again=1', '2024-03.zip?again=1'],
    ]);
    expectTrue(answer, THREE_WEEKS);
    expect(answer.notRead).toBeUndefined();
  });

  const file = "PSDOUSDT-15m-2024-03.zip of Binance's archive, tried twice: ";
  const csv = 'PSDOUSDT-15m-2024-03.csv';

  it.each([
    ['with other bytes even then', turned, 'its bytes are not those of its .CHECKSUM'],
    ['that is cut', (zip: Buffer) => zip.subarray(0, -9), 'its bytes are not those of its .CHECKSUM'],
  ])('%s is named, and asked of the API', async (_, change, why) => {
    const [answer, asked] = await ask(THREE_WEEKS, {
      reply: ({ body }, path) => (isZip(path) ? { body: change(body) } : {}),
    });
    expect(asked).toEqual([
      ...['2024-03.zip.CHECKSUM', '2024-03.zip'],
      ...['2024-03.zip.CHECKSUM?again=1', '2024-03.zip?again=1'],
      ...['page', 'page', 'page'],
    ]);
    expectTrue(answer, THREE_WEEKS);
    expect(answer.notRead).toEqual([`${file}${why}; its days were asked of the API`]);
  });

  it.each([
    ['no zip', () => strToU8('PK'), 'it does not unpack (its end is missing)'],
    [
      'another file',
      (text: string) => zipped({ 'BTCUSDT-15m-2024-03.csv': text }),
      `there is no ${csv} in it`,
    ],
    [
      'more than a month is',
      () => zipSync({ [csv]: new Uint8Array(65 * 2 ** 20) }, { level: 1 }),
      `it does not unpack (its ${csv} is 68157440 bytes, more than 67108864)`,
    ],
    ['a page', () => zipped({ [csv]: '<html>' }), 'it has the open time "<html>", which is no number'],
    [
      'a price that is none',
      (text: string) => zipped({ [csv]: text.replaceAll(/^(\d+),[\d.]+/gm, '$1,x') }),
      'it has the open "x", which is no number',
    ],
  ])('that holds %s, as its digest says, is named, and asked of the API', async (_, made, why) => {
    const served = whatIsServed((text) => made(text));
    const [answer] = await ask(THREE_WEEKS, served);
    expectTrue(answer, THREE_WEEKS);
    expect(answer.notRead).toEqual([`${file}${why}; its days were asked of the API`]);
  });

  it.each(['', '<html>', `${'0'.repeat(64)}  BTCUSDT-15m-2024-03.zip`])(
    'with the digest %j is named, and asked of the API',
    async (body) => {
      const [answer, asked] = await ask(THREE_WEEKS, {
        reply: (_, path) => (path.includes('.CHECKSUM') ? { body: Buffer.from(body) } : {}),
      });
      expect(asked.slice(0, 3)).toEqual(['2024-03.zip.CHECKSUM', '2024-03.zip.CHECKSUM?again=1', 'page']);
      expectTrue(answer, THREE_WEEKS);
      expect(answer.notRead).toEqual([
        `${file}its .CHECKSUM is no digest of it; its days were asked of the API`,
      ]);
    },
  );

  it('may have a digest with a line end, in capitals, or of a binary', async () => {
    for (const form of [
      (text: string) => `${text}\n`,
      (text: string) => text.replace(/^[0-9a-f]+/, (hex) => hex.toUpperCase()),
      (text: string) => text.replace('  ', ' *'),
    ]) {
      const [answer, asked] = await ask(THREE_WEEKS, {
        reply: ({ body }, path) =>
          path.includes('.CHECKSUM') ? { body: Buffer.from(form(body.toString())) } : {},
      });
      expect(asked).toHaveLength(2);
      expectTrue(answer, THREE_WEEKS);
    }
  });

  it('may have a heading and the line ends of Windows', async () => {
    const [answer] = await ask(
      THREE_WEEKS,
      whatIsServed((text) =>
        zipped({
          [csv]: `open_time,open,high,low,close,volume,close_time\n${text}`.replaceAll('\n', '\r\n'),
        }),
      ),
    );
    expectTrue(answer, THREE_WEEKS);
    expect(answer.notRead).toBeUndefined();
  });

  it('that lacks days has them asked of the API, and is believed for minutes that are not there', async () => {
    const day = (text: string): number => parseDay(text) * 86_400_000;
    const isLost = (ts: number): boolean =>
      (ts >= day('2024-03-09') && ts < day('2024-03-11')) || ts === day('2024-03-20') + 900_000;
    const lossy = whatIsServed((text) =>
      zipped({
        [csv]: text
          .split('\n')
          .filter((line) => !isLost(Number(line.slice(0, 13))))
          .join('\n'),
      }),
    );
    const [answer, asked] = await ask(MARCH, lossy);
    expect(asked).toEqual(['2024-03.zip.CHECKSUM', '2024-03.zip', 'page']);
    expect(answer.bars.length).toBe(31 * 96 - 1);
    expect(answer.proven).toEqual(MARCH.range);
    expect([...answer.bars.ts]).toContain(day('2024-03-10'));
    expect([...answer.bars.ts]).not.toContain(day('2024-03-20') + 900_000);
  });
});

function turned(zip: Buffer): Buffer {
  const other = Buffer.from(zip);
  other[other.length >> 1] = (other[other.length >> 1] ?? 0) ^ 1;
  return other;
}

function zipped(files: Readonly<Record<string, string>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
}

/** Another zip in place of the file, made of its text, and the digest of that. The time in it is the same for both. */
function whatIsServed(made: (text: string) => Uint8Array): Between {
  let zip = Buffer.alloc(0);
  return {
    path: (path) => path.replace('.CHECKSUM', ''),
    reply: ({ body }, path) => {
      if (!path.startsWith('/data/')) return {};
      if (path.includes('.CHECKSUM')) {
        const [text = new Uint8Array()] = Object.values(unzipSync(body));
        zip = Buffer.from(made(strFromU8(text)));
        const digest = createHash('sha256').update(zip).digest('hex');
        return { body: Buffer.from(`${digest}  PSDOUSDT-15m-2024-03.zip`) };
      }
      return { body: zip };
    },
  };
}
