import { afterEach, describe, expect, it } from 'vitest';
import type { History, LiveBar, Verdict } from '../../src/index.ts';
import { closeAllCounted, openCounted, series } from './counted-sessions.ts';
import { asOf, live, SETTLED } from './live-bars.ts';

afterEach(closeAllCounted);

const ALFA = series('ALFA');
const MINUTES = series('ALFA', '1m');

describe('a range that is filled by live replay', () => {
  const WEEK = { start: '2026-11-16', end: '2026-11-19' };
  const REPLAY = { strategy: 'live-replay' } as const;
  const days = ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19'];

  it('asks nobody where all of it is recorded, and says that it is provisional', async () => {
    const { history, server } = await openCounted();
    await history.record(
      ALFA,
      days.map((day) => live(day)),
    );
    const ensured = await history.ensureRange(ALFA, WEEK, REPLAY);
    expect(ensured).toMatchObject({ complete: false, runId: null, failures: [] });
    expect(ensured.lacks).toMatchObject([{ sessions: 4, ranges: [{ ...WEEK, why: 'provisional' }] }]);
    const warm = await history.warmup({ series: 'ALFA', period: 4, end: '2026-11-20', ...REPLAY });
    expect(warm).toMatchObject({ runId: null, lacks: [{ sessions: 4 }] });
    expect(await history.fillMissing(ALFA, WEEK, REPLAY)).toMatchObject({
      requests: 0,
      fetched: 0,
      failed: 0,
    });
    expect(server.entries).toEqual([]);
  });

  it('asks for the rest, and an ordinary run for all of it', async () => {
    const counted = await openCounted();
    const { history } = counted;
    await history.record(
      ALFA,
      days.slice(2).map((day) => live(day)),
    );
    await history.ensureRange(ALFA, WEEK, REPLAY);
    expect([...counted.asked().keys()]).toEqual(['ALFA 1d 2026-11-16', 'ALFA 1d 2026-11-17']);
    expect((await history.read(ALFA)).map(({ source }) => source)).toEqual([
      'sample',
      'sample',
      'recorded',
      'recorded',
    ]);
    expect(await history.ensureRange(ALFA, WEEK)).toMatchObject({ complete: true });
    expect((await history.read(ALFA)).map(({ source }) => source)).toEqual(days.map(() => 'sample'));
    expect(await history.revisions()).toHaveLength(2);
  });

  it('reaches with no request over what is recorded', async () => {
    const counted = await openCounted();
    const { history } = counted;
    await history.record(ALFA, live('2026-11-17'));
    await history.ensureRange([ALFA, series('NYXA')], WEEK, REPLAY);
    const asked = [...counted.asked().keys()].filter((one) => one.startsWith('ALFA'));
    expect(asked.toSorted()).toEqual(['16', '18', '19'].map((day) => `ALFA 1d 2026-11-${day}`));
    expect((await history.read(ALFA)).map(({ source }) => source)).toEqual([
      ...['sample', 'recorded', 'sample', 'sample'],
    ]);
  });

  it('asks for a session of which a bar is lacking that has closed', async () => {
    const counted = await openCounted();
    const start = Date.parse('2026-11-19T14:30:00Z');
    const minutes = (count: number): LiveBar[] =>
      Array.from({ length: count }, (_, i) => live(start + i * 60_000));
    const intraday = asOf(counted, '2026-11-19T14:40:30Z');
    const today = { ...SETTLED, includeProvisional: true };
    await intraday.record(MINUTES, minutes(10));
    expect(await intraday.ensureRange(MINUTES, today, REPLAY)).toMatchObject({ runId: null });
    expect(counted.server.entries).toEqual([]);
    const later = asOf(counted, '2026-11-19T14:41:00Z');
    expect(await later.ensureRange(MINUTES, today, REPLAY)).not.toMatchObject({ runId: null });
    expect(counted.server.entries.map(({ query }) => new URLSearchParams(query).get('interval'))).toContain(
      '1m',
    );
  });

  it('is refused by another name than those of strategies', async () => {
    const { history } = await openCounted();
    const how = { strategy: 'replay' } as unknown as typeof REPLAY;
    await expect(history.ensureRange(ALFA, WEEK, how)).rejects.toThrow(
      'strategy "replay": must be on-demand or live-replay',
    );
  });
});

describe('a bar of the session under way that is recorded', () => {
  const [FIRST, TODAY] = ['2026-11-18', '2026-11-19'];
  const told = [{ series: ALFA, ranges: [{ start: TODAY, end: TODAY }], sessions: 1 }];

  it.each<readonly [string, (history: History) => Promise<Verdict>]>([
    ['missing', (history) => history.missing(ALFA, { start: FIRST })],
    ['ensureRange', (history) => history.ensureRange(ALFA, { start: FIRST })],
    ['ensureRange of today alone', (history) => history.ensureRange(ALFA, { start: TODAY, end: TODAY })],
    ['warmup', (history) => history.warmup({ series: 'ALFA', period: 1 })],
    ['warmup offline', (history) => history.warmup({ series: 'ALFA', period: 1, offline: true })],
  ])('is told as provisional by the verdict of %s', async (_, verdictOf) => {
    const counted = await openCounted();
    const intraday = asOf(counted, '2026-11-19T20:00:00Z');
    await intraday.ensureRange(ALFA, { start: FIRST });
    await intraday.record(ALFA, live(TODAY));
    expect(await verdictOf(intraday)).toMatchObject({ complete: true, lacks: [], provisional: told });
  });

  it.each<readonly [string, (history: History) => Promise<Verdict>]>([
    ['ensureRange', (history) => history.ensureRange(ALFA, { start: FIRST, end: FIRST })],
    ['warmup', (history) => history.warmup({ series: 'ALFA', period: 1, end: TODAY })],
  ])('is not told by %s of a range that ends before', async (_, verdictOf) => {
    const counted = await openCounted();
    const intraday = asOf(counted, '2026-11-19T20:00:00Z');
    await intraday.record(ALFA, live(TODAY));
    expect(await verdictOf(intraday)).toMatchObject({ complete: true, provisional: [] });
  });
});
