import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import type { ForgetStep } from '../../src/store/forgotten.ts';
import { AAPL_5M, WEEK, days } from '../store/fixtures.ts';
import { beginStored, MSFT, NOW, everything, history, root, store } from './forgotten-store.ts';
import { rounds } from '../needs.ts';

beginStored();

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

  it.each([
    ['sessions that are known to have no bar', 'AAPL', { start: '2026-02-18', end: '2026-02-22' }, 3, 3],
    ['sessions that are known to have no split', 'AAPL', { start: '2026-02-02', end: '2026-02-03' }, 0, 2],
    ['both about bars', 'AAPL', {}, 4, 19],
    ['days on which nothing trades', 'AAPL', { start: '2026-02-21', end: '2026-02-22' }, 0, 0],
  ] as const)('and %s are counted', async (_, tickers, range, empty, exDays) => {
    const forgotten = await history.forget(tickers, range);
    expect(forgotten).toMatchObject({ empty, exDays });
    const id = forgotten.id ?? '';
    expect(await history.restore(id)).toMatchObject({ empty, exDays });
    expect(await history.restore(id)).toMatchObject({ rows: 0, actions: 0, empty: 0, exDays: 0 });
    const [entry] = await history.forgotten();
    expect(entry).toMatchObject({ exDays });
    const recorded = (entry?.series ?? []).map((one) => one.empty?.sessions ?? 0);
    expect(recorded.reduce((sum, sessions) => sum + sessions, 0)).toBe(empty);
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
      { numRuns: rounds(12) },
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

it('nothing is put into quarantine where there is nothing, and damaged files elsewhere are not mixed up with it', async () => {
  expect(await history.forget('NOPE')).toMatchObject({ rows: 0, id: null });
  expect(await readdir(root)).not.toContain('quarantine');
  await history.forget('MSFT');
  expect(await store.listSetAside()).toEqual([]);
});
