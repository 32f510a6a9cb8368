import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Series } from '../../src/core/bars/bars.ts';
import type { DayRange } from '../../src/core/session/day.ts';
import type { BarStreams } from '../../src/library/bar-streams.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { replayOf } from '../../src/library/replay.ts';
import { capabilitiesOf } from '../../src/providers/registry.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { at, coverage, daily, days, NOON, temporaryFolder, update } from '../store/fixtures.ts';

// What goes away between the scan of a read and its turn to be read.

const HOURS: Series = { ticker: 'AAPL', interval: '1h' };
const DAYS: Series = { ticker: 'MSFT', interval: '1d' };
const NEW_YEAR = [days('2025-12-31', '2026-01-01'), days('2026-01-02', '2026-01-06')];
const CLOCK = (): number => Date.parse('2026-01-07T12:00Z');

let folder = '';
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

let stores = 0;
let path = '';
let store: BarStore;
let history: History;
/** Hours of three sessions, the first of them in a partition of its own, and another ticker's days. */
beforeEach(async () => {
  path = join(folder, String(stores++));
  store = openStore(path);
  const learned = coverage({ present: NEW_YEAR });
  const hours = ['2025-12-31T15:30Z', '2026-01-02T14:30Z', '2026-01-05T14:30Z'].map((start) => at(start));
  await store.upsert(update(hours, { series: HOURS, learned }));
  const daysOf = ['2025-12-31', '2026-01-02', '2026-01-05'].map((date) => daily(date));
  await store.upsert(update(daysOf, { series: DAYS, learned }));
  history = openHistory({ store: path, provider: 'none', clock: CLOCK });
});

/** A replay that has a day in memory, and gives each instant as a batch. */
const replayed: BarStreams['batches'] = (series, options) => {
  const call = <T>(work: () => Promise<T>): Promise<T> => work();
  const tools = { store, capabilities: capabilitiesOf({ id: 'sample' }), clock: CLOCK, call };
  return replayOf(tools, series, options ?? {}, { batch: 1, memory: 1 }) as ReturnType<BarStreams['batches']>;
};

const READS: [string, (...of: Parameters<BarStreams['batches']>) => AsyncIterable<{ rows: number }>][] = [
  ['batches', (...of) => history.batches(...of)],
  ['a replay', replayed],
];

/** How many bars a read of both gives if something happens after the first, or why it ends. */
async function readWhile(
  read: (typeof READS)[number][1],
  midway: () => Promise<unknown>,
): Promise<number | { code: string; message: string }> {
  let rows = 0;
  try {
    for await (const batch of read([HOURS, DAYS], {
      require: 'complete',
      start: '2025-12-31',
      end: '2026-01-05',
    })) {
      if (rows === 0) await midway();
      rows += batch.rows;
    }
    return rows;
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
}

const partition = (): string => join(path, 'bars/interval=1h/ticker=AAPL/period=2026');

describe.each(READS)('%s', (name, read) => {
  // A replay has read one session more when its first bar is given.
  const rest = name === 'batches' ? 'from 2026-01-02 to 2026-01-05' : 'on 2026-01-05';

  it.each<[string, string, () => Promise<unknown>]>([
    ['a file is removed', rest, () => rm(partition(), { recursive: true })],
    ['a part of one is forgotten', 'on 2026-01-05', () => history.forget('AAPL', { start: '2026-01-05' })],
    ['a series is forgotten', rest, () => history.forget('AAPL')],
  ])('fails where %s before its turn, instead of ending with the rest', async (_, of, midway) => {
    expect(await readWhile(read, midway)).toEqual({
      code: 'store-corrupt',
      message:
        `AAPL 1h: its bars ${of} were there when this read began, and are not any more; ` +
        'read again, and see backfill doctor if nobody removed them on purpose',
    });
  });

  it('fails where a disk is unmounted', async () => {
    const unmount = async (): Promise<void> => {
      await rename(path, `${path}-disk`);
      await mkdir(path);
    };
    expect(await readWhile(read, unmount)).toMatchObject({ code: 'store-corrupt' });
    await rm(path, { recursive: true });
    await rename(`${path}-disk`, path);
    const gone = await readWhile(read, () => rm(path, { recursive: true }));
    expect(gone).toMatchObject({ code: 'store-corrupt' });
  });

  it('has what others write meanwhile', async () => {
    const rewrite = async (): Promise<void> => {
      const bars = [at('2026-01-02T14:30Z', { close: 101.5 }), at('2026-01-05T15:30Z')];
      const learned = coverage({ present: NEW_YEAR.slice(1) });
      await store.upsert(update(bars, { series: HOURS, learned, fetchedAt: NOON + 1 }));
    };
    expect(await readWhile(read, rewrite)).toBe(7);
  });
});

describe('batches of a store', () => {
  it('fail where a series vanishes whole before its turn', async () => {
    const what = 'MSFT 1d: its bars from 2025-12-31 to 2026-01-05 were there';
    const vanished = await readWhile(
      (...of) => history.batches(...of),
      () => history.forget('MSFT'),
    );
    expect(vanished).toMatchObject({
      message: expect.stringContaining(what),
    });
  });

  it('have what is there of a run of sessions that goes over one without a bar', async () => {
    const series: Series = { ticker: 'IBM', interval: '1d' };
    const run: DayRange = days('2025-12-31', '2026-01-06');
    const bars = [daily('2025-12-31'), daily('2026-01-05')];
    await store.upsert(update(bars, { series, learned: coverage({ present: [run] }) }));
    let rows = 0;
    for await (const batch of history.batches(series)) rows += batch.rows;
    expect(rows).toBe(2);
  });
});

describe('an export', () => {
  it('names what vanished while it was made', async () => {
    let text = '';
    const to = async (more: string): Promise<void> => {
      if (text === '') await rm(partition(), { recursive: true });
      text += more;
    };
    const { failures } = await history.export({ tickers: ['AAPL'], interval: '1h', to });
    expect(failures).toMatchObject([
      { series: HOURS, reason: expect.stringContaining('from 2026-01-02 to 2026-01-05') },
    ]);
  });
});
