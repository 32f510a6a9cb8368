import { afterEach, describe, expect, it } from 'vitest';
import { QuestDBBackend, QuestDBHistoryProvider, StreamInput } from '../../src/qmtl/index.ts';
import { start } from '../simulator/running.ts';
import { backendOptions, closeAll, closing, providerOf } from './desk.ts';
import { invented, inventedFetcher } from './invented-fetcher.ts';

afterEach(closeAll);

const seconds = (text: string): number => Date.parse(text) / 1000;
const HOUR = 3600;
const NOON = seconds('2025-03-04T12:00:00Z');
const HOURLY = { nodeId: 'BTC-USD', interval: '1h' } as const;

describe('ranges', () => {
  it('have both ends in, in seconds, and are filled by whole sessions', async () => {
    const { provider, fetcher } = providerOf();
    await provider.ensureRange(NOON, NOON, HOURLY);
    const rows = await provider.fetch(NOON - HOUR, NOON + HOUR, HOURLY);
    expect(rows.map(({ ts }) => ts)).toEqual([NOON - HOUR, NOON, NOON + HOUR]);
    expect(await provider.fetch(NOON + 1, NOON + HOUR - 1, HOURLY)).toEqual([]);
    const [midnight, end] = [seconds('2025-03-04T00:00:00Z'), seconds('2025-03-04T23:59:59Z')];
    expect(fetcher.asked).toEqual([{ ...HOURLY, start: midnight, end }]);
  });

  it('are covered but for the sessions between, and only those are asked for', async () => {
    const { provider, fetcher } = providerOf();
    const day = 86_400;
    await provider.ensureRange(NOON, NOON, HOURLY);
    await provider.fillMissing(NOON + 2 * day, NOON + 3 * day, HOURLY);
    const [first, last] = [seconds('2025-03-04T00:00:00Z'), seconds('2025-03-04T23:00:00Z')];
    expect(await provider.coverage(HOURLY)).toEqual([
      { start: first, end: last },
      { start: first + 2 * day, end: last + 3 * day },
    ]);
    await provider.ensureRange(NOON, NOON + 3 * day, HOURLY);
    expect(await provider.coverage(HOURLY)).toEqual([{ start: first, end: last + 3 * day }]);
    expect(fetcher.asked).toHaveLength(3);
    expect(fetcher.twice()).toBe(0);
  });

  it('are not filled where a bar of them is rejected', async () => {
    const { provider } = providerOf(
      inventedFetcher({ change: (row) => (row.ts === NOON ? { ...row, high: row.low / 2 } : row) }),
    );
    const refusal = {
      code: 'incomplete',
      message:
        'BTC-USD 1h lacks 2025-03-04 to 2025-03-04, of which bars came that are wrong: check-data --issues lists them',
    };
    await expect(provider.ensureRange(NOON, NOON, HOURLY)).rejects.toMatchObject(refusal);
    await expect(provider.ensureRange(NOON, NOON, HOURLY)).rejects.toMatchObject(refusal);
  });

  it('are not filled where the fetcher has no bar of the node', async () => {
    const none = providerOf(inventedFetcher({ change: () => undefined }));
    await expect(none.provider.ensureRange(NOON, NOON, HOURLY)).rejects.toMatchObject({
      ...{
        code: 'incomplete',
        message:
          'BTC-USD 1h lacks 2025-03-04 to 2025-03-04, of which the fetcher had no bar, or too few to believe that these are all',
      },
    });
  });

  it('follow the calendar of the ticker, over nights and weekends', async () => {
    const { provider, fetcher } = providerOf(
      // What an exchange that is closed gives no bars of.
      inventedFetcher({
        change: (row) => {
          const hour = new Date((row.ts - 1800) * 1000).getUTCHours();
          return hour >= 14 && hour < 21 && new Date(row.ts * 1000).getUTCDay() % 6 > 0 ? row : undefined;
        },
      }),
    );
    const of = { nodeId: 'AAPL', interval: '15m' } as const;
    // 2025-02-28 is a Friday of New York, 14:30 to 21:00 UTC.
    const window = provider.warmupRange(30, seconds('2025-03-03T15:40:00Z'), of);
    expect(window).toEqual({
      start: seconds('2025-02-28T14:30:00Z'),
      end: seconds('2025-03-03T15:15:00Z'),
    });
    await provider.ensureRange(window.start, window.end, of);
    expect(await provider.fetch(window.start, window.end, of)).toHaveLength(30);
    expect(await provider.coverage(of)).toEqual([
      { start: window.start, end: seconds('2025-03-03T20:45:00Z') },
    ]);
    expect(fetcher.asked.map(({ start: from }) => new Date(from * 1000).toISOString())).toEqual([
      '2025-02-28T00:00:00.000Z',
    ]);
  });

  it('of days begin at midnight of their sessions', async () => {
    const { provider } = providerOf();
    const of = { nodeId: 'BTC-USD', interval: '1d' } as const;
    const window = provider.warmupRange(3, NOON, of);
    expect(window).toEqual({
      start: seconds('2025-03-01T00:00:00Z'),
      end: seconds('2025-03-03T00:00:00Z'),
    });
    await provider.ensureRange(window.start, window.end, of);
    expect((await provider.fetch(window.start, NOON, of)).map(({ ts }) => ts)).toEqual([
      window.start,
      window.start + 86_400,
      window.end,
    ]);
    expect(await provider.coverage(of)).toEqual([window]);
  });

  it('that are not over yet have what has closed, and are not covered', async () => {
    const { provider, fetcher } = providerOf();
    // The moment of the tests is noon of that day.
    const [from, to] = [seconds('2026-11-20T09:00:00Z'), seconds('2026-11-21T09:00:00Z')];
    await provider.ensureRange(from, to, HOURLY);
    expect(fetcher.asked).toMatchObject([{ end: seconds('2026-11-20T12:00:00Z') }]);
    expect((await provider.fetch(from, to, HOURLY)).map(({ ts }) => ts)).toEqual([
      from,
      from + HOUR,
      from + 2 * HOUR,
    ]);
    expect(await provider.coverage(HOURLY)).toEqual([]);
    await provider.ensureRange(to, to, HOURLY);
  });

  it.each<[string, number, number, string]>([
    ['of milliseconds', 1_700_000_000_000, 1_700_001_800_000, 'must be seconds since the epoch'],
    ['that end before they start', 1800, 0, 'must not end before it starts'],
    ['of no numbers', Number.NaN, 0, 'must be seconds since the epoch'],
  ])('%s are refused', async (_, from, to, message) => {
    const { provider } = providerOf();
    for (const call of ['fetch', 'ensureRange', 'fillMissing'] as const)
      await expect(provider[call](from, to, HOURLY)).rejects.toMatchObject({
        code: 'usage',
        message: `start ${from}, end ${to}: ${message}`,
      });
  });
});

describe('an interval', () => {
  it.each([
    [60, '1m'],
    ['300s', '5m'],
    ['900', '15m'],
    ['60m', '1h'],
    ['1d', '1d'],
  ])('%j is %s', (given, interval) => {
    expect(new StreamInput({ nodeId: 'X', interval: given }).interval).toBe(interval);
  });

  it.each([120, '30s', 'soon', ''])('%j is refused', (given) => {
    expect(() => new StreamInput({ nodeId: 'X', interval: given })).toThrow(
      `interval ${JSON.stringify(given)}: there are 60s, 300s, 900s, 3600s, 86400s`,
    );
  });
});

describe('what a fetcher gives', () => {
  it.each<[string, unknown, string]>([
    [
      'a payload beyond a bar',
      { ...invented(NOON), bid: 1 },
      'has "bid", which is nothing of a bar: only bars',
    ],
    [
      'a bar without its extremes',
      { ts: NOON, open: 1, close: 1 },
      'has the high undefined: it must be a number',
    ],
    ['milliseconds', { ...invented(NOON), ts: NOON * 1000 }, 'has a ts in milliseconds: it must be seconds'],
    [
      'texts',
      { ...invented(NOON), volume: '5' },
      'has the volume "5": it must be a number, null or left out',
    ],
    ['no number', { ...invented(NOON), close: Number.NaN }, 'has the close NaN: it must be a number'],
    ['no objects', 7, 'a row of BTC-USD is 7'],
  ])('is refused in one line where it is %s', async (_, row, message) => {
    const { provider, fetcher } = providerOf(inventedFetcher({ change: () => row }));
    await expect(provider.ensureRange(NOON, NOON, HOURLY)).rejects.toMatchObject({
      code: 'bad-answer',
      message: expect.stringContaining(message),
    });
    expect(fetcher.asked).toHaveLength(1);
    expect(await provider.fetch(NOON, NOON, HOURLY)).toEqual([]);
  });

  it('fails the call with its own error, and is asked for again by the next one', async () => {
    const error = new Error('the line is dead');
    const fails = (call: number): unknown => (call === 1 ? error : undefined);
    const { provider, fetcher } = providerOf(inventedFetcher({ fails }));
    await expect(provider.ensureRange(NOON, NOON, HOURLY)).rejects.toMatchObject({
      ...{ code: 'provider-fault', retryable: true, cause: error },
      message: 'the fetcher of BTC-USD 1h failed: the line is dead',
    });
    expect(fetcher.asked).toHaveLength(1);
    await provider.ensureRange(NOON, NOON, HOURLY);
    expect(fetcher.asked).toHaveLength(2);
  });

  it('has its own name in the store, and may come from a provider of the library', async () => {
    const server = await start({ wire: 'sample' });
    const provider = closing(
      new QuestDBHistoryProvider({
        ...backendOptions(),
        fetcher: { id: 'sample', url: server.url },
      }),
    );
    const of = { nodeId: 'ALFA', interval: '1d' } as const;
    const [from, to] = [seconds('2025-06-02'), seconds('2025-06-06')];
    for (let time = 0; time < 2; time++) await provider.ensureRange(from, to, of);
    expect(await provider.fetch(from, to, of)).toHaveLength(5);
    expect(server.entries).toHaveLength(1);
  });
});

describe('a store', () => {
  it('is written by one provider after the other, whose streams are loaded at once', async () => {
    const nodes = ['BTC-USD', 'ETH-USD', 'BTC-USD'];
    const streams = nodes.map((nodeId) => {
      const { provider, fetcher } = providerOf();
      return { fetcher, stream: new StreamInput({ nodeId, interval: '1h', historyProvider: provider }) };
    });
    await Promise.all(streams.map(({ stream }) => stream.loadHistory(NOON, NOON + HOUR)));
    expect(streams.map(({ stream }) => stream.cache.entries().length)).toEqual([2, 2, 2]);
    expect(streams.map(({ fetcher }) => fetcher.asked.length)).toEqual([1, 1, 0]);
  });

  it('keeps a node under one table, and no other node with it', async () => {
    const backend = closing(new QuestDBBackend({ ...backendOptions(), table: 'BTC-USD' }));
    backend.bindStream({ nodeId: 'price' });
    await expect(backend.fetch(NOON, NOON, { nodeId: 'volume', interval: '1h' })).rejects.toMatchObject({
      code: 'usage',
      message: 'table "BTC-USD" has the bars of node price: give node volume a table of its own',
    });
    expect(() => new QuestDBBackend({ dsn: '' })).toThrow('dsn "": must be a folder or the URL of a store');
  });
});
