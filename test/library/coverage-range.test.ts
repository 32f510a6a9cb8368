import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { RangeOptions } from '../../src/backfill/want/wanted.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { openStore } from '../../src/store/open.ts';
import { toolsInProcess } from '../backfill/in-process.ts';
import { temporaryFolder } from '../store/fixtures.ts';

const NOW = Date.parse('2026-03-02T23:00:00Z');
const LAST = '2026-03-02';

let store = '';
/** ALFA lacks most of two years between its first month and its last; BRIQ has the last month alone. */
beforeAll(async () => {
  store = await mkdtemp(join(tmpdir(), 'backfill-range-'));
  const tools = toolsInProcess(openSample({ id: 'sample' }), openStore(store), () => NOW);
  await backfill({ tickers: ['ALFA'], start: '2024-01-02', end: '2024-01-31' }, tools);
  await backfill({ tickers: ['ALFA', 'BRIQ'], start: '2026-02-02', end: LAST }, tools);
});
afterAll(() => rm(store, { recursive: true }));

/** Sessions of a ticker that are expected, and missing. */
async function judged(ticker: string, range: RangeOptions, folder = store): Promise<[number, number]> {
  const history = openHistory({ store: folder, provider: { id: 'sample' }, clock: () => NOW });
  const { totals } = await history.coverage({ tickers: [ticker], ...range });
  return [totals.expected, totals.missing];
}

describe('coverage up to a day', () => {
  it('begins with the first known session, however long ago', async () => {
    const whole = await judged('ALFA', {});
    expect(whole[1]).toBeGreaterThan(252);
    expect(await judged('ALFA', { end: LAST })).toEqual(whole);
    expect(await judged('ALFA', { end: '2024-01-31' })).toEqual([21, 0]);
  });

  it('expects nothing from before the first known session', async () => {
    expect(await judged('BRIQ', { end: LAST })).toEqual([20, 0]);
    expect(await judged('BRIQ', { end: '2026-02-03' })).toEqual([2, 0]);
    expect(await judged('BRIQ', { end: '2026-01-30' })).toEqual([0, 0]);
  });

  it('is that of so many sessions where their number is said too', async () => {
    expect(await judged('ALFA', { end: LAST, days: 30 })).toEqual([30, 10]);
  });

  it('is that of the other series for what nothing is stored of, so that it weighs as much', async () => {
    const [expected] = await judged('ALFA', { end: LAST });
    expect(await judged('NYXA', { end: LAST })).toEqual([expected, expected]);
    expect(await judged('NYXA', { end: '2024-01-31' })).toEqual([21, 21]);
    expect(await judged('NYXA', { end: LAST, days: 30 })).toEqual([30, 30]);
    const paris = calendarById('XPAR').count([{ from: parseDay('2024-01-02'), to: parseDay(LAST) + 1 }]);
    expect(await judged('BRVO.PA', { end: LAST })).toEqual([paris, paris]);
  });

  it('is that of a year where nothing is stored at all', async () => {
    const empty = await temporaryFolder();
    try {
      expect(await judged('NYXA', { end: LAST }, empty.path)).toEqual([252, 252]);
    } finally {
      await empty.remove();
    }
  });

  it('is that of the others still for what was given up', async () => {
    const [expected] = await judged('ALFA', { end: LAST });
    const given = await temporaryFolder();
    try {
      await cp(store, given.path, { recursive: true });
      await openStore(given.path).forget({ ticker: 'BRIQ', interval: '1d' }, { from: 0, to: 30_000 });
      expect(await judged('BRIQ', { end: LAST }, given.path)).toEqual([expected, expected]);
    } finally {
      await given.remove();
    }
  });
});
