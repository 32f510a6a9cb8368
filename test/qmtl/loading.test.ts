import { afterEach, describe, expect, it } from 'vitest';
import {
  AugmentedHistoryProvider,
  BackfillEngine,
  type FetchSource,
  FetcherBackfillStrategy,
  type HistoryProvider,
  type HistoryRow,
  LiveReplayBackfillStrategy,
  NodeCache,
  Pipeline,
  ProcessingNode,
  QuestDBHistoryProvider,
  Runner,
  Strategy,
  StreamInput,
  type TimeRange,
  ensureHistory,
} from '../../src/qmtl/index.ts';
import { backendOptions, closeAll, providerOf } from './desk.ts';
import { invented, inventedFetcher } from './invented-fetcher.ts';

afterEach(closeAll);

const NOON = Date.parse('2025-03-04T12:00:00Z') / 1000;
const HOURLY = { nodeId: 'BTC-USD', interval: '1h' } as const;

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
    expect(() => stream.cache.state.isComplete(0, 1199, undefined as never)).toThrow(
      'the node undefined: must be { nodeId, interval }',
    );
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

describe('what cannot be', () => {
  it.each([
    ['"x"', 'x'],
    ['1700000000000', 1_700_000_000_000],
    ['NaN', Number.NaN],
    ['null', null],
  ])('is refused as the end of a warm-up: %s', async (shown, end) => {
    class Empty extends Strategy {
      override setup(): void {
        this.addNodes([]);
      }
    }
    await expect(Runner.offline(Empty, { end: end as number })).rejects.toMatchObject({
      code: 'usage',
      message: `end ${shown}: must be seconds since the epoch`,
    });
  });

  it.each(['x', 5, null, {}, { fetch: 5 }, { id: 7 }])('is refused as a fetcher: %j', (given) => {
    const fetcher = given as unknown as FetchSource;
    const refused = expect.objectContaining({
      code: 'usage',
      message: expect.stringContaining(
        `fetcher ${JSON.stringify(given)}: must be an object with a method fetch`,
      ),
    });
    expect(() => new QuestDBHistoryProvider({ ...backendOptions(), fetcher })).toThrow(refused);
    expect(() => new FetcherBackfillStrategy(fetcher)).toThrow(refused);
    expect(() => new LiveReplayBackfillStrategy(fetcher)).toThrow(refused);
  });

  it('is refused as a node or its cache', () => {
    const stream = new StreamInput({ nodeId: 'X', interval: 60 });
    const compute = (): number => 1;
    for (const period of [0, -1, 1.5, Number.NaN]) {
      const refused = `period ${period}: must be a whole number above 0`;
      expect(() => new NodeCache(period)).toThrow(refused);
      expect(() => new ProcessingNode({ input: stream, period, compute })).toThrow(refused);
    }
    for (const input of [[], [5], undefined])
      expect(() => new ProcessingNode({ input: input as unknown as StreamInput, compute })).toThrow(
        'input of a ProcessingNode: must be one or more streams and nodes',
      );
    expect(() => new ProcessingNode({ input: stream, compute: 5 as unknown as () => unknown })).toThrow(
      'compute of a ProcessingNode: must be a function',
    );
  });
});
