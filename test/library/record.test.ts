import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { RecordedBar } from '../../src/core/bars/recorded.ts';
import { type Bar, type History, type LiveBar, openHistory, type Series } from '../../src/index.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { openStore } from '../../src/store/open.ts';
import { HoldingChildren } from '../store/holders.ts';
import { NOW } from '../simulator/running.ts';
import { closeAllCounted, type Counted, openCounted, series } from './counted-sessions.ts';
import { asOf, live, SETTLED } from './live-bars.ts';
import { lacking } from './walking-market.ts';

const holders = new HoldingChildren();
afterEach(async () => {
  await holders.end();
  await closeAllCounted();
});

const ALFA = series('ALFA');
const MINUTES = series('ALFA', '1m');
const closes = async (history: History, of: Series, how = {}): Promise<number[]> =>
  (await history.read(of, how)).map(({ close }) => close);

/** Another history of the same store, which only reads. */
function reader({ options }: Counted): History {
  return openHistory({ ...options, provider: 'none' });
}

const documents = ({ options }: Counted): Promise<readonly string[]> =>
  openStore(options.store).liveRecord.list();

describe('live bars that are recorded', () => {
  it('count as they were emitted last, be it by several histories within one ms', async () => {
    const counted = await openCounted();
    const histories = ['2026-11-19T21:00Z', '2026-11-19T21:00Z', '2026-11-19T21:00Z'].map((time) =>
      asOf(counted, time),
    );
    for (let i = 0; i < 12; i++) {
      const one = histories[(i * 2) % 3] as History;
      await one.record(ALFA, live('2026-11-19', 10 + i / 16));
      expect(await closes(reader(counted), ALFA)).toEqual([10 + i / 16]);
    }
  });

  it('are there at once for whoever reads the store, provisional, and as they were emitted', async () => {
    const counted = await openCounted();
    const bars = [live('2026-11-19T14:30:00Z', 10.1), live('2026-11-19T14:31:00Z', 10.2)];
    await counted.history.record(MINUTES, bars);
    const other = reader(counted);
    const source = { vwap: null, trades: null, source: 'recorded', fetchedAt: NOW };
    expect(await other.read(MINUTES)).toEqual(bars.map((bar) => ({ ...bar, ...source })));
    const { complete, lacks } = await other.missing(MINUTES, SETTLED);
    expect([complete, lacks[0]?.ranges]).toEqual([false, [{ ...SETTLED, sessions: 1, why: 'provisional' }]]);
    const given: number[] = [];
    for await (const { close } of other.replay(MINUTES, { rows: true })) given.push(close);
    for await (const { close } of other.batches(MINUTES)) given.push(...close);
    expect(given).toEqual([10.1, 10.2, 10.1, 10.2]);
    const { series: rows } = await other.coverage({ tickers: 'ALFA', intervals: ['1m'] });
    expect(rows).toMatchObject([{ ticker: 'ALFA', present: 1, provisional: 1 }]);
  });

  it('are kept bit for bit, whatever numbers they are', async () => {
    const counted = await openCounted();
    const price = fc.double({ min: 5e-324, max: 1e11, noNaN: true });
    const volume = fc.oneof(fc.double({ min: 0, max: 1e17 }), fc.constant(-0), fc.constant(Number.NaN));
    const trades = fc.option(fc.nat());
    const row = fc.tuple(price, volume, trades).map(([close, units, count]) => ({
      ...{ open: close, high: close, low: close, close, volume: units, trades: count, vwap: close },
    }));
    const rows = fc.sample(row, { numRuns: 300, seed: 7 });
    const bars = rows.map((one, i): LiveBar => ({
      ts: Date.parse('2026-11-19T14:30:00Z') + i * 60_000,
      ...one,
    }));
    await counted.history.record(MINUTES, bars);
    const back = await reader(counted).read(MINUTES);
    expect(back).toHaveLength(300);
    for (const [i, bar] of bars.entries())
      for (const name of Object.keys(bar) as (keyof LiveBar)[])
        expect(Object.is(back[i]?.[name], bar[name]), `${name} ${bar[name]} of ${i}`).toBe(true);
  });

  it.each<[string, LiveBar | LiveBar[], string]>([
    [
      'no volume',
      { ...live('2026-11-19'), volume: null } as unknown as LiveBar,
      'volume null: must be a number, NaN where it is not known',
    ],
    ['no bar', 5 as unknown as LiveBar, 'record: ALFA 1m 5: must be a bar such as'],
    ['a name that nobody knows', { ...live(0), last: 1 } as LiveBar, 'has no option "last"'],
    ['no number', live('2026-11-19T14:30:00Z', '9' as unknown as number), 'close "9": must be a number'],
    ['a price that is none', live('2026-11-19T14:30:00Z', -1), 'close -1 is no positive price'],
    ['a stamp in seconds', live(1_763_562_600), '(1970-01-21T09:52:42.600Z) is not on the grid'],
    ['a stamp in µs', live(1_763_562_600_000_000), 'stamp 1763562600000000 is not in ms since 1970'],
    ['a high below its low', live('2026-11-19T14:30:00Z', 10, { high: 1 }), 'high 1 is below low 9'],
    ['trades that are none', live('2026-11-19T14:30:00Z', 10, { trades: 1.5 }), 'trades 1.5 is no count'],
    ['a vwap that is none', live('2026-11-19T14:30:00Z', 10, { vwap: 99 }), 'vwap 99 is no price of its bar'],
    [
      'between the minutes',
      live('2026-11-19T14:30:01Z'),
      '2026-11-19T14:30:01.000Z) is not on the grid of XNYS',
    ],
    ['before the open', live('2026-11-19T14:29:00Z'), 'outside its session'],
    ['on a Sunday', live('2026-11-15T15:00:00Z'), '2026-11-15 is no session of XNYS'],
    ['to come', live('2026-11-20T14:30:00Z'), 'is to come'],
    [
      'one of many',
      [live('2026-11-19T14:30:00Z'), live('2026-11-19T14:30:30Z')],
      'record: ALFA 1m bar 2: ts',
    ],
  ])('are refused with their value, and nothing of the call is kept: %s', async (_, bars, message) => {
    const counted = await openCounted();
    const refusal = await counted.history.record(MINUTES, bars).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'usage', message: expect.stringContaining(message) as string });
    expect((refusal as Error).message).not.toContain('\n');
    expect(await documents(counted)).toEqual([]);
  });

  it('are one commit where they are of one turn, and lie in few documents', async () => {
    const counted = await openCounted();
    const { history } = counted;
    const start = Date.parse('2026-11-19T14:30:00Z');
    await Promise.all(
      Array.from({ length: 300 }, (_, i) => history.record(MINUTES, live(start + i * 60_000, 10 + i / 1000))),
    );
    expect(await documents(counted)).toHaveLength(1);
    for (let i = 300; i < 320; i++) await history.record(MINUTES, live(start + i * 60_000, 10 + i / 1000));
    expect(await documents(counted)).toHaveLength(1);
    await history.record(
      series('NYXA', '1m'),
      Array.from({ length: 300 }, (_, i) => live(start + i * 60_000)),
    );
    expect(await documents(counted)).toHaveLength(2);
    expect(await closes(history, MINUTES)).toEqual(Array.from({ length: 320 }, (_, i) => 10 + i / 1000));
    expect(await history.read(series('NYXA', '1m'))).toHaveLength(300);
  });

  it('of several recorders are all kept, and of one stamp the one that was emitted last counts', async () => {
    const counted = await openCounted();
    const [early, late] = [asOf(counted, '2026-11-19T14:32:00Z'), asOf(counted, '2026-11-19T14:32:01Z')];
    await late.record(MINUTES, live('2026-11-19T14:31:00Z', 10.3));
    await early.record(MINUTES, [live('2026-11-19T14:30:00Z', 10.1), live('2026-11-19T14:31:00Z', 10.2)]);
    expect(await closes(reader(counted), MINUTES)).toEqual([10.1, 10.3]);
  });

  it('are kept while another process writes the store, and by a history that has no provider', async () => {
    const counted = await openCounted();
    const { child } = await holders.start(counted.options.store);
    const recorder = reader(counted);
    await recorder.record(ALFA, live('2026-11-19', 10.1));
    await expect(counted.history.ensureRange(ALFA, SETTLED)).rejects.toMatchObject({ code: 'store-locked' });
    expect(await closes(counted.history, ALFA)).toEqual([10.1]);
    expect(child.exitCode).toBeNull();
  });

  it('leave adjusted prices as they were until somebody has answered for their splits', async () => {
    const counted = await openCounted();
    const { history } = counted;
    await history.ensureRange(ALFA, { start: '2026-11-16', end: '2026-11-18' });
    const before = await closes(history, ALFA, { adjust: 'all' });
    expect(before).toHaveLength(3);
    await history.record(ALFA, live('2026-11-19', 10.1));
    expect(await closes(history, ALFA, { adjust: 'all' })).toEqual(before);
    expect(await history.read(ALFA)).toHaveLength(4);
  });
});

describe('recorded bars of a session that is final', () => {
  it('give way to those of the provider, and revisions say where they differed', async () => {
    const counted = await openCounted();
    const { history, server } = counted;
    await asOf(counted, '2026-11-18T21:00:01Z').record(
      ALFA,
      live('2026-11-18', 10.1, { vwap: 10.05, trades: 7 }),
    );
    await history.ensureRange(ALFA, { start: '2026-11-18', end: '2026-11-19' });
    expect(server.entries).toHaveLength(1);
    const bars = await history.read(ALFA);
    expect(bars.map(({ source }) => source)).toEqual(['sample', 'sample']);
    expect(await history.revisions()).toEqual([
      {
        ...ALFA,
        run: expect.any(String) as string,
        before: {
          ...live('2026-11-18', 10.1, { vwap: 10.05, trades: 7 }),
          ...{ source: 'recorded', fetchedAt: Date.parse('2026-11-18T21:00:01Z') },
        },
        after: { ...bars[0], vwap: null, trades: null },
      },
    ]);
    expect(await documents(counted)).toEqual([]);
    expect((await history.issues()).revised).toEqual([]);
    expect(await history.ensureRange(ALFA, SETTLED)).toMatchObject({ complete: true, runId: null });
  });

  it('never touch it, however late they come: what differs stayed, and what it has none of is a rejected row', async () => {
    const lost = Date.parse('2026-11-19T15:00:00Z');
    const market = lacking(sampleMarket(), new Set(), (_, ts) => ts === lost);
    const counted = await openCounted(0, { market });
    const { history, options } = counted;
    await history.ensureRange(MINUTES, SETTLED);
    const final = await history.read(MINUTES);
    expect(final).toHaveLength(389);
    const [first, second] = final as [Bar, Bar];
    const { source: _, fetchedAt: __, ...same } = first;
    await asOf(counted, '2026-11-20T12:00:01Z').record(MINUTES, [
      same,
      live(second.ts, 10.5),
      live(lost, 10.6),
    ]);
    expect(await history.read(MINUTES)).toEqual(final);
    // Whoever writes next takes them in.
    await history.ensureRange(ALFA, SETTLED);
    expect(await history.read(MINUTES)).toEqual(final);
    const revisions = await history.revisions();
    expect(revisions).toMatchObject([
      { before: second, after: { ...live(second.ts, 10.5), source: 'recorded' }, stayed: true },
    ]);
    const reason = 'recorded live, and the final bars of its session have none of then';
    expect((await openStore(options.store).readRejected()).records).toMatchObject([
      { series: MINUTES, source: 'recorded', rows: [{ reason, row: live(lost, 10.6) }] },
    ]);
    expect(await documents(counted)).toEqual([]);
  });

  it('are told once, each emission that a later one differs from too, however often a writer was cut off', async () => {
    const counted = await openCounted();
    const { history, options } = counted;
    const record = openStore(options.store).liveRecord;
    await asOf(counted, '2026-11-18T21:00:01Z').record(ALFA, live('2026-11-18', 10.1));
    await asOf(counted, '2026-11-18T21:00:02Z').record(ALFA, [
      live('2026-11-18', 10.2),
      live('2026-11-18', 10.2),
    ]);
    const kept = await Promise.all(
      (await documents(counted)).map((name) => record.read(name) as Promise<readonly RecordedBar[]>),
    );
    await history.ensureRange(ALFA, { start: '2026-11-18', end: '2026-11-18' });
    const changes = async (): Promise<string[]> =>
      (await history.revisions()).map(({ before, after }) => `${before.close} ${after.source}`);
    expect(await changes()).toEqual(['10.1 recorded', '10.2 sample']);
    // As if they had not been removed.
    for (const [i, bars] of kept.entries()) await record.keep(`again-${i}`, bars);
    await history.ensureRange(series('NYXA'), SETTLED);
    expect([await changes(), await documents(counted)]).toEqual([['10.1 recorded', '10.2 sample'], []]);
  });

  it('are let go of without those of other sessions in the same document', async () => {
    const counted = await openCounted();
    const { history } = counted;
    await history.record(ALFA, [live('2026-11-18', 10.1), live('2026-11-19', 10.2)]);
    await history.record(series('NYXA'), live('2026-11-18', 10.3));
    await history.ensureRange(ALFA, { start: '2026-11-18', end: '2026-11-18' });
    expect((await history.read(ALFA)).map(({ source }) => source)).toEqual(['sample', 'recorded']);
    await history.record(ALFA, live('2026-11-17', 10.4));
    expect(await closes(history, series('NYXA'))).toEqual([10.3]);
    expect((await history.read(ALFA)).map(({ source }) => source)).toEqual([
      'recorded',
      'sample',
      'recorded',
    ]);
  });
});
