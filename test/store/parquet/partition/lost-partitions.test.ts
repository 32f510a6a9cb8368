import { readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UNKNOWN_IDENTITY } from '../../../../src/core/bars/bars.ts';
import { HeldDays } from '../../../../src/store/parquet/beside/held-days.ts';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { barsPath } from '../../../../src/store/parquet/files/layout.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { AAPL, absence, coverage, daily, days, NOON, update } from '../../fixtures.ts';
import { tellActions } from '../../told-actions.ts';
import {
  beginStored,
  ACTIONS,
  BARS,
  DAYS,
  FILE,
  LEARNED,
  meet,
  MSFT,
  notes,
  remembered,
  REVISIONS,
  root,
  rot,
  ROTTEN,
  SPLIT,
  store,
  told,
  toldToWriter,
  withHeld,
} from './noted-store.ts';

beginStored();

describe('a partition that was set aside', () => {
  const LOST = {
    path: FILE,
    reason: expect.stringContaining('in quarantine'),
    ticker: 'AAPL',
    interval: '1d',
    held: [DAYS],
  };
  const [FIRST, LAST] = [days('2026-02-26', '2026-02-27'), days('2026-02-27', '2026-02-28')];

  async function lost(): Promise<object[]> {
    const scan = await openParquetStore(root).scan();
    return withHeld(scan.lost, scan);
  }

  it.each<[string, () => Promise<unknown>]>([
    ['a scan', async () => [await meet(), await toldToWriter()]],
    ['an upsert', () => store.upsert(update(BARS, { learned: LEARNED }))],
    ['the doctor', () => store.examine({ now: NOON, fix: true })],
  ])('by %s is lost until all that it held is known again', async (_, set) => {
    await rot(FILE);
    await set().catch(() => undefined);
    for (const __ of [1, 2]) {
      expect(await toldToWriter()).toEqual([]);
      expect(await lost()).toEqual([LOST]);
    }
    expect((await openParquetStore(root).scan({ tickers: ['MSFT'] })).lost).toEqual([]);
    expect((await openParquetStore(root).scan({ intervals: ['5m'] })).lost).toEqual([]);
    await store.upsert(update(BARS.slice(1), { learned: coverage({ present: [LAST] }) }));
    expect(await toldToWriter()).toEqual([]);
    expect(await lost()).toEqual([{ ...LOST, held: [FIRST] }]);
    // That there was nothing is known too.
    await store.upsert(update([], { learned: coverage({ absent: [absence(FIRST)] }) }));
    expect(await lost()).toEqual([]);
    expect(await toldToWriter()).toEqual([]);
    expect(await notes()).toEqual([]);
    // On purpose.
    await store.forget(AAPL);
    expect(await lost()).toEqual([]);
  });

  it('is lost with what its place held since, where that is damaged too', async () => {
    await rot(FILE);
    await meet();
    await toldToWriter();
    await store.upsert(update(BARS.slice(1), { learned: coverage({ present: [LAST] }) }));
    for (const path of [ACTIONS, 'scan.cache']) await rm(join(root, path), { force: true });
    await truncate(join(root, FILE), 20);
    expect(await told()).toEqual([ROTTEN]);
    expect(await lost()).toEqual([]);
    await toldToWriter();
    expect(await lost()).toEqual([LOST]);
  });

  it('held what its last scan knew, where its end is gone', async () => {
    await rm(join(root, ACTIONS));
    await (await remembered()).save(openFolder(root));
    await truncate(join(root, FILE), 20);
    expect(await told()).toEqual([ROTTEN]);
    await toldToWriter();
    expect(await lost()).toEqual([LOST]);
  });

  it('held not what another hand wrote into its end', async () => {
    await rm(join(root, ACTIONS));
    await rot(FILE);
    const bytes = await readFile(join(root, FILE));
    bytes.write('1999', bytes.indexOf('"present":[["2026') + '"present":[["'.length);
    await writeFile(join(root, FILE), bytes);
    await meet();
    const { held: _, ...unknown } = ROTTEN;
    expect(await told()).toEqual([unknown]);
  });

  it('held what was known from its first bar to its last, but for what a plan did not reach', async () => {
    const present = [days('2026-02-19', '2026-02-20'), DAYS];
    const absent = [
      absence(days('2026-02-17', '2026-02-19'), { reason: 'pre-listing' }),
      absence(days('2026-02-23', '2026-02-24')),
      absence(days('2026-02-24', '2026-02-25'), { reason: 'plan-limited' }),
      absence(days('2026-03-02', '2026-03-03')),
    ];
    const bars = [daily('2026-02-19'), ...BARS];
    await store.upsert(update(bars, { series: MSFT, learned: coverage({ present, absent }) }));
    const held = await new HeldDays(openFolder(root)).of(barsPath({ series: MSFT, period: 'all' }));
    expect(held).toEqual([present[0], days('2026-02-23', '2026-02-24'), DAYS]);
  });

  it('held what splits were asked for, where nothing else tells', async () => {
    await rm(join(root, 'scan.cache'), { force: true });
    await truncate(join(root, FILE), 20);
    expect(await told()).toEqual([ROTTEN]);
  });

  it('is lost until all that it can have held is known, where nobody knows what that was', async () => {
    for (const path of [ACTIONS, 'scan.cache']) await rm(join(root, path), { force: true });
    await truncate(join(root, FILE), 20);
    await utimes(join(root, FILE), 1_772_200_000, 1_772_200_000);
    await toldToWriter();
    const { held: _, ...unknown } = { ...LOST, reason: expect.stringContaining('nobody knows') };
    expect(await lost()).toEqual([unknown]);
    await store.upsert(update(BARS.slice(1), { learned: coverage({ present: [LAST] }) }));
    expect(await lost()).toEqual([unknown]);
    await store.forget(AAPL, LAST);
    expect(await lost()).toEqual([unknown]);
    await store.upsert(update(BARS, { learned: LEARNED }));
    expect(await lost()).toEqual([unknown]);
    // Whoever asked for more than there was has it all.
    await store.upsert(
      update([], { learned: coverage({ absent: [absence(days('2026-02-25', '2026-02-26'))] }) }),
    );
    expect(await lost()).toEqual([]);
  });

  it('is lost from the first listed day on, where nobody knows more', async () => {
    for (const path of [ACTIONS, 'scan.cache']) await rm(join(root, path), { force: true });
    await truncate(join(root, FILE), 20);
    await utimes(join(root, FILE), 1_772_200_000, 1_772_200_000);
    await toldToWriter();
    const identity = { ...UNKNOWN_IDENTITY, firstTrade: DAYS.from };
    await store.upsert(update(BARS.slice(1), { learned: coverage({ present: [LAST] }), identity }));
    expect(await lost()).toHaveLength(1);
    await store.upsert(update(BARS, { learned: LEARNED, identity }));
    expect(await lost()).toEqual([]);
  });

  it('is lost no longer once it is given up, or gone from quarantine too', async () => {
    for (const give of [
      async () => void (await store.forget(AAPL)),
      async () => rm(join(root, 'quarantine'), { recursive: true }),
    ]) {
      await store.upsert(update(BARS, { learned: LEARNED }));
      await truncate(join(root, FILE), 20);
      await toldToWriter();
      expect(await lost()).toEqual([LOST]);
      await store.forget(AAPL, days('2026-02-26', '2026-02-27'));
      await store.forget(MSFT);
      expect(await lost()).toEqual([{ ...LOST, held: [LAST] }]);
      await give();
      expect(await lost()).toEqual([]);
    }
  });

  it('is none while a writer that died had not moved it yet', async () => {
    await rot(FILE);
    await meet();
    const renameUnlessKilled = (from: string, to: string): Promise<void> =>
      to.includes('quarantine') ? Promise.reject(new Error('killed')) : DISK.rename(from, to);
    const stopped = openParquetStore(root, { ...DISK, rename: renameUnlessKilled });
    const lease = await stopped.acquire();
    await expect(stopped.scan()).rejects.toThrow('killed');
    await lease.release();
    expect(await lost()).toEqual([]);
    expect(await told()).toEqual([ROTTEN]);
    expect(await toldToWriter()).toEqual([ROTTEN]);
    expect(await lost()).toEqual([LOST]);
  });

  it('of splits is lost for all series of the ticker, and of revisions not', async () => {
    for (const path of [ACTIONS, REVISIONS]) await rot(path);
    await store.examine({ now: NOON, fix: true });
    expect(await store.listSetAside()).toHaveLength(2);
    expect(await lost()).toEqual([{ ...LOST, path: ACTIONS, interval: null, held: [DAYS] }]);
    expect((await openParquetStore(root).scan({ intervals: ['5m'] })).lost).toHaveLength(1);
    expect((await openParquetStore(root).scan({ tickers: ['MSFT'] })).lost).toEqual([]);
    await tellActions(store, 'AAPL', [], LAST, 'sample', NOON);
    expect(await lost()).toEqual([{ ...LOST, path: ACTIONS, interval: null, held: [FIRST] }]);
    await store.forgetActions('AAPL', DAYS);
    await store.forgetActions('MSFT');
    expect(await lost()).toHaveLength(1);
    await store.forgetActions('AAPL');
    expect(await lost()).toEqual([]);
  });

  it('of splits is lost no longer once those of all stored daily bars are known', async () => {
    await rot(ACTIONS);
    await store.examine({ now: NOON, fix: true });
    await tellActions(store, 'AAPL', [], FIRST, 'sample', NOON);
    expect(await lost()).toHaveLength(1);
    await tellActions(store, 'AAPL', [SPLIT], LAST, 'sample', NOON);
    expect(await lost()).toEqual([]);
  });
});
