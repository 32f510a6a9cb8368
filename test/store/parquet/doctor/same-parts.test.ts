import { expect, it } from 'vitest';
import type { Bar } from '../../../../src/core/bars/bars.ts';
import { formatDay, startOfDay } from '../../../../src/core/session/day.ts';
import { barsPath } from '../../../../src/store/parquet/files/layout.ts';
import { barAt, update } from '../../fixtures.ts';
import { beginSound, examine, LEARNED, SESSIONS, store } from './damaged-store.ts';

beginSound();

const ofTicker = (ticker: string): string => barsPath({ series: { ticker, interval: '1d' }, period: 'all' });

/** Bars of all sessions, other ones by what begins them. */
const barsOf = (first: number): Bar[] =>
  SESSIONS.map((day, i) => {
    const close = first + ((i * 7) % 11) / 10;
    return barAt(startOfDay(day), {
      ...{ open: close, high: close + 1, low: close - 1, close },
      volume: first * 1000 + i,
    });
  });

async function fill(ticker: string, bars: readonly Bar[]): Promise<void> {
  await store.upsert(update(bars, { series: { ticker, interval: '1d' }, learned: LEARNED }));
}

const ALFA = barsOf(50);
const BRIQ = barsOf(80);

/** What is said of parts that are others'. */
async function said(): Promise<(readonly [string, string])[]> {
  const { damages } = await examine();
  return damages.map(({ path, kind, what }) => {
    expect(kind).toBe('same-series');
    return [path, what] as const;
  });
}

it.each([0, 3, 7, 11, 100])(
  'names twenty sessions of another ticker, whichever begins them: %i',
  async (at) => {
    await fill('ALFA', ALFA);
    await fill('BRIQ', [...BRIQ.slice(0, at), ...ALFA.slice(at, at + 20), ...BRIQ.slice(at + 20)]);
    const [[path, what] = ['', ''], ...more] = await said();
    expect(more).toEqual([]);
    expect(path).toBe(ofTicker('BRIQ'));
    const [, other, from = '', to = '', rows] =
      /^the same bars as (\S+) from (\S+) to (\S+), (\d+) at least$/.exec(what) ?? [];
    expect(other).toBe(ofTicker('ALFA'));
    const swapped = SESSIONS.slice(at, at + 20).map(formatDay);
    expect(swapped).toContain(from);
    expect(swapped).toContain(to);
    expect(Number(rows)).toBeGreaterThanOrEqual(8);
  },
);

it('names each other ticker that it has bars of', async () => {
  await fill('ALFA', ALFA);
  await fill('BRIQ', BRIQ);
  await fill('CORV', [...ALFA.slice(0, 60), ...BRIQ.slice(60)]);
  const found = await said();
  const others = found.map(([path, what]) => [path, what.split(' ')[4]]);
  expect(others).toEqual(['ALFA', 'BRIQ'].map((ticker) => [ofTicker('CORV'), ofTicker(ticker)]));
  const [first, second] = found.map(([, what]) => what);
  expect(first).toContain(` from ${formatDay(SESSIONS[0] as number)} to `);
  expect(second).toContain(` to ${formatDay(SESSIONS.at(-1) as number)}, `);
  // All but the stretch in which the one ends and the other begins.
  const rows = found.map(([, what]) => Number(/(\d+) at least$/.exec(what)?.[1]));
  expect((rows[0] ?? 0) + (rows[1] ?? 0)).toBeGreaterThan(SESSIONS.length - 11);
});

it('names none for bars that stand still at one price, nor for a week', async () => {
  const still = (bars: readonly Bar[]): Bar[] =>
    bars.map((bar, i) => (i < 60 ? barAt(bar.ts, { open: 9, high: 9, low: 9, close: 9, volume: 0 }) : bar));
  await fill('ALFA', still(ALFA));
  await fill('BRIQ', [...still(BRIQ).slice(0, 80), ...ALFA.slice(80, 84), ...BRIQ.slice(84)]);
  expect(await said()).toEqual([]);
});
