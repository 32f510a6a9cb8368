// The examples of QMTL's guide “Backfilling Historical Data”, one by one.
import { afterEach, describe, expect, it } from 'vitest';
import {
  AugmentedHistoryProvider,
  EventRecorderService,
  FetcherBackfillStrategy,
  type HistoryRow,
  LiveReplayBackfillStrategy,
  ProcessingNode,
  QuestDBBackend,
  QuestDBHistoryProvider,
  QuestDBLoader,
  QuestDBRecorder,
  Runner,
  Strategy,
  StreamInput,
  type StrategySetup,
  metrics,
} from '../../src/qmtl/index.ts';
import { itWith, QUESTDB } from '../needs.ts';
import { start } from '../simulator/running.ts';
import { startQuest } from '../store/questdb/quest.ts';
import { BinanceFetcher } from './binance-fetcher.ts';
import { backendOptions, closeAll, closing } from './desk.ts';
import { invented, inventedFetcher } from './invented-fetcher.ts';

afterEach(closeAll);

const seconds = (text: string): number => Date.parse(text) / 1000;
const MORNING = { start: seconds('2025-03-03T10:00:00Z'), end: seconds('2025-03-03T10:30:00Z') };

describe('"Configuring a HistoryProvider"', () => {
  it('reads what a store has, and without a fetcher is refused to fill it', async () => {
    const source = closing(new QuestDBHistoryProvider(backendOptions()));
    const of = { nodeId: 'BTC-USD', interval: '1h' };
    expect(await source.fetch(MORNING.start, MORNING.end, of)).toEqual([]);
    expect(await source.coverage(of)).toEqual([]);
    await expect(source.fillMissing(MORNING.start, MORNING.end, of)).rejects.toMatchObject({
      code: 'usage',
      message: 'fillMissing: this provider has no fetcher to ask; give it one',
    });
    await expect(source.ensureRange(MORNING.start, MORNING.end, of)).rejects.toMatchObject({
      code: 'usage',
      message:
        'BTC-USD 1h lacks 2025-03-03 to 2025-03-03, and there is nobody to ask: give the provider a fetcher',
    });
  });

  it('asks the fetcher of the example for Binance’s klines, a day in pages of 500, and nothing twice', async () => {
    const server = await start({ wire: 'binance' });
    const loader = closing(
      new QuestDBLoader({
        ...backendOptions(),
        table: 'PSDO-USDT',
        fetcher: new BinanceFetcher(server.url),
      }),
    );
    const of = { nodeId: 'PSDOUSDT', interval: '60s' };
    for (let time = 0; time < 2; time++) await loader.fillMissing(MORNING.start, MORNING.end, of);
    const rows = await loader.fetch(MORNING.start, MORNING.end, of);
    expect(rows.map(({ ts }) => ts)).toEqual(Array.from({ length: 31 }, (_, i) => MORNING.start + 60 * i));
    expect(await loader.coverage(of)).toEqual([
      { start: seconds('2025-03-03T00:00:00Z'), end: seconds('2025-03-03T23:59:00Z') },
    ]);
    const starts = server.entries.map(({ query }) => Number(new URLSearchParams(query).get('startTime')));
    expect(starts).toHaveLength(3);
    expect(starts[0]).toBe(seconds('2025-03-03T00:00:00Z') * 1000);
    expect(starts[1]).toBeGreaterThan((starts[0] ?? 0) + 499 * 60_000);
    expect(starts[2]).toBeGreaterThan((starts[1] ?? 0) + 499 * 60_000);
  });

  itWith(QUESTDB)('keeps them in a QuestDB, by its address as QMTL writes it', async () => {
    const quest = await startQuest();
    closing({ close: () => quest.destroy() });
    const dsn = `${quest.url().replace('questdb://', 'postgresql://')}/qdb`;
    const fetcher = inventedFetcher();
    const source = closing(new QuestDBHistoryProvider({ ...backendOptions(dsn), fetcher }));
    const of = { nodeId: 'BTC-USD', interval: 3600 };
    for (let time = 0; time < 2; time++) await source.ensureRange(MORNING.start, MORNING.end, of);
    expect(await source.fetch(MORNING.start, MORNING.end, of)).toMatchObject([invented(MORNING.start)]);
    expect(await quest.sql("SELECT count() FROM bars_1h WHERE ticker = 'BTC-USD'")).toEqual([[24]]);
    expect(fetcher.asked).toHaveLength(1);
    expect(fetcher.twice()).toBe(0);
  });
});

describe('"Auto Backfill Strategies"', () => {
  it('have the window of a warm-up covered before it is loaded', async () => {
    const fetcher = inventedFetcher();
    const backend = new QuestDBBackend({ ...backendOptions(), table: 'BTC-USD' });
    const provider = closing(
      new AugmentedHistoryProvider(backend, {
        fetcher,
        autoBackfill: new FetcherBackfillStrategy(fetcher),
      }),
    );
    const of = { nodeId: 'BTC', interval: 60 };
    // ensure the warmup window is covered before loading
    await provider.ensureRange(1_700_000_000, 1_700_001_800, of);
    const frame = await provider.fetch(1_700_000_000, 1_700_001_860, of);
    expect(frame.map(({ ts }) => ts)).toEqual(Array.from({ length: 31 }, (_, i) => 1_700_000_040 + 60 * i));
    expect(frame[0]).toEqual({ ...invented(1_700_000_040), vwap: null, trades: null });
    await provider.ensureRange(1_700_000_000, 1_700_001_800, of);
    const day = { start: seconds('2023-11-14T00:00:00Z'), end: seconds('2023-11-14T23:59:59Z') };
    expect(fetcher.asked).toEqual([{ ...day, nodeId: 'BTC', interval: '1m' }]);
  });
});

/** The hours of the day before the moment of the tests. */
const YESTERDAY = Array.from({ length: 24 }, (_, i) => seconds('2026-11-19T00:00:00Z') + 3600 * i);

describe('"Auto Backfill Strategies", by live replay', () => {
  it('take what was recorded live, and ask for nothing but the rest, until it is to be final', async () => {
    const of = { nodeId: 'BTC-USD', interval: 3600 };
    const recorder = closing(new QuestDBRecorder(backendOptions()));
    const live = YESTERDAY.map((ts) => ({ ...invented(ts), close: 1001.5 + 66 }));
    for (const row of live) await recorder.persist(of, row.ts, row);
    const fetcher = inventedFetcher();
    const by = (autoBackfill: FetcherBackfillStrategy | LiveReplayBackfillStrategy) =>
      closing(new AugmentedHistoryProvider(new QuestDBBackend(backendOptions()), { autoBackfill }));
    const replayed = by(new LiveReplayBackfillStrategy(fetcher));
    const [first = 0, last = 0] = [YESTERDAY[0], YESTERDAY.at(-1)];
    await replayed.ensureRange(first, last, of);
    expect(fetcher.asked).toEqual([]);
    expect((await replayed.fetch(first, last, of)).map(({ close }) => close)).toEqual(
      live.map(({ close }) => close),
    );
    const alone = by(new LiveReplayBackfillStrategy());
    await alone.ensureRange(first, last, of);
    await expect(alone.ensureRange(first - 86_400, last, of)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('BTC-USD 1h lacks 2026-11-18 to 2026-11-18, and there is nobody'),
    });
    await replayed.ensureRange(first - 86_400, last, of);
    expect(fetcher.asked).toMatchObject([{ start: first - 86_400, end: first - 1 }]);
    // Whoever wants final bars asks for them.
    await by(new FetcherBackfillStrategy(fetcher)).ensureRange(first, last, of);
    expect(await replayed.coverage(of)).toEqual([{ start: first - 86_400, end: last }]);
    expect(await replayed.fetch(last, last, of)).toMatchObject([invented(last)]);
  });
});

describe('"Injecting into StreamInput"', () => {
  it('binds a provider and a recorder for good', async () => {
    const fetcher = inventedFetcher();
    const historyProvider = closing(new QuestDBHistoryProvider({ ...backendOptions(), fetcher }));
    const eventService = new EventRecorderService(closing(new QuestDBRecorder(backendOptions())));
    const stream = new StreamInput({ nodeId: 'BTC-USD', interval: '60s', historyProvider, eventService });
    for (const [name, value] of Object.entries({ historyProvider, eventService, interval: '1m' }))
      expect(() => Object.assign(stream, { [name]: value })).toThrow(
        new TypeError(`${name} of a StreamInput is set when it is made: make another one with that ${name}`),
      );
    expect(() => Object.assign(stream, { other: 1 })).toThrow(TypeError);
    await stream.feed(invented(MORNING.start));
    expect(stream.cache.entries()).toEqual([invented(MORNING.start)]);
    expect(await historyProvider.fetch(MORNING.start, MORNING.end, stream)).toMatchObject([
      invented(MORNING.start),
    ]);
    await expect(stream.feed({ ...invented(MORNING.start), bid: 1 } as HistoryRow)).rejects.toMatchObject({
      code: 'bad-answer',
      message: expect.stringContaining('has "bid", which is nothing of a bar'),
    });
    await expect(stream.feed({ ...invented(MORNING.start), ts: MORNING.start + 30 })).rejects.toThrow('grid');
    expect(stream.cache.entries()).toEqual([invented(MORNING.start)]);
  });

  it('takes in what is kept only, in the order in which it came', async () => {
    const waiting: (() => void)[] = [];
    const persist = async (_of: unknown, timestamp: number): Promise<void> => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      if (timestamp === 120) throw new Error('the disk is full');
    };
    const stream = new StreamInput({
      ...{ nodeId: 'X', interval: '60s' },
      eventService: new EventRecorderService({ persist }),
    });
    const newer = { ...invented(60), close: 1 };
    const fed = [invented(60), invented(120), newer].map((row) => stream.feed(row));
    const done = Promise.allSettled(fed);
    for (const resolve of waiting.toReversed()) {
      expect(stream.cache.entries()).toEqual([]);
      resolve();
      await new Promise(setImmediate);
    }
    expect((await done).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(stream.cache.entries()).toEqual([newer]);
  });

  it('has a recorder of one’s own keep each payload as it is emitted', async () => {
    const [kept, bound]: [unknown[], string[]] = [[], []];
    const eventService = new EventRecorderService({
      bindStream: ({ nodeId }) => void bound.push(nodeId),
      persist: async (of, timestamp, payload) => void kept.push([of, timestamp, payload]),
    });
    const stream = new StreamInput({ nodeId: 'X', interval: '60s', eventService });
    await stream.feed(invented(MORNING.start));
    expect(bound).toEqual(['X']);
    expect(kept).toEqual([[{ nodeId: 'X', interval: '1m' }, MORNING.start, invented(MORNING.start)]]);
  });
});

/** The close of each bar of an hour and the mean of the last three, after them. */
class SampleStrategy extends Strategy {
  static provider: QuestDBHistoryProvider;
  readonly worlds: unknown[] = [];
  readonly price = new StreamInput({
    ...{ nodeId: 'BTC-USD', interval: '3600s', period: 5 },
    historyProvider: SampleStrategy.provider,
  });
  readonly mean = new ProcessingNode({
    input: this.price,
    period: 3,
    compute: (view) => {
      const closes = view
        .bars(this.price)
        .slice(-3)
        .map(({ close }) => close);
      return closes.reduce((sum, close) => sum + close, 0) / closes.length;
    },
  });

  setup({ worldId }: StrategySetup): void {
    this.worlds.push(worldId);
    this.addNodes([this.price, this.mean]);
  }
}

describe('"Priming History for Warmup"', () => {
  it('runs one pipeline for a world and offline: what is missing is asked for once', async () => {
    const fetcher = inventedFetcher();
    SampleStrategy.provider = closing(new QuestDBHistoryProvider({ ...backendOptions(), fetcher }));
    const end = seconds('2025-03-04T02:10:00Z');
    const live = await Runner.run(SampleStrategy, { worldId: 'sample_world', end });
    const local = await Runner.offline(SampleStrategy, { end });
    expect([live.strategy.worlds, local.strategy.worlds]).toEqual([['sample_world'], [undefined]]);
    const closes = ['21', '22', '23'].map((hour) => seconds(`2025-03-03T${hour}:00:00Z`));
    closes.push(seconds('2025-03-04T00:00:00Z'), seconds('2025-03-04T01:00:00Z'));
    for (const { strategy } of [live, local]) {
      expect(strategy.price.cache.entries().map(({ ts }) => ts)).toEqual(closes);
      expect(strategy.mean.cache.entries()).toEqual(
        closes.slice(2).map((ts, i) => {
          const last = closes.slice(i, i + 3).map((one) => invented(one).close);
          return { ts, value: last.reduce((sum, close) => sum + close, 0) / 3 };
        }),
      );
    }
    expect(fetcher.asked).toHaveLength(1);
    const next = invented(seconds('2025-03-04T02:00:00Z'));
    await local.pipeline.feed(local.strategy.price, next);
    expect(local.strategy.mean.cache.entries().at(-1)?.ts).toBe(next.ts);
  });

  it('has no gateway, and says so', async () => {
    const options = { worldId: 'sample_world', gatewayUrl: 'http://localhost:8000' };
    await expect(Runner.run(SampleStrategy, options)).rejects.toMatchObject({
      code: 'usage',
      message: 'Runner.run: there is no gateway here; leave gatewayUrl out and feed bars to the pipeline',
    });
  });
});

describe('"Monitoring Progress" and "BackfillEngine Internals"', () => {
  it('load a range once, and tell of it at /metrics', async () => {
    const fetcher = inventedFetcher({ fails: (call) => (call === 1 ? new Error('not now') : undefined) });
    const historyProvider = closing(new QuestDBHistoryProvider({ ...backendOptions(), fetcher }));
    const server = closing(await metrics.startMetricsServer(0));
    const stream = new StreamInput({ nodeId: 'BCH-USD', interval: '3600s', historyProvider });
    for (let time = 0; time < 2; time++)
      await stream.loadHistory(MORNING.start, MORNING.end, { retryDelayMs: 0 });
    expect(stream.cache.entries()).toMatchObject([invented(MORNING.start)]);
    expect(fetcher.asked).toHaveLength(2);
    const { pathname } = new URL(server.url);
    expect(pathname).toBe('/metrics');
    const text = await (await fetch(server.url)).text();
    const labels = 'node_id="BCH-USD",interval="3600"';
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'backfill_jobs_in_progress 0',
        `backfill_last_timestamp{${labels}} ${MORNING.start}`,
        `backfill_retry_total{${labels}} 1`,
      ]),
    );
    expect(text).toContain('# TYPE backfill_failure_total counter');
  });
});
