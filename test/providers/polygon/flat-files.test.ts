import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { barAt } from '../../../src/core/bars/columns.ts';
import { type Day, formatDay, parseDay, utcDayOf } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import type { BarAnswer, Provider } from '../../../src/providers/provider.ts';
import { capabilitiesOf } from '../../../src/providers/registry.ts';
import { REAL_DATA, describeWith } from '../../needs.ts';
import { realData } from '../../realdata.ts';
import { HEADING, filesThatAnswer, listOf, packed, stopFiles } from './flat-serving.ts';

afterEach(stopFiles);

const NOW = Date.parse('2026-11-20T17:00:00Z');

/** Ticker, date, open, high, low, close, volume, trades. */
type Row = readonly [ticker: string, date: string, ...values: (number | null)[]];

interface Expected {
  readonly flat: Readonly<Record<string, { readonly folder: string; readonly rows: readonly Row[] }>>;
}

const { flat } = JSON.parse(readFileSync(new URL('expected.json', import.meta.url), 'utf8')) as Expected;

function barsIn(provider: Provider, ticker: string, date: string, interval: Interval = '1d', days = 1) {
  const from: Day = parseDay(date);
  return provider.fetchBars({ series: { ticker, interval }, range: { from, to: from + days }, now: NOW });
}

function rowsOf(ticker: string, { bars }: Pick<BarAnswer, 'bars'>): Row[] {
  return Array.from({ length: bars.length }, (_, i): Row => {
    const { ts, open, high, low, close, volume, trades } = barAt(bars, i);
    return [ticker, formatDay(utcDayOf(ts)), open, high, low, close, volume, trades];
  });
}

describeWith(REAL_DATA)('recorded rows', () => {
  it.each(Object.entries(flat))('are read as they are: %s', async (name, { folder, rows }) => {
    const [heading = '', ...lines] = readFileSync(realData(`http/polygon/${name}`), 'utf8')
      .trim()
      .split('\n');
    const { provider, asked } = await filesThatAnswer(({ key }) => {
      // Midnight in whatever American city is on the same date in UTC.
      const own = lines.filter((line) => {
        const ns = /\b\d{19}\b/.exec(line)?.[0] ?? '';
        return key.includes(new Date(Number(BigInt(ns) / 1_000_000n)).toISOString().slice(0, 10));
      });
      return { body: packed(own, heading) };
    });
    for (const row of rows) {
      const [ticker, date] = row;
      expect(rowsOf(ticker, await barsIn(provider, ticker, date))).toEqual([row]);
      expect(asked.at(-1)?.key).toBe(
        `${folder}/day_aggs_v1/${date.slice(0, 4)}/${date.slice(5, 7)}/${date}.csv.gz`,
      );
    }
  });
});

const key = (date: string, table = 'day_aggs_v1'): string =>
  `us_stocks_sip/${table}/${date.slice(0, 4)}/${date.slice(5, 7)}/${date}.csv.gz`;

const midnight = (date: string, hours = 5): string =>
  `${Date.parse(`${date}T00:00:00Z`) + hours * 3_600_000}000000`;

const line = (ticker: string, date: string, close = 7): string =>
  `${ticker},100,${close},${close},${close},${close},${midnight(date)},3`;

describe('a file', () => {
  it('has minutes stamped in ns, in columns by their names, and volumes of parts of shares', async () => {
    const { provider, asked } = await filesThatAnswer(() => ({
      // 10:35 in New York, and 16:05, when the session is over.
      body: packed(
        [
          'AAPL,1744814100000000000,200.29,200.5,200.63,200.2,4930.25,129',
          'AAPL,1744833900000000000,1,1,1,1,1,1',
          'AAPLW,1744814100000000000,1,1,1,1,1,1',
        ],
        'ticker,window_start,open,close,high,low,volume,transactions',
      ),
    }));
    const { bars, dropped } = await barsIn(provider, 'AAPL', '2025-04-16', '1m');
    expect([bars.length, dropped]).toEqual([1, 1]);
    expect(barAt(bars, 0)).toEqual({
      ts: Date.parse('2025-04-16T14:35:00Z'),
      ...{ open: 200.29, high: 200.63, low: 200.2, close: 200.5, volume: 4930.25, vwap: null, trades: 129 },
    });
    expect(asked.map((one) => one.key)).toEqual([key('2025-04-16', 'minute_aggs_v1')]);
  });

  it('is one for each session that is over, whoever asks for more', async () => {
    const { provider, asked } = await filesThatAnswer(({ key: at }) => {
      const date = at.slice(-17, -7);
      return { body: packed([line('AAPL', date, Number(date.slice(-2)))]) };
    });
    // A Friday: that of today will be there tomorrow.
    const answer = await barsIn(provider, 'AAPL', '2026-11-13', '1d', 10);
    expect(asked.map((one) => one.key.slice(-17, -7))).toEqual(
      [13, 16, 17, 18, 19].map((day) => `2026-11-${day}`),
    );
    expect(rowsOf('', answer).map(([, date, open]) => [date, open])).toEqual(
      [13, 16, 17, 18, 19].map((day) => [`2026-11-${day}`, day]),
    );
    expect([formatDay(answer.proven.to), answer.unproven]).toEqual(['2026-11-20', undefined]);
  });

  it('may come unpacked, or be unpacked on the way', async () => {
    const text = `\uFEFF${HEADING}\r\n${line('AAPL', '2026-11-19')}`;
    for (const reply of [{ body: text }, { body: gzipSync(text), headers: { 'content-encoding': 'gzip' } }]) {
      const { provider } = await filesThatAnswer(() => reply);
      expect((await barsIn(provider, 'AAPL', '2026-11-19')).bars.close).toEqual(Float64Array.of(7));
    }
  });

  it('that comes byte by byte is the same', async () => {
    const body = packed([line('A', '2026-11-19'), line('AAPL', '2026-11-19', 8.25)]);
    const { provider } = await filesThatAnswer(() => (response) => {
      response.writeHead(200);
      for (const byte of body) response.write(Buffer.of(byte));
      response.end();
    });
    expect((await barsIn(provider, 'AAPL', '2026-11-19')).bars.close).toEqual(Float64Array.of(8.25));
  });

  it('is never held whole, of however many parts it is packed', async () => {
    const [parts, rows] = [256, 20_000];
    const part = gzipSync(`${line('AAPLW', '2026-11-19', 123.4567)}\n`.repeat(rows));
    const [first, last] = [packed([]), gzipSync(line('AAPL', '2026-11-19', 8.25))];
    const { provider } = await filesThatAnswer(() => (response) => {
      response.writeHead(200).write(first);
      for (let i = 0; i < parts; i++) response.write(part);
      response.end(last);
    });
    const before = process.memoryUsage().rss;
    let most = before;
    const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
    const { bars } = await barsIn(provider, 'AAPL', '2026-11-19');
    clearInterval(timer);
    expect(bars.close).toEqual(Float64Array.of(8.25));
    const unpacked = parts * rows * (line('AAPLW', '2026-11-19', 123.4567).length + 1);
    expect(unpacked).toBeGreaterThan(300 * 2 ** 20);
    expect(most - before).toBeLessThan(unpacked / 2);
  });

  it.each([
    ['is cut', packed([line('AAPL', '2026-11-19')]).subarray(0, -3), /does not unpack/],
    ['is cut before its first byte', '', /has no rows/],
    ['has no rows', packed([]), /has no rows/],
    ['has other columns', packed(['AAPL,1'], 'ticker,close'), /has no column open/],
    ['is a page', '<html>Will be right back</html>', /has no column ticker/],
    ['has a row that is cut', packed(['AAPL,100,7']), /has the row "AAPL,100,7"/],
    [
      'has a word for a price',
      packed([line('AAPL', '2026-11-19').replace(',7,', ',n/a,')]),
      /the value "n\/a"/,
    ],
    ['has rows of the day before', packed([line('AAPL', '2026-11-18')]), /is not of 2026-11-19/],
    ['has rows of the day after', packed([line('AAPL', '2026-11-20')]), /is not of 2026-11-19/],
    ['has stamps in ms', packed(['AAPL,1,7,7,7,7,1795064400000,1']), /is not of 2026-11-19/],
    ['has no stamps', packed(['AAPL,1,7,7,7,7,,1']), /has the time ""/],
  ])('that %s is refused, and may be sound the next time', async (_, body, words) => {
    const { provider } = await filesThatAnswer(() => ({ body }));
    await expect(barsIn(provider, 'AAPL', '2026-11-19')).rejects.toMatchObject({
      ...{ code: 'bad-answer', retryable: true },
      message: expect.stringMatching(words) as unknown,
    });
  });

  it('of the evening before in UTC is of the day whose name it has', async () => {
    const { provider } = await filesThatAnswer(() => ({
      body: packed([`C:EURUSD,1,7,7,7,7,${midnight('2026-11-19', -2)},1`]),
    }));
    const { bars } = await barsIn(provider, 'EURUSD=X', '2026-11-19');
    expect([...bars.ts].map(utcDayOf).map(formatDay)).toEqual(['2026-11-19']);
  });
});

describe('a market', () => {
  const session = { interval: '1d', session: parseDay('2026-11-19'), now: NOW } as const;

  it('is a file, of which what is no share is left out', async () => {
    const { provider, asked } = await filesThatAnswer(() => ({
      body: packed(['AAPL', 'BRK.B', 'BACpL'].map((ticker, i) => line(ticker, '2026-11-19', i + 1))),
    }));
    const answer = await provider.fetchMarket?.(session);
    expect(answer?.parts.map((part) => [part.ticker, 'answer' in part && part.answer.bars.close[0]])).toEqual(
      [
        ['AAPL', 1],
        ['BRK-B', 2],
        ['BAC-PL', 3],
      ],
    );
    expect([answer?.asOf, asked.length]).toEqual([NOW, 1]);
  });

  it('of which the file is not there yet fails, so that it is asked for again another time', async () => {
    const { provider } = await filesThatAnswer(({ key: at }) =>
      at === '' ? { body: listOf([key('2026-11-18')]) } : { status: 404 },
    );
    await expect(provider.fetchMarket?.(session)).rejects.toMatchObject({
      ...{ code: 'provider-fault', retryable: false },
      message: 'polygon has no file of 2026-11-19 yet',
    });
  });

  it('on a day without a session has nothing', async () => {
    const { provider } = await filesThatAnswer(({ key: at }) =>
      at === '' ? { body: listOf([]) } : { status: 404 },
    );
    const saturday = { ...session, session: parseDay('2026-11-14') };
    expect(await provider.fetchMarket?.(saturday)).toEqual({ parts: [], asOf: NOW });
  });
});

describe('what it says of itself', () => {
  it('is that minutes of a market are in files alone, however young, where the API is asked too', async () => {
    const reply = () => ({ body: packed([line('AAPL', '2026-11-19')]) });
    const { provider, asked } = await filesThatAnswer(reply, undefined, 'hybrid');
    await provider.fetchMarket?.({ interval: '1m', session: parseDay('2026-11-19'), now: NOW });
    expect(asked.map((one) => one.key)).toEqual([key('2026-11-19', 'minute_aggs_v1')]);
  });

  it.each([0, 1.5, 'many', '0', '1.5', '-3', ''])(
    'is that files come after whole days, not %s',
    (flatAfterDays) => {
      const settings = { tier: 'starter', source: 'hybrid', flatAfterDays };
      expect(() => capabilitiesOf({ id: 'polygon', settings })).toThrow(
        /setting flatAfterDays is .*; it must be a whole number of days, 1 or more$/,
      );
    },
  );

  it('is that a file is whole in the morning after, and that its keys are three', () => {
    const { intervals, credentials } = capabilitiesOf({
      id: 'polygon',
      settings: { tier: 'starter', source: 'flat' },
    });
    expect(Object.keys(intervals)).toEqual(['1m', '1d']);
    // From 13:00 on the day after Thanksgiving to 11:00 on the next.
    expect(intervals['1d']?.settleDelayMs).toBe(22 * 3_600_000);
    expect(Object.values(credentials ?? {})).toEqual([
      'POLYGON_API_KEY',
      'POLYGON_S3_ACCESS_KEY',
      'POLYGON_S3_SECRET_KEY',
    ]);
  });

  it('is refused with the plan that has no files', () => {
    expect(() => capabilitiesOf({ id: 'polygon', settings: { source: 'flat' } })).toThrow(
      'setting source is flat, and the plan free has no flat files; --tier says what the plan is',
    );
    expect(() => capabilitiesOf({ id: 'polygon', settings: { source: 's3' } })).toThrow(
      'setting source is "s3"; it must be one of rest, flat, hybrid',
    );
  });
});
