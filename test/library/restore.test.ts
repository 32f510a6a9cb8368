import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import { DISK } from '../../src/store/parquet/files/disk.ts';
import { openStore } from '../../src/store/open.ts';
import type { ForgetStep } from '../../src/store/forgotten.ts';
import type { BarStore } from '../../src/store/store.ts';
import {
  AAPL,
  AAPL_5M,
  APPLE,
  NOON,
  WEEK,
  absence,
  at,
  coverage,
  daily,
  days,
  temporaryFolder,
  update,
} from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import { tellActions } from '../store/told-actions.ts';

const MSFT = { ticker: 'MSFT', interval: '1d' } as const;
const NOW = Date.UTC(2026, 2, 3, 12);

let root: string;
let remove: () => Promise<void>;
let store: BarStore;
let history: ReturnType<typeof openHistory>;

beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  store = openStore(root);
  history = openHistory({ store: root, clock: () => NOW });
  const learned = coverage({
    present: [days('2026-02-23', '2026-02-28')],
    provisional: [days('2026-02-27', '2026-02-28')],
    unconfirmed: [{ ...days('2026-02-27', '2026-02-28'), since: NOON }],
    absent: [
      absence(days('2026-02-17', '2026-02-20'), { reason: 'halted', note: 'a note', attempts: 3 }),
      absence(days('2026-02-20', '2026-02-23'), { reason: 'vendor-empty', nextRetryAt: NOON + 5 }),
    ],
  });
  await store.upsert(update(WEEK, { learned, identity: APPLE, topUps: 7 }));
  await store.upsert(
    update(WEEK, { series: MSFT, learned: coverage({ present: [days('2026-02-23', '2026-02-28')] }) }),
  );
  const bars = [at('2025-12-31T14:30Z'), at('2026-01-02T14:30Z'), at('2026-01-02T14:35Z')];
  const present = [days('2025-12-31', '2026-01-03')];
  await store.upsert(update(bars, { series: AAPL_5M, learned: coverage({ present }) }));
  const split = { kind: 'split', exDay: days('2026-02-24', '2026-02-25').from, ratio: 2 } as const;
  const dividend = { kind: 'dividend', exDay: split.exDay + 1, amount: 0.25 } as const;
  await tellActions(store, 'AAPL', [split, dividend], days('2026-02-01', '2026-03-01'), 'sample', NOON);
  await history.changeActions('AAPL', { withdraw: '2026-02-25,dividend' });
});
afterEach(() => remove());

/** All that the store says: bars of every series, knowledge, books of actions, the export and the report. */
async function everything(): Promise<unknown> {
  const scan = await store.scan();
  const bars = [];
  for (const { series } of scan.series.values()) bars.push(await rowsIn(store, series));
  let text = '';
  await history.export({ to: async (more) => void (text += more) });
  const report = await history.coverage({});
  const books = [await store.readActionBook('AAPL'), await store.readActionBook('MSFT')];
  return { series: [...scan.series], actions: [...scan.actions], bars, books, text, report };
}

describe('what was forgotten comes back exactly', () => {
  it.each([
    ['one series whole', 'AAPL', { intervals: ['1d'] }],
    ['a ticker whole', 'AAPL', {}],
    ['a range', 'AAPL', { start: '2026-02-24', end: '2026-02-25' }],
    ['a range over two partitions', 'AAPL', { start: '2025-12-31', end: '2026-01-02' }],
    ['absences only', 'AAPL', { start: '2026-02-18', end: '2026-02-21' }],
    ['the provisional end', 'AAPL', { start: '2026-02-26' }],
    ['the beginning', 'AAPL', { end: '2026-02-24' }],
    ['two tickers', 'AAPL,MSFT', { start: '2026-02-25' }],
    ['everything', 'all', {}],
  ] as const)('%s', async (_, tickers, range) => {
    const before = await everything();
    const { id } = await history.forget(tickers, range);
    expect(await everything()).not.toEqual(before);
    await history.restore(id ?? '');
    expect(await everything()).toEqual(before);
    // Once more changes nothing.
    expect(await history.restore(id ?? '')).toMatchObject({ rows: 0, actions: 0 });
    expect(await everything()).toEqual(before);
    expect((await history.doctor()).damages).toEqual([]);
  });

  it('and all of it is counted, while it goes and comes', async () => {
    const steps: string[] = [];
    const onProgress = ({ doing, done, of }: ForgetStep): void => void steps.push(`${doing} ${done}/${of}`);
    const forgotten = await history.forget('all', { onProgress });
    expect(forgotten).toMatchObject({ rows: 2 * WEEK.length + 3, actions: 1 });
    const restored = await history.restore(forgotten.id ?? '', { onProgress });
    expect(restored).toMatchObject({ rows: 2 * WEEK.length + 3, actions: 1 });
    const counted = (doing: string, of: number): string[] =>
      Array.from({ length: of }, (_, i) => `${doing} ${i + 1}/${of}`);
    expect(steps).toEqual([...counted('keeping', 3), ...counted('removing', 3), ...counted('restoring', 4)]);
  });

  it('whatever is forgotten, part by part, and in whatever order it comes back', async () => {
    const day = fc.integer({ min: 14, max: 28 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(day, day), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (parts, last) => {
          const before = await everything();
          const ids: string[] = [];
          for (const [a, b] of parts) {
            const [start, end] = [Math.min(a, b), Math.max(a, b)].map((date) => `2026-02-${date}`);
            const { id } = await history.forget('AAPL', { start: start ?? '', end: end ?? '' });
            if (id !== null) ids.push(id);
          }
          for (const id of last ? ids.toReversed() : ids) await history.restore(id);
          expect(await everything()).toEqual(before);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('by its id: each time of forgetting is listed, oldest first, and when it came back', async () => {
    const first = await history.forget('MSFT');
    const second = await openHistory({ store: root, clock: () => NOW + 1000 }).forget('AAPL', {
      intervals: ['5m'],
    });
    expect((await history.forgotten()).map(({ id }) => id)).toEqual([first.id, second.id]);
    expect(await history.forgotten()).toMatchObject([
      {
        series: [{ series: MSFT, rows: 5, days: days('2026-02-23', '2026-02-28') }],
        actions: 0,
        restoredAt: null,
      },
      { series: [{ series: AAPL_5M, rows: 3 }], restoredAt: null },
    ]);
    await history.restore(first.id ?? '');
    expect(await history.forgotten()).toMatchObject([{ restoredAt: NOW }, { restoredAt: null }]);
  });
});

describe('what was fetched since', () => {
  const refill = (
    values: object,
    learned = coverage({ present: [days('2026-02-24', '2026-02-25')] }),
  ): Promise<unknown> => store.upsert(update([daily('2026-02-24', values)], { learned }));

  it('and is the same stays, and the rest comes back', async () => {
    const before = await everything();
    const { id } = await history.forget('AAPL');
    await refill({});
    expect(await history.restore(id ?? '')).toMatchObject({ rows: 7, actions: 1 });
    expect((await history.read(AAPL)).map(({ close }) => close)).toEqual(WEEK.map(({ close }) => close));
    const after = (await everything()) as { text: string };
    expect(after.text).toBe((before as { text: string }).text);
  });

  it('and is final and other stays: nothing at all is brought back, and the way out works', async () => {
    const before = await everything();
    const { id } = await history.forget('AAPL');
    await refill({ close: 100.5 });
    const now = await everything();
    await expect(history.restore(id ?? '')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(
        /^AAPL 1d has other final bars now on 2026-02-24: they stay.*backfill forget AAPL --interval 1d --start 2026-02-24 --end 2026-02-24, then/,
      ) as string,
    });
    expect(await everything()).toEqual(now);
    await history.forget('AAPL', { intervals: ['1d'], start: '2026-02-24', end: '2026-02-24' });
    await history.restore(id ?? '');
    expect(await everything()).toEqual(before);
  });

  it('and is provisional gives way to what was final', async () => {
    const before = await everything();
    const { id } = await history.forget('AAPL', { start: '2026-02-24', end: '2026-02-24' });
    const present = [days('2026-02-24', '2026-02-25')];
    await refill({ close: 100.5 }, coverage({ present, provisional: present }));
    await history.restore(id ?? '');
    expect(await everything()).toEqual(before);
  });

  it('and is provisional stays where what was forgotten was so too', async () => {
    const present = [days('2026-02-24', '2026-02-25')];
    const provisional = coverage({ present, provisional: present });
    await refill({ close: 100.25 }, provisional);
    const { id } = await history.forget('AAPL', { start: '2026-02-24', end: '2026-02-24' });
    await refill({ close: 100.5, fetchedAt: NOON + 1000 }, provisional);
    const now = (await everything()) as { text: string };
    await history.restore(id ?? '');
    expect(((await everything()) as { text: string }).text).toBe(now.text);
  });

  it('as a split with another ratio stays too', async () => {
    const { id } = await history.forget('AAPL');
    const split = { kind: 'split', exDay: days('2026-02-24', '2026-02-25').from, ratio: 4 } as const;
    await tellActions(store, 'AAPL', [split], days('2026-02-24', '2026-02-25'), 'sample', NOON);
    const now = await everything();
    await expect(history.restore(id ?? '')).rejects.toThrow(
      'AAPL has another value now for the split of 2026-02-24',
    );
    expect(await everything()).toEqual(now);
  });
});

describe('a crash', () => {
  it('while it is put into quarantine removes nothing, and what is half there is no entry', async () => {
    const before = await everything();
    for (let steps = 1; ; steps++) {
      const failing = openParquetStore(root, failingAfter(steps));
      const order = { series: [AAPL, MSFT], actionsOf: ['AAPL'], at: NOW + steps * 1000 };
      const isWhole = await failing.keepForgotten(order).then(
        () => true,
        () => false,
      );
      expect(await everything()).toEqual(before);
      if (isWhole) break;
      expect(await store.listForgotten()).toEqual([]);
      await rm(join(root, 'quarantine'), { recursive: true, force: true });
    }
    expect((await store.listForgotten()).length).toBe(1);
  });

  it('while it is put into quarantine leaves no half of it behind the next one that is whole', async () => {
    const forgotten = join(root, 'quarantine', 'forgotten');
    const order = { series: [AAPL, MSFT], actionsOf: ['AAPL'], at: NOW };
    const first = await store.keepForgotten(order);
    for (const steps of [2, 3]) {
      const failing = openParquetStore(root, failingAfter(steps));
      await expect(failing.keepForgotten({ ...order, at: NOW + steps * 1000 })).rejects.toThrow(
        'the power went',
      );
    }
    expect((await readdir(forgotten)).length).toBeGreaterThan(1);
    const last = await store.keepForgotten({ ...order, at: NOW + 60_000 });
    expect(await readdir(forgotten)).toEqual([first?.id, last?.id]);
    expect((await store.listForgotten()).map(({ id }) => id)).toEqual([first?.id, last?.id]);
  });

  it('while it is put into quarantine leaves what the doctor names and removes', async () => {
    const before = await everything();
    const order = { series: [AAPL, MSFT], actionsOf: ['AAPL'], at: NOW };
    const whole = await store.keepForgotten(order);
    expect((await history.doctor()).damages).toEqual([]);
    const failing = openParquetStore(root, failingAfter(3));
    await expect(failing.keepForgotten({ ...order, at: NOW + 1000 })).rejects.toThrow('the power went');
    const forgotten = join(root, 'quarantine', 'forgotten');
    const half = (await readdir(forgotten)).find((id) => id !== whole?.id);
    const damage = { kind: 'stale-temp', path: `quarantine/forgotten/${half}`, harmless: true };
    expect((await history.doctor()).damages).toMatchObject([{ ...damage, mendable: true, mended: false }]);
    // Whoever writes now may be the one who is at it.
    const lease = await store.acquire();
    expect((await history.doctor()).damages).toEqual([]);
    await lease.release();
    expect((await history.doctor({ fix: true })).damages).toMatchObject([{ ...damage, mended: true }]);
    expect(await readdir(forgotten)).toEqual([whole?.id]);
    expect(await readdir(join(root, 'quarantine'))).toEqual(['forgotten']);
    expect(await everything()).toEqual(before);
  });

  it('after some of it was removed is mended by coming back', async () => {
    const before = await everything();
    const order = { series: [AAPL, MSFT, AAPL_5M], actionsOf: ['AAPL'], at: NOW };
    const entry = await store.keepForgotten(order);
    await store.forget(AAPL);
    await store.forget(AAPL_5M, days('2026-01-01', '2027-01-01'));
    await history.restore(entry?.id ?? '');
    expect(await everything()).toEqual(before);
  });

  it('while it comes back is mended by coming back', async () => {
    const before = await everything();
    const { id } = await history.forget('AAPL,MSFT');
    for (let steps = 1; ; steps++) {
      const failing = openParquetStore(root, failingAfter(steps));
      const isWhole = await failing.restoreForgotten(id ?? '', NOW).then(
        () => true,
        () => false,
      );
      if (isWhole) break;
      expect(steps).toBeLessThan(200);
    }
    expect(await everything()).toEqual(before);
  });
});

/** The disk, until so many files were renamed into place. */
function failingAfter(renames: number): typeof DISK {
  let left = renames;
  return {
    ...DISK,
    rename: async (from, to) => {
      if (left-- <= 1) throw new Error('the power went');
      await DISK.rename(from, to);
    },
  };
}

it('nothing is put into quarantine where there is nothing, and damaged files elsewhere are not mixed up with it', async () => {
  expect(await history.forget('NOPE')).toMatchObject({ rows: 0, id: null });
  expect(await readdir(root)).not.toContain('quarantine');
  await history.forget('MSFT');
  expect(await store.listSetAside()).toEqual([]);
});

describe('a copy that rotted', () => {
  const at5m = 'bars/interval=5m/ticker=AAPL/period=2026/bars.parquet';

  async function rot(id: string | null, path: string): Promise<string> {
    const file = join(root, 'quarantine', 'forgotten', id ?? '', path);
    await writeFile(file, (await readFile(file)).fill(0xff, 4, 60));
    return file;
  }

  it('is named with what to ask for, and the rest comes back without it', async () => {
    const { id } = await history.forget('all');
    const now = await everything();
    const file = await rot(id, at5m);
    await expect(history.restore(id ?? '')).rejects.toMatchObject({
      code: 'store-corrupt',
      message: expect.stringMatching(
        new RegExp(
          `^quarantine/forgotten/${id}/${at5m} is damaged: its rows [^\\n;]*; the copy stays, and nothing is brought back; ` +
            'to ask for what it held: backfill --tickers AAPL --interval 5m --start 2025-12-31 --end 2026-01-02 ' +
            'with the provider that it was from; to bring back the rest, remove that file and restore again$',
        ),
      ),
    });
    expect(await everything()).toEqual(now);
    await rm(file);
    expect(await history.restore(id ?? '')).toMatchObject({ rows: 2 * WEEK.length + 1, actions: 1 });
  });

  it('is named with no rest where there is none', async () => {
    const { id } = await history.forget('MSFT', { intervals: ['1d'] });
    await rot(id, 'bars/interval=1d/ticker=MSFT/period=all/bars.parquet');
    await expect(history.restore(id ?? '')).rejects.toThrow(
      /: backfill --tickers MSFT --start 2026-02-23 --end 2026-02-27 with the provider that it was from$/,
    );
  });

  it('that does not say what it is names what to do, in one line', async () => {
    const { id } = await history.forget('MSFT');
    await writeFile(join(root, 'quarantine', 'forgotten', id ?? '', 'forgotten.json'), '{');
    for (const call of [() => history.forgotten(), () => history.restore(id ?? '')])
      await expect(call()).rejects.toThrow(
        `quarantine/forgotten/${id}/forgotten.json does not say what was forgotten; move quarantine/forgotten/${id} out of the store `,
      );
  });
});
