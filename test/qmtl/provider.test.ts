import { afterEach, describe, expect, it } from 'vitest';
import {
  AugmentedHistoryProvider,
  BackfillEngine,
  type HistoryProvider,
  type HistoryRow,
  Pipeline,
  ProcessingNode,
  QuestDBBackend,
  QuestDBHistoryProvider,
  StreamInput,
  type TimeRange,
  ensureHistory,
} from '../../src/qmtl/index.ts';
import { start } from '../simulator/running.ts';
import { backendOptions, closeAll, closing } from './desk.ts';
import { invented, inventedFetcher } from './invented-fetcher.ts';

afterEach(closeAll);

const seconds = (text: string): number => Date.parse(text) / 1000;
const HOUR = 3600;
const NOON = seconds('2025-03-04T12:00:00Z');
const HOURLY = { nodeId: 'BTC-USD', interval: '1h' } as const;

function providerOf(fetcher = inventedFetcher()) {
  const provider = closing(new QuestDBHistoryProvider({ ...backendOptions(), fetcher }));
  return { provider, fetcher };
}

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

/** A provider of one's own: a list of rows, and what was called. */
function ownProvider(rows: readonly HistoryRow[], known: readonly TimeRange[] = []) {
  const calls: string[] = [];
  const note = async (...said: readonly unknown[]): Promise<void> => void calls.push(said.join(' '));
  const fetchRows: HistoryProvider['fetch'] = async (from, to) => {
    calls.push(`fetch ${from} ${to}`);
    return rows.filter(({ ts }) => ts >= from && ts <= to);
  };
  const ensureRange: HistoryProvider['ensureRange'] = (from, to) => note('ensureRange', from, to);
  const fillMissing: HistoryProvider['fillMissing'] = (from, to) => note('fillMissing', from, to);
  const coverage: HistoryProvider['coverage'] = async () => (await note('coverage'), known);
  return { calls, fetch: fetchRows, ensureRange, fillMissing, coverage };
}

describe('a provider of one’s own', () => {
  const known = [
    { start: 120, end: 180 },
    { start: 240, end: 300 },
    { start: 480, end: 540 },
  ];
  it.each<[string, readonly (keyof HistoryProvider)[], readonly string[]]>([
    ['by its ensureRange', ['ensureRange', 'fillMissing', 'coverage'], ['ensureRange 0 600']],
    [
      'else by its fillMissing for what its coverage lacks',
      ['fillMissing', 'coverage'],
      [...['coverage', 'fillMissing 0 60', 'fillMissing 360 420', 'fillMissing 600 600']],
    ],
    ['else by its fillMissing for all of it', ['fillMissing'], ['fillMissing 0 600']],
    ['else as it is', ['coverage'], []],
  ])('is asked for a range %s', async (_, has, calls) => {
    const whole = ownProvider([], known);
    const part = Object.fromEntries(has.map((name) => [name, whole[name as keyof typeof whole]]));
    const provider = { fetch: whole.fetch, ...part } as HistoryProvider;
    await ensureHistory(provider, 0, 600, { nodeId: 'X', interval: '1m' });
    expect(whole.calls).toEqual(calls);
  });

  it('is warmed up with period × interval', async () => {
    const { Runner, Strategy } = await import('../../src/qmtl/index.ts');
    const own = ownProvider(Array.from({ length: 20 }, (_, i) => invented(60 * i)));
    class Own extends Strategy {
      readonly price = new StreamInput({ nodeId: 'X', interval: 60, period: 4, historyProvider: own });
      setup(): void {
        this.addNodes([this.price]);
      }
    }
    const { strategy } = await Runner.offline(Own, { end: 1200 });
    expect(strategy.price.cache.entries().map(({ ts }) => ts)).toEqual([960, 1020, 1080, 1140]);
    expect(own.calls).toEqual(['ensureRange 960 1140', 'fetch 960 1140']);
  });
});

describe('an engine', () => {
  const rows = Array.from({ length: 20 }, (_, i) => invented(60 * i));
  const streamOf = () => new StreamInput({ nodeId: 'X', interval: 60 });

  it('skips what is loaded, and asks again for what comes after the last row', async () => {
    const own = ownProvider(rows);
    const engine = new BackfillEngine(own);
    const stream = streamOf();
    for (const [from, to] of [
      [0, 300],
      [60, 240],
      [0, 600],
      [900, 1500],
      [0, 1500],
    ] as const) {
      engine.submit(stream, from, to);
      await engine.wait();
    }
    expect(own.calls.filter((call) => call.startsWith('fetch'))).toEqual([
      ...['fetch 0 300', 'fetch 301 600', 'fetch 900 1500', 'fetch 601 899', 'fetch 1200 1500'],
    ]);
    expect(stream.cache.entries()).toEqual(rows);
    expect(stream.cache.state.ranges(stream)).toEqual([{ start: 0, end: 1199 }]);
    expect(stream.cache.state.isComplete(0, 1199, { nodeId: 'X', interval: '60s' })).toBe(true);
  });

  it('keeps what came live where history has another bar of the same instant', async () => {
    const stream = new StreamInput({
      nodeId: 'X',
      interval: 60,
      period: 3,
      historyProvider: ownProvider(rows),
    });
    const live = { ...invented(300), close: 1 };
    await stream.feed(live);
    await stream.loadHistory(0, 300);
    expect(stream.cache.entries()).toEqual([invented(180), invented(240), live]);
  });

  it.each([
    [0, 1],
    [2, 3],
  ])('tries %d times again and then gives up, with all else loaded', async (maxRetries, tries) => {
    let failed = 0;
    const own = ownProvider(rows);
    const half: HistoryProvider = {
      fetch: async (from, to, of) => {
        if (of.nodeId === 'Y') throw new Error(`try ${++failed}`);
        return own.fetch(from, to, of);
      },
    };
    const engine = new BackfillEngine(half, { maxRetries, retryDelayMs: 0 });
    const stream = streamOf();
    engine.submit(new StreamInput({ nodeId: 'Y', interval: 60 }), 0, 300);
    engine.submit(stream, 0, 300);
    await expect(engine.wait()).rejects.toThrow(`try ${tries}`);
    expect(stream.cache.entries()).toHaveLength(6);
    await engine.wait();
  });

  it('does not try again what stays as it is', async () => {
    const { provider, fetcher } = providerOf(inventedFetcher({ change: () => ({ ts: NOON, bid: 1 }) }));
    const stream = new StreamInput({ ...HOURLY, historyProvider: provider });
    await expect(stream.loadHistory(NOON, NOON)).rejects.toMatchObject({ code: 'bad-answer' });
    expect(fetcher.asked).toHaveLength(1);
    await expect(streamOf().loadHistory(0, 60)).rejects.toThrow('stream X has no historyProvider');
    expect(() => new BackfillEngine(provider, { maxRetries: -1 })).toThrow('maxRetries -1: must be a whole');
  });
});

describe('a pipeline', () => {
  it('replays bars in the order in which they closed, nodes of nodes after their inputs', async () => {
    const quick = new StreamInput({ nodeId: 'X', interval: 60 });
    const slow = new StreamInput({ nodeId: 'X', interval: 300 });
    quick.cache.backfillBulk([180, 240, 300].map((ts) => invented(ts)));
    slow.cache.backfillBulk([invented(0)]);
    const order: string[] = [];
    const told = (name: string, input: StreamInput | ProcessingNode): ProcessingNode =>
      new ProcessingNode({ input, compute: () => order.push(name) });
    const first = told('quick', quick);
    const nodes = [quick, slow, first, told('slow', slow), told('after quick', first)];
    new Pipeline(nodes).replay();
    expect(order).toEqual([
      ...['quick', 'after quick', 'quick', 'after quick', 'slow', 'quick', 'after quick'],
    ]);
    expect(() => new Pipeline([first, quick])).toThrow('a node of the pipeline stands before its input');
  });
});

it('a fetcher may be bound to a backend of one’s own', async () => {
  const calls: unknown[] = [];
  const none = async (): Promise<readonly []> => [];
  const provider = new AugmentedHistoryProvider(
    {
      ...{
        fetch: none,
        coverage: none,
        warmupRange: () => ({ start: 0, end: 0 }),
        bindStream: () => undefined,
      },
      ...{ assertComplete: async () => undefined, close: async () => undefined },
      fill: async (...given) => void calls.push(given),
    },
    { fetcher: inventedFetcher() },
  );
  await provider.ensureRange(0, 60, { nodeId: 'X', interval: '60s' });
  expect(calls).toMatchObject([[0, 60, { nodeId: 'X', interval: '1m' }, { maxRows: 2000 }]]);
});
