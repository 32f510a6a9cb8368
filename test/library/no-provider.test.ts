import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type History, type HistoryOptions, openHistory } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import { AAPL, NOON, WEEK, WEEK_DAYS, coverage, update } from '../store/fixtures.ts';

let root = '';
let history: History;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'backfill-reader-'));
  await openStore(join(root, 'data')).upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
  history = openHistory({ ...at(NOON), provider: 'none' });
});
afterAll(async () => {
  await history.close();
  await rm(root, { recursive: true });
});

/** A history of the store at an instant. */
const at = (now: number): HistoryOptions => ({
  ...{ store: join(root, 'data'), stateFolder: join(root, 'state'), clock: () => now },
});

describe('a history without a provider', () => {
  it('reads what is stored, and tells of it as one with a provider does', async () => {
    const usual = openHistory(at(NOON));
    expect(await history.read(AAPL)).toHaveLength(5);
    expect(await history.read(AAPL)).toEqual(await usual.read(AAPL));
    expect(await history.missing(AAPL)).toMatchObject({ complete: true, series: 1 });
    expect(await history.coverage()).toEqual(await usual.coverage());
    expect((await history.coverage()).series).toMatchObject([{ ticker: 'AAPL', present: 5 }]);
    expect(await history.seriesStatus()).toEqual(await usual.seriesStatus());
    const { series, bars } = await history.status();
    expect([series, bars]).toEqual([1, 5]);
    expect(await history.notes()).toEqual([]);
    expect((await history.scan()).series.size).toBe(1);
    await usual.close();
  });

  it.each([
    ['half an hour after its close', '2026-03-02T21:30:00Z', 5],
    ['once the default provider has it', '2026-03-03T01:30:00Z', 6],
  ])('expects a session %s', async (_, instant, expected) => {
    const reader = openHistory({ ...at(Date.parse(instant)), provider: 'none' });
    expect((await reader.coverage()).series).toMatchObject([{ expected }]);
    await reader.close();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['backfill', () => history.backfill({ tickers: 'AAPL', days: 5 })],
    ['backfill', () => history.backfill({ derive: true, intervals: ['5m'] })],
    ['plan', () => history.plan({ tickers: 'AAPL', days: 5 })],
    ['verify', () => history.verify({})],
    ['fillMissing', () => history.fillMissing(AAPL, { days: 5 })],
    ['ensureRange', () => history.ensureRange(AAPL, { days: 5 })],
    ['warmup', () => history.warmup({ series: AAPL, period: 5 })],
  ])('says of what would ask one that there is none: %s', async (method, call) => {
    await expect(call()).rejects.toMatchObject({
      code: 'usage',
      message:
        `${method}: the history was opened without a provider; open it with one that can be asked, such as ` +
        "provider: { id: 'yahoo' }, instead of 'none'",
    });
    expect(await readdir(root)).toEqual(['data']);
  });

  it('is no name that a provider has', () => {
    expect(() => openHistory({ store: root, provider: { id: 'none' } })).toThrow(
      expect.objectContaining({ code: 'unknown-provider' }),
    );
  });
});
