import type { Task } from '../../src/core/plan/task.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { type BackfillEvent, type Market, openHistory } from '../../src/index.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import type { MarketRow } from '../../src/market/market.ts';
import { openStore } from '../../src/store/open.ts';
import { closeAllCounted, openCounted, requests, series } from './counted-sessions.ts';
import { lacking } from './walking-market.ts';

afterEach(closeAllCounted);

const [ALFA, NYXA, ORBL] = [series('ALFA'), series('NYXA'), series('ORBL')];
const JUNE = { start: '2025-06-02', end: '2025-06-30' };
const MAY = { start: '2025-05-01', end: '2025-05-30' };

/** The sample market with one bar of a ticker whose low is above its high. */
function crossed(ticker: string, date: string): Market {
  const market = lacking(sampleMarket(), new Set());
  const asItIs = (row: MarketRow): MarketRow => row;
  const turned = (row: MarketRow): MarketRow =>
    row.ts === Date.parse(date) ? { ...row, low: row.high, high: row.low } : row;
  return {
    ...market,
    rows: (one, interval, range) => market.rows(one, interval, range).map(one === ticker ? turned : asItIs),
  };
}

describe('a range of series that is to be complete', () => {
  it('is fetched once, and by one run on record', async () => {
    const counted = await openCounted();
    const { history } = counted;
    const ensured = await history.ensureRange([ALFA, NYXA], JUNE);
    const { runs } = await history.runs();
    expect(ensured).toEqual({
      ...{ complete: true, series: 2, lacks: [], provisional: [], absent: [], damaged: [] },
      ...{ runId: runs[0]?.id, runIds: runs.map(({ id }) => id), failures: [], stopped: null },
    });
    expect(runs).toHaveLength(1);
    expect(requests(counted)).toEqual(['ALFA,NYXA 1d 2025-06-02..2025-07-01']);
    expect(await history.read(ALFA, JUNE)).toHaveLength(20);
  });

  it('asks nobody and writes nothing where it is there, whoever writes the store', async () => {
    const { history, server, options } = await openCounted();
    await history.ensureRange([ALFA, NYXA], JUNE);
    const other = await openStore(options.store).acquire();
    const again = await history.ensureRange([NYXA, ALFA], { ...JUNE, start: '2025-06-10' });
    expect(again).toMatchObject({ complete: true, series: 2, runId: null });
    await expect(history.ensureRange(ORBL, JUNE)).rejects.toMatchObject({ code: 'store-locked' });
    await other.release();
    expect([server.entries.length, (await history.runs()).runs.length]).toEqual([1, 1]);
    expect(await history.ensureRange(ORBL, JUNE)).toMatchObject({ complete: true });
  });

  it('asks for what it planned, whatever a listener would make of that', async () => {
    const { history } = await openCounted();
    const onEvent = (event: BackfillEvent): void => {
      if (event.type !== 'planned') return;
      const tasks = event.plan.tasks as Task[];
      expect(() => (tasks.length = 0)).toThrow(TypeError);
      expect(() => Object.assign(tasks[0]?.wants[0] ?? {}, { gaps: [] })).toThrow(TypeError);
    };
    expect(await history.ensureRange(ALFA, JUNE, { onEvent })).toMatchObject({
      complete: true,
      failures: [],
    });
    expect(await history.read(ALFA, JUNE)).toHaveLength(20);
  });

  it('asks of each series for what that lacks, and for no more', async () => {
    const counted = await openCounted();
    const { history } = counted;
    await history.ensureRange(ALFA, JUNE);
    await history.ensureRange(NYXA, { start: '2025-05-01', end: '2025-06-13' });
    await history.ensureRange([ALFA, NYXA, ORBL], { start: '2025-05-01', end: '2025-06-30' });
    expect(requests(counted, 2)).toEqual([
      'ALFA 1d 2025-05-01..2025-05-31',
      'NYXA 1d 2025-06-16..2025-07-01',
      'ORBL 1d 2025-05-01..2025-07-01',
    ]);
    expect([...counted.asked().values()].every((count) => count === 1)).toBe(true);
  });

  it('asks of each series for what its own calls want, though one run serves them all', async () => {
    const counted = await openCounted();
    const { history } = counted;
    await Promise.all([
      history.ensureRange(ALFA, JUNE),
      history.ensureRange(NYXA, MAY),
      history.ensureRange(series('ALFA', '1h'), { start: '2025-05-12', end: '2025-05-13' }),
    ]);
    expect(requests(counted).filter((one) => !one.includes('null'))).toEqual([
      'ALFA 1d 2025-06-02..2025-07-01',
      'NYXA 1d 2025-05-01..2025-05-31',
      'ALFA 1h 2025-05-12..2025-05-14',
    ]);
    expect((await history.runs()).runs).toHaveLength(1);
  });

  it('compares nothing with what was asked for a moment ago, also not the oldest sessions', async () => {
    const counted = await openCounted();
    for (let day = 2; day <= 30; day++)
      await counted.history.ensureRange(ALFA, {
        start: '2025-06-02',
        end: `2025-06-${`${day}`.padStart(2, '0')}`,
      });
    expect(counted.server.entries).toHaveLength(20);
    expect([...counted.asked().values()]).toEqual(Array.from({ length: 20 }, () => 1));
  });

  it('does not ask at once again for a session of which rows were rejected', async () => {
    const { history, server } = await openCounted(0, { market: crossed('ALFA', '2025-06-10') });
    const rejected = {
      complete: false,
      lacks: [{ series: ALFA, ranges: [{ start: '2025-06-10', end: '2025-06-10', why: 'rejected' }] }],
      absent: [],
    };
    expect(await history.ensureRange(ALFA, JUNE)).toMatchObject(rejected);
    await expect(history.read(ALFA, { ...JUNE, require: 'complete' })).rejects.toMatchObject({
      code: 'incomplete',
      message:
        'the history is not complete: ALFA 1d lacks 1 session (2025-06-10 rejected); what was rejected lies in quarantine, and another provider may have other bars',
    });
    const { length } = server.entries;
    expect(await history.ensureRange(ALFA, JUNE)).toMatchObject({ runId: null, ...rejected });
    await Promise.all([history.ensureRange(ALFA, JUNE), history.ensureRange(NYXA, JUNE)]);
    expect(requests({ server }, length)).toEqual(['NYXA 1d 2025-06-02..2025-07-01']);
  });

  it('is of several intervals, each series of its own', async () => {
    const counted = await openCounted();
    const minutes = series('NYXA', '1h');
    const ensured = await counted.history.ensureRange([ALFA, minutes], {
      start: '2025-06-02',
      end: '2025-06-06',
    });
    expect(ensured).toMatchObject({ complete: true, series: 2 });
    expect(requests(counted).filter((one) => !one.includes('null'))).toEqual([
      'ALFA 1d 2025-06-02..2025-06-07',
      'NYXA 1h 2025-06-02..2025-06-07',
    ]);
    expect(await counted.history.read(minutes)).toHaveLength(5 * 7);
  });

  it('takes what lies between the ranges of two calls where a request reaches over it anyway', async () => {
    const counted = await openCounted();
    const { history } = counted;
    await Promise.all([
      history.ensureRange(ALFA, JUNE),
      history.ensureRange(ALFA, { ...MAY, end: '2025-05-09' }),
    ]);
    expect(requests(counted)).toEqual(['ALFA 1d 2025-05-01..2025-07-01']);
    expect(await history.missing(ALFA, MAY)).toMatchObject({ complete: true });
  });

  it('is what a backfill would want where nothing says how far back', async () => {
    const { history } = await openCounted();
    await history.ensureRange(ALFA);
    expect(await history.read(ALFA)).toHaveLength(252);
    await history.ensureRange(NYXA, { days: 5 });
    expect(await history.read(NYXA)).toHaveLength(5);
  });

  it('is empty where no session of it has settled', async () => {
    const { history, server } = await openCounted();
    expect(await history.ensureRange(ALFA, { start: '2026-11-20' })).toMatchObject({
      complete: true,
      runId: null,
    });
    await expect(history.ensureRange(ALFA, { start: '2026-11-21', end: '2026-11-22' })).rejects.toMatchObject(
      {
        code: 'usage',
        message: expect.stringContaining('no settled session lies in the range asked for'),
      },
    );
    expect(server.entries).toEqual([]);
  });

  it('has the session that is open too where that is wanted, which is told as not final', async () => {
    const counted = await openCounted();
    const open = openHistory({ ...counted.options, clock: () => Date.parse('2026-11-19T20:00:00Z') });
    const today = { start: '2026-11-18', includeProvisional: true };
    const [both, final] = await Promise.all([
      open.ensureRange(ALFA, today),
      open.ensureRange(NYXA, { start: '2026-11-18' }),
    ]);
    expect(both).toMatchObject({
      ...{ complete: true, lacks: [] },
      provisional: [{ series: ALFA, ranges: [{ start: '2026-11-19', end: '2026-11-19' }] }],
    });
    expect(final).toMatchObject({ complete: true, provisional: [] });
    expect(await open.read(ALFA)).toHaveLength(2);
    expect(await open.read(NYXA)).toHaveLength(1);
    await open.close();
  });

  it('says what cannot be had, and why', async () => {
    const { history } = await openCounted();
    const ensured = await history.ensureRange([ALFA, series('NOSUCH')], JUNE);
    expect(ensured).toMatchObject({
      complete: false,
      lacks: [
        {
          series: series('NOSUCH'),
          ranges: [{ start: '2025-06-02', end: '2025-06-30', why: 'unknown-ticker' }],
        },
      ],
      failures: [{ ticker: 'NOSUCH', code: 'unknown-ticker' }],
    });
  });
});

describe('a provider that gives no usable answer', () => {
  it.each([
    ['as often as a call allows', [0], 1],
    ['as the most of the calls does that one run serves', [1, 0], 2],
  ])('is asked again %s, and is told of', async (_, retries, requestsSent) => {
    const faults = { rates: { 'html-502': 1 }, seed: 1 };
    const { history, server } = await openCounted(0, { faults });
    const all = await Promise.all(
      retries.map((maxRetries) => history.ensureRange(ALFA, JUNE, { maxRetries })),
    );
    expect(server.entries).toHaveLength(requestsSent);
    for (const ensured of all)
      expect(ensured).toMatchObject({
        complete: false,
        lacks: [{ series: ALFA, sessions: 20 }],
        failures: [{ ticker: 'ALFA', code: 'provider-fault', from: '2025-06-02', to: '2025-06-30' }],
      });
    const { failures } = await history.fillMissing(ALFA, JUNE, { maxRetries: 0 });
    expect(failures).toMatchObject([{ code: 'provider-fault' }]);
    expect(server.entries).toHaveLength(requestsSent + 1);
  });
});
