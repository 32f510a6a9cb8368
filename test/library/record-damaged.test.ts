import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type BackfillEvent, type LiveBar, openHistory } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import { closeAllCounted, type Counted, openCounted, series } from './counted-sessions.ts';

afterEach(closeAllCounted);

const ALFA = series('ALFA');
const DAYS = { start: '2026-11-18', end: '2026-11-19' };
const REASON = 'it is not as it was written: the live bars that were recorded in it are lost';

function live(day: string, close: number): LiveBar {
  return { ts: Date.parse(day), open: 10, high: 11, low: 9, close, volume: 100 };
}

/** A store with a final bar of the 17th, and recorded ones of the 18th and 19th in one document. */
async function openRecorded(): Promise<Counted & { readonly path: string }> {
  const counted = await openCounted();
  const { history, options } = counted;
  await history.ensureRange(ALFA, { start: '2026-11-17', end: '2026-11-17' });
  await history.record(ALFA, [live('2026-11-18', 10.1), live('2026-11-19', 10.2)]);
  const [name = ''] = await readdir(join(options.store, 'recorded'));
  return { ...counted, path: `recorded/${name}` };
}

async function rot({ options, path }: Awaited<ReturnType<typeof openRecorded>>): Promise<void> {
  const file = join(options.store, path);
  await writeFile(file, (await readFile(file, 'utf8')).replace('10.1', '10.3'));
}

describe('a document of live bars that is damaged', () => {
  it('is told by whatever reads the sessions that it held, and by the doctor, who moves it to quarantine', async () => {
    const counted = await openRecorded();
    const { options, path } = counted;
    await rot(counted);
    const history = openHistory({ ...options, provider: 'none' });
    const damage = { code: 'store-corrupt', message: `${path}: ${REASON}`, ticker: 'ALFA' };
    await expect(history.read(ALFA)).rejects.toMatchObject(damage);
    await expect(history.read(ALFA, { ...DAYS, require: 'complete' })).rejects.toMatchObject({
      code: 'incomplete',
      message: expect.stringContaining(path) as string,
    });
    await expect(history.batches(ALFA)[Symbol.asyncIterator]().next()).rejects.toMatchObject(damage);
    expect(await history.missing(ALFA, DAYS)).toMatchObject({
      complete: false,
      damaged: [{ series: ALFA, path }],
    });
    const { unreadable } = await history.coverage({ tickers: 'ALFA' });
    expect(unreadable).toEqual([{ ...ALFA, path, reason: REASON }]);
    // What was stored before is there.
    expect(await history.read(ALFA, { start: '2026-11-17', end: '2026-11-17' })).toHaveLength(1);
    expect(await history.missing(ALFA, { start: '2026-11-17', end: '2026-11-17' })).toMatchObject({
      complete: true,
      damaged: [],
    });
    const found = { path, kind: 'damaged-json', what: REASON, mend: 'moves it to quarantine' };
    expect((await history.doctor()).damages).toMatchObject([{ ...found, mended: false }]);
    expect((await history.doctor({ fix: true })).damages).toMatchObject([{ ...found, mended: true }]);
    expect((await history.doctor()).damages).toEqual([]);
    expect(await openStore(options.store).listSetAside()).toEqual([
      expect.stringContaining(`quarantine/${path}.`),
    ]);
    expect(await history.read(ALFA)).toHaveLength(1);
  });

  it('is set aside by a run, which says so, be it of another series', async () => {
    const counted = await openRecorded();
    const { history, options, path } = counted;
    await rot(counted);
    const events: BackfillEvent[] = [];
    const run = await history.backfill({
      ...{ tickers: ['NYXA'], intervals: ['1d'], ...DAYS },
      onEvent: (event) => events.push(event),
    });
    const told = [{ ...ALFA, path, reason: REASON }];
    expect(run.setAside).toEqual(told);
    expect(events.find(({ type }) => type === 'planned')).toMatchObject({ setAside: told });
    expect(await openStore(options.store).listSetAside()).toEqual([
      expect.stringContaining(`quarantine/${path}.`),
    ]);
    const again = await history.backfill({ tickers: ['NYXA'], intervals: ['1d'], ...DAYS });
    expect(again.setAside).toEqual([]);
  });

  it('of which nobody can tell whose bars it held is damage of all sessions without a final bar', async () => {
    const { history, options, path } = await openRecorded();
    await truncate(join(options.store, path), 0);
    expect(await history.missing([ALFA, series('NYXA')], DAYS)).toMatchObject({
      complete: false,
      damaged: [
        { series: ALFA, path },
        { series: series('NYXA'), path },
      ],
    });
    const { complete } = await history.missing(ALFA, { start: '2026-11-17', end: '2026-11-17' });
    expect(complete).toBe(true);
    expect((await history.coverage({ tickers: 'ALFA' })).unreadable).toMatchObject([{ path, ticker: '*' }]);
    expect((await history.doctor()).damages).toMatchObject([{ path, what: REASON }]);
    const { setAside } = await history.backfill({ tickers: ['ALFA'], intervals: ['1d'], ...DAYS });
    expect(setAside).toMatchObject([{ path, ticker: '*', interval: null }]);
    expect(await history.missing(ALFA, DAYS)).toMatchObject({ complete: true, damaged: [] });
  });

  it('of which not all is named any more hides no bar: reads of sessions without a final one are refused', async () => {
    const { options, path } = await openRecorded();
    const file = join(options.store, path);
    const whole = await readFile(file);
    const rotten = {
      empty: Buffer.alloc(0),
      'cut within its first bar': whole.subarray(0, 60),
      'cut after its first bar': whole.subarray(0, whole.indexOf(',{"ticker"')),
      zeroed: Buffer.alloc(whole.length),
      'zeroed in part': Buffer.from(whole).fill(0, 20, whole.indexOf(',{"ticker"') + 20),
    };
    const asked = [ALFA, series('ALFA', '1h'), series('NYXA')].flatMap((one) => [
      ...[{}, { adjust: 'all' as const }].map((how) => [one, how] as const),
      [one, DAYS] as const,
    ]);
    for (const [how, bytes] of Object.entries(rotten)) {
      await writeFile(file, bytes);
      const reader = openHistory({ ...options, provider: 'none' });
      for (const [one, days] of asked) {
        const reads = [
          () => reader.read(one, days),
          () => firstOf(reader.batches(one, days)),
          () => firstOf(reader.replay(one, days)),
        ];
        for (const read of reads)
          await expect(read(), `${how} ${JSON.stringify([one, days])}`).rejects.toMatchObject({
            code: 'store-corrupt',
            message: `${path}: ${REASON}, and nobody can tell of which series; backfill doctor --fix moves it to quarantine`,
          });
      }
      await reader.close();
    }
  });

  it('of which nothing is named any more hides nothing else, and nothing once the doctor has moved it', async () => {
    const { options, path } = await openRecorded();
    await truncate(join(options.store, path), 0);
    const reader = openHistory({ ...options, provider: 'none' });
    const to = async (): Promise<void> => undefined;
    for (const named of [{}, { tickers: 'ALFA' }, { tickers: 'NYXA' }]) {
      const { rows, failures } = await reader.export({ ...named, to });
      expect(rows).toBe(0);
      expect(failures.map(({ reason }) => reason)).toContain(`${path}: ${REASON}`);
    }
    const final = { start: '2026-11-17', end: '2026-11-17' };
    expect(await reader.read(ALFA, { ...final, require: 'complete' })).toHaveLength(1);
    expect(await reader.export({ ...final, tickers: 'ALFA', to })).toMatchObject({ rows: 1, failures: [] });
    // What another recorder keeps says nothing of what it held.
    await reader.record(ALFA, live('2026-11-19', 10.2));
    await expect(reader.read(ALFA)).rejects.toMatchObject({ code: 'store-corrupt' });
    await reader.doctor({ fix: true });
    expect(await reader.read(ALFA)).toHaveLength(2);
    await expect(reader.read(series('NYXA'))).rejects.toMatchObject({ code: 'not-stored' });
    await reader.close();
  });
});

async function firstOf<T>(all: AsyncIterable<T>): Promise<unknown> {
  return all[Symbol.asyncIterator]().next();
}
