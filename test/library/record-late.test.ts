import { afterEach, describe, expect, it } from 'vitest';
import { type History, type LiveBar, openHistory } from '../../src/index.ts';
import type { RecordedBar } from '../../src/core/bars/recorded.ts';
import { openStore } from '../../src/store/open.ts';
import { NOW } from '../simulator/running.ts';
import { closeAllCounted, type Counted, openCounted, series } from './counted-sessions.ts';

afterEach(closeAllCounted);

const ALFA = series('ALFA');
const DAY = { start: '2026-11-19', end: '2026-11-19' };
const AGAIN = { tickers: ['ALFA'], intervals: ['1d'], ...DAY, everything: true } as const;
const SECOND = 1000;

function live(close: number): LiveBar {
  return { ts: Date.parse(DAY.start), open: 10, high: 11, low: 9, close, volume: 100 };
}

function after({ options }: Counted, seconds: number): History {
  return openHistory({ ...options, clock: () => NOW + seconds * SECOND });
}

async function told(history: History): Promise<string[]> {
  const revisions = await history.revisions();
  return revisions.map(({ before, after: other, stayed }) =>
    stayed === true
      ? `${other.source} ${other.close}, ${before.source} stayed`
      : `${before.source} ${before.close}, then ${other.source}`,
  );
}

describe('a bar that is recorded after the final one of its session was stored', () => {
  it('is a revision that stayed, also where all is fetched again before anybody took it in', async () => {
    const counted = await openCounted();
    await counted.history.ensureRange(ALFA, DAY);
    await after(counted, 1).record(ALFA, live(10.1));
    await after(counted, 2).backfill(AGAIN);
    expect(await told(counted.history)).toEqual(['recorded 10.1, sample stayed']);
  });

  it('is one while a run fetches all of it again, whichever of the two is newer', async () => {
    const counted = await openCounted();
    await counted.history.ensureRange(ALFA, DAY);
    const recording: Promise<void>[] = [];
    const recorder = after(counted, 1);
    await after(counted, 2).backfill({
      ...AGAIN,
      onEvent: ({ type }) => {
        if (type === 'running') recording.push(recorder.record(ALFA, live(10.2)));
      },
    });
    await Promise.all(recording);
    await counted.history.ensureRange(series('NYXA'), DAY);
    expect(await told(counted.history)).toEqual(['recorded 10.2, sample stayed']);
  });

  it('is told once, though its recorder commits it again once it was taken in and all is fetched again', async () => {
    const counted = await openCounted();
    const { history, options } = counted;
    await after(counted, -1).record(ALFA, live(10.1));
    await history.ensureRange(ALFA, DAY);
    await after(counted, 1).record(ALFA, live(10.2));
    const { liveRecord } = openStore(options.store);
    const [name = ''] = await liveRecord.list();
    const bars = (await liveRecord.read(name)) as readonly RecordedBar[];
    const once = ['recorded 10.1, then sample', 'recorded 10.2, sample stayed'];
    for (let n = 0; n < 2; n++) {
      await after(counted, 2 + n).backfill(AGAIN);
      expect(await told(history)).toEqual(once);
      await liveRecord.keep(`${name}-${n}`, bars);
    }
    await after(counted, 5).backfill(AGAIN);
    expect(await told(history)).toEqual(once);
    expect(await liveRecord.list()).toEqual([]);
  });
});

describe('the vwap and trades of a recorded bar', () => {
  const sides = { vwap: 10.5, trades: 44 };
  const kept = async ({ options }: Counted): Promise<unknown[]> => {
    const { records } = await openStore(options.store).readRejected();
    return records.flatMap(({ rows }) => rows.map(({ row }) => row));
  };

  /** A recorded bar with the prices of the final one. */
  async function alike(): Promise<LiveBar> {
    const { history } = await openCounted();
    await history.ensureRange(ALFA, DAY);
    const [bar] = await history.read(ALFA);
    if (bar === undefined) throw new Error('no bar');
    const { ts, open, high, low, close, volume } = bar;
    return { ts, open, high, low, close, volume, vwap: close, trades: 44 };
  }

  it('are on record as a revision where the final bar has not these, though all else is the same', async () => {
    const bar = await alike();
    const counted = await openCounted();
    await after(counted, -1).record(ALFA, bar);
    await counted.history.ensureRange(ALFA, DAY);
    expect(await counted.history.revisions()).toMatchObject([{ before: { ...bar, source: 'recorded' } }]);
    expect(await kept(counted)).toEqual([]);
  });

  it('are kept in quarantine where it comes after the final bar, whether its prices are the same or not', async () => {
    const bar = await alike();
    const counted = await openCounted();
    const { history } = counted;
    await history.ensureRange(ALFA, DAY);
    await after(counted, 1).record(ALFA, bar);
    await history.ensureRange(series('NYXA'), DAY);
    expect([await history.revisions(), await kept(counted)]).toMatchObject([[], [bar]]);
    await after(counted, 2).record(ALFA, { ...live(10.4), ...sides });
    await history.ensureRange(series('NYXA'), { start: '2026-11-18', end: '2026-11-18' });
    expect(await told(history)).toEqual(['recorded 10.4, sample stayed']);
    expect(await kept(counted)).toMatchObject([bar, { ...live(10.4), ...sides }]);
  });
});
