import { createHash } from 'node:crypto';
import { strFromU8, unzipSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';
import type { Market } from '../../src/market/market.ts';
import { randomFor } from '../../src/market/random.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { binance } from '../../src/simulator/binance/index.ts';
import { ownServer } from '../../src/simulator/own-wire.ts';
import type { WireRequest } from '../../src/simulator/wire.ts';
import { bytesOf } from '../../src/simulator/wire.ts';
import { NOW, start, stopAll } from './running.ts';

const market = sampleMarket();

afterEach(stopAll);

function requestOf(path: string): WireRequest {
  const [bare = '', query = ''] = path.split('?');
  return { method: 'GET', path: bare, query: new URLSearchParams(query), headers: {} };
}

function answered(path: string, now = NOW, of: Market = market) {
  return binance.answer(requestOf(path), of, now);
}

type Kline = [number, string, string, string, string, string, number, string, number, ...string[]];

function klines(query: string, now = NOW): Kline[] {
  return JSON.parse(answered(`/api/v3/klines?${query}`, now).body) as Kline[];
}

const at = (text: string): number => Date.parse(text);
const iso = (ms: number | undefined): string => new Date(ms ?? 0).toISOString().slice(0, 16);

describe('the simulated Binance', () => {
  it('says klines in its own words', () => {
    const [row] = klines(`symbol=PSDOUSDT&interval=1h&startTime=${at('2025-03-03T10:00Z')}&limit=1`);
    const truth = market
      .rows('PSDO-USDT', '1h', { from: 20_150, to: 20_151 })
      .find(({ ts }) => ts === at('2025-03-03T10:00Z'));
    expect(row).toHaveLength(12);
    expect(row?.[0]).toBe(at('2025-03-03T10:00Z'));
    expect(row?.[6]).toBe(at('2025-03-03T11:00Z') - 1);
    expect(row?.slice(1, 6)).toEqual(
      [truth?.open, truth?.high, truth?.low, truth?.close, truth?.volume].map((value) => value?.toFixed(8)),
    );
    for (const i of [9, 10, 11]) expect(typeof row?.[i]).toBe('string');
    expect(answered('/api/v3/klines?symbol=PSDOUSDT&interval=1h&limit=1').headers).toMatchObject({
      'content-type': 'application/json;charset=UTF-8',
      'x-mbx-used-weight': '2',
      'x-mbx-used-weight-1m': '2',
    });
  });

  it('has both ends in, from a start the first rows, without one the last', () => {
    const hour = (from: string, to: string): string => `startTime=${at(from)}&endTime=${at(to)}`;
    const of = 'symbol=PSDOUSDT&interval=1h';
    const both = klines(`${of}&${hour('2025-03-03T10:00Z', '2025-03-03T12:00Z')}`);
    expect(both.map(([open]) => iso(open))).toEqual(
      ['10', '11', '12'].map((hours) => `2025-03-03T${hours}:00`),
    );
    const unaligned = klines(`${of}&${hour('2025-03-03T10:30Z', '2025-03-03T11:59Z')}`);
    expect(unaligned.map(([open]) => iso(open))).toEqual(['2025-03-03T11:00']);
    expect(klines(`${of}&startTime=0&limit=1`).map(([open]) => iso(open))).toEqual(['2017-08-17T00:00']);
    expect(klines(`${of}&startTime=0`)).toHaveLength(500);
    expect(klines(`${of}&startTime=0&limit=5000`)).toHaveLength(1000);
    const last = klines(`${of}&endTime=${at('2025-03-03T12:00Z')}&limit=2`);
    expect(last.map(([open]) => iso(open))).toEqual(['2025-03-03T11:00', '2025-03-03T12:00']);
    expect(klines(`${of}&${hour('2017-01-01T00:00Z', '2017-02-01T00:00Z')}`)).toEqual([]);
  });

  it('has the kline that is open last, as another one than it will be', () => {
    const now = at('2026-11-20T12:34:30Z');
    for (const [interval, open] of [
      ['1m', '2026-11-20T12:34'],
      ['1h', '2026-11-20T12:00'],
      ['1d', '2026-11-20T00:00'],
    ] as const) {
      const query = `symbol=PSDOUSDT&interval=${interval}&limit=1`;
      const [early] = klines(query, now);
      expect([interval, iso(early?.[0])]).toEqual([interval, open]);
      const [whole] = klines(`${query}&startTime=${early?.[0]}`, now + 2 * 86_400_000);
      expect(whole?.[0]).toBe(early?.[0]);
      expect(whole).not.toEqual(early);
    }
  });

  it.each([
    ['symbol=NOPEUSDT&interval=1d', -1121, 'Invalid symbol.'],
    ['symbol=SMPLUSD&interval=1d', -1121, 'Invalid symbol.'],
    ['symbol=ALFA&interval=1d', -1121, 'Invalid symbol.'],
    ['symbol=PSDOUSDT&interval=1', -1120, 'Invalid interval.'],
    ['interval=1d', -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."],
    ['symbol=PSDOUSDT', -1102, "Mandatory parameter 'interval' was not sent, was empty/null, or malformed."],
    [
      'symbol=psdousdt&interval=1d',
      -1100,
      "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.",
    ],
    [
      'symbol=PSDOUSDT&interval=1d&startTime=x',
      -1100,
      "Illegal characters found in parameter 'startTime'; legal range is '^[0-9]{1,20}$'.",
    ],
  ])('refuses %s as Binance does', (query, code, msg) => {
    const { status, body, rows } = answered(`/api/v3/klines?${query}`);
    expect([status, JSON.parse(body), rows]).toEqual([400, { code, msg }, 0]);
  });

  it('refuses what comes too fast as Binance does, and says when to come back', async () => {
    const { url } = await start({ wire: 'binance', limits: '1/min' });
    const path = '/api/v3/klines?symbol=PSDOUSDT&interval=1d&limit=1';
    expect((await fetch(url + path)).status).toBe(200);
    const refused = await fetch(url + path);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect(await refused.json()).toMatchObject({ code: -1003 });
  });

  it('lists the pairs that there may be, and whether they trade', () => {
    const { symbols } = JSON.parse(answered('/api/v3/exchangeInfo').body) as {
      symbols: { symbol: string; status: string; baseAsset: string; quoteAsset: string }[];
    };
    expect(symbols.map(({ symbol, status }) => [symbol, status])).toEqual([
      ['MOCKUSDT', 'TRADING'],
      ['PSDOUSDT', 'TRADING'],
      ['TOYCEUR', 'BREAK'],
    ]);
    expect(symbols[2]).toMatchObject({ baseAsset: 'TOYC', quoteAsset: 'EUR' });
    const ofStatus = (status: string, now = NOW): unknown =>
      JSON.parse(answered(`/api/v3/exchangeInfo?symbolStatus=${status}`, now).body).symbols.map(
        ({ symbol }: { symbol: string }) => symbol,
      );
    expect(ofStatus('TRADING')).toEqual(['MOCKUSDT', 'PSDOUSDT']);
    expect(ofStatus('BREAK')).toEqual(['TOYCEUR']);
    expect(ofStatus('TRADING', at('2000-01-03T00:00Z'))).toEqual([]);
  });

  const MONTH = '/data/spot/monthly/klines/PSDOUSDT/1h/PSDOUSDT-1h-2024-12.zip';

  it('keeps months as zips with their digest, the stamps in µs since 2025', () => {
    const zip = answered(MONTH);
    const bytes = bytesOf(zip);
    expect(zip).toMatchObject({ status: 200, rows: 744 });
    const digest = createHash('sha256').update(bytes).digest('hex');
    expect(answered(`${MONTH}.CHECKSUM`)).toMatchObject({
      status: 200,
      body: `${digest}  PSDOUSDT-1h-2024-12.zip`,
    });
    const lines = (of: Uint8Array, name: string): string[] =>
      strFromU8(unzipSync(of)[name] ?? new Uint8Array()).split('\n');
    const december = lines(bytes, 'PSDOUSDT-1h-2024-12.csv');
    expect(december).toHaveLength(745);
    expect(december[0]).toMatch(/^1733011200000,(\d+\.\d{8},){5}1733014799999,/);
    const january = lines(bytesOf(answered(MONTH.replace('2024-12', '2025-01'))), 'PSDOUSDT-1h-2025-01.csv');
    expect(january[0]).toMatch(/^1735689600000000,(\d+\.\d{8},){5}1735693199999999,/);
  });

  it('publishes a month on the first Monday of the next, and none before a listing', () => {
    const november = MONTH.replace('2024-12', '2026-11');
    expect(answered(november, at('2026-12-06T23:59Z')).status).toBe(404);
    expect(answered(november, at('2026-12-07T00:00Z')).status).toBe(200);
    for (const path of [
      MONTH.replace('2024-12', '2017-07'),
      MONTH.replaceAll('PSDO', 'NOPE'),
      MONTH.replace('/1h/', '/1m/'),
      MONTH.replace('monthly', 'weekly'),
      '/',
    ])
      expect([path, answered(path).status]).toEqual([path, 404]);
  });

  it('is served by its name, bytes and all', async () => {
    const { url, entries } = await start({ wire: 'binance' });
    const answer = await fetch(url + MONTH);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.equals(bytesOf(answered(MONTH)))).toBe(true);
    expect(entries).toMatchObject([{ symbol: 'PSDO-USDT', outcome: 'ok', rows: 744 }]);
  });

  it('can answer wrongly in all the ways that a market can be wrong', () => {
    const server = ownServer(binance);
    const distorted = (how: keyof typeof server.distortions, path: string): string | null => {
      const request = requestOf(path);
      const sound = server.answer(request, market, NOW);
      return (
        server.distortions[how](sound, { request, market, now: NOW, random: randomFor('1') })?.body ?? null
      );
    };
    const page = `/api/v3/klines?symbol=PSDOUSDT&interval=1d&startTime=${at('2025-03-03')}&endTime=${at('2025-04-11')}`;
    const rows = (body: string | null): Kline[] => JSON.parse(body ?? '[]') as Kline[];
    const whole = rows(answered(page).body);
    expect(rows(distorted('half', page))).toEqual(whole.slice(0, 20));
    expect(rows(distorted('microseconds', page)).map(([open]) => open)).toEqual(
      whole.map(([open]) => open * 1000),
    );
    expect(rows(distorted('wrong-ticker', page))[0]?.[1]).not.toBe(whole[0]?.[1]);
    expect(rows(distorted('not-a-number', page)).flat()).toContain('1e999');
    expect(distorted('half', MONTH)).not.toBeNull();
    expect(distorted('wrong-ticker', MONTH)).not.toBeNull();
    expect(distorted('half', `${MONTH}.CHECKSUM`)).toBeNull();
  });
});
