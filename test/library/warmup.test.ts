import { afterEach, describe, expect, it } from 'vitest';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { openHistory } from '../../src/index.ts';
import { closeAllCounted, openCounted, series } from './counted-sessions.ts';

afterEach(closeAllCounted);

const ALFA = series('ALFA');

describe('a warm-up', () => {
  it('has so many sessions of each daily series, by its own calendar', async () => {
    const { history } = await openCounted();
    const warm = await history.warmup({ series: ['ALFA', 'DEMO-USD'], period: 10 });
    expect(warm).toMatchObject({ complete: true, series: 2, lacks: [] });
    const days = async (ticker: string): Promise<string[]> =>
      (await history.read(series(ticker))).map(({ ts }) => new Date(ts).toISOString().slice(5, 10));
    // It is Friday noon: of New York the session of Thursday is the last.
    expect(await days('ALFA')).toEqual([
      ...['11-06', '11-09', '11-10', '11-11', '11-12', '11-13', '11-16', '11-17', '11-18', '11-19'],
    ]);
    expect(await days('DEMO-USD')).toEqual([
      ...['11-10', '11-11', '11-12', '11-13', '11-14', '11-15', '11-16', '11-17', '11-18', '11-19'],
    ]);
  });

  it('has so many bars of another one, and whole sessions', async () => {
    const { history } = await openCounted();
    const hours = series('ALFA', '1h');
    expect(await history.warmup({ series: [hours, 'DEMO-USD'], period: 20, interval: '1h' })).toMatchObject({
      complete: true,
      series: 2,
    });
    // Seven a day in New York, the last of them half as long.
    expect(await history.read(hours)).toHaveLength(21);
    expect(await history.read(series('DEMO-USD', '1h'))).toHaveLength(24);
    await history.warmup({ series: hours, period: 22 });
    expect(await history.read(hours)).toHaveLength(28);
  });

  it('counts the bars of a session that closes early', async () => {
    const { history } = await openCounted();
    // The day after Thanksgiving has four hours of trading, less a half: 2025-11-28.
    const asked = { series: series('ALFA', '1h'), end: '2025-12-01' };
    await history.warmup({ ...asked, period: 4 });
    expect(await history.read(asked.series)).toHaveLength(4);
    await history.warmup({ ...asked, period: 5 });
    expect(await history.read(asked.series)).toHaveLength(11);
  });

  it.each<[string, string | number, string]>([
    ['a session, which is not in it', '2026-03-03', '2026-03-02'],
    ['a day that is no session', '2026-03-01', '2026-02-27'],
    ['an instant before the close of a session', '2026-03-03T20:59:59Z', '2026-03-02'],
    ['an instant with another zone, at the close', '2026-03-03T16:00:00-05:00', '2026-03-03'],
    ['ms since the epoch', Date.parse('2026-03-03T21:00:00Z'), '2026-03-03'],
    ['a day to come', '2030-01-01', '2026-11-19'],
  ])('ends before %s', async (_, end, last) => {
    const { history } = await openCounted();
    expect(await history.warmup({ series: ALFA, period: 3, end })).toMatchObject({ complete: true });
    const bars = await history.read(ALFA);
    expect(bars).toHaveLength(3);
    expect(new Date(bars.at(-1)?.ts ?? 0).toISOString().slice(0, 10)).toBe(last);
  });

  it('is complete where the history begins later, and says so', async () => {
    const { history } = await openCounted();
    const warm = await history.warmup({ series: ALFA, period: 5000 });
    expect(warm).toMatchObject({ complete: true, lacks: [], absent: [{ ranges: [{ why: 'pre-listing' }] }] });
    const asked = calendarFor('ALFA').count([{ from: 0, to: 1e6 }]);
    expect(asked).toBeGreaterThan(5000);
  });

  it('asks for what is missing alone, and shares that with other calls', async () => {
    const counted = await openCounted();
    const { history, server } = counted;
    await Promise.all([
      history.warmup({ series: ['ALFA', 'NYXA'], period: 50 }),
      history.ensureRange([ALFA, series('NYXA')], { days: 100 }),
      history.warmup({ series: 'NYXA', period: 100 }),
    ]);
    expect(server.entries).toHaveLength(1);
    expect(await history.warmup({ series: ['ALFA', 'NYXA'], period: 100 })).toMatchObject({ runId: null });
    expect(server.entries).toHaveLength(1);
  });
});

describe('a warm-up offline', () => {
  it('asks nobody, writes nothing, and says what is missing', async () => {
    const { history, server, options } = await openCounted();
    await history.warmup({ series: ALFA, period: 5 });
    const [requests, runs] = [server.entries.length, (await history.runs()).runs.length];
    const reader = openHistory({ ...options, provider: 'none' });
    for (const one of [history, reader]) {
      expect(await one.warmup({ series: ALFA, period: 5, offline: true })).toMatchObject({ complete: true });
      expect(await one.warmup({ series: ['ALFA', 'NYXA'], period: 7, offline: true })).toEqual({
        ...{ complete: false, series: 2, provisional: [], absent: [], damaged: [] },
        ...{ runId: null, runIds: [], failures: [], stopped: null },
        lacks: [
          {
            series: ALFA,
            ranges: [{ start: '2026-11-11', end: '2026-11-12', sessions: 2, why: 'missing' }],
            sessions: 2,
          },
          {
            series: series('NYXA'),
            ranges: [{ start: '2026-11-11', end: '2026-11-19', sessions: 7, why: 'missing' }],
            sessions: 7,
          },
        ],
      });
    }
    expect([server.entries.length, (await history.runs()).runs.length]).toEqual([requests, runs]);
    await expect(reader.warmup({ series: ALFA, period: 7 })).rejects.toMatchObject({ code: 'usage' });
    await reader.close();
  });
});

describe('a warm-up that cannot be meant', () => {
  it.each<[object, string, string]>([
    [{ period: 0 }, 'usage', 'period 0: must be a whole number above 0'],
    [{ period: 2.5 }, 'usage', 'period 2.5: must be a whole number'],
    [{}, 'usage', 'period undefined: must be a whole number'],
    [
      { period: 40_000 },
      'usage',
      'period 40000: there is no history of 1d that long; it would begin before 1900-01-01',
    ],
    [{ period: 1, end: 'soon' }, 'usage', 'end "soon": must be a date such as "2026-01-02", or an instant'],
    [{ period: 1, end: '2026-01-02T10:00' }, 'usage', 'end "2026-01-02T10:00": must be'],
    [{ period: 1, end: Number.NaN }, 'usage', 'end NaN: must be'],
    [
      { period: 1, end: 1_276_617_600 },
      'usage',
      'end 1276617600: must be ms since the epoch, and looks like seconds',
    ],
    [{ period: 1, end: '2026-02-30' }, 'invalid-date', 'end "2026-02-30" is not a date'],
    [{ period: 1, interval: '2h' }, 'unsupported-interval', 'interval "2h": there is no such interval'],
    [{ period: 1, series: [] }, 'usage', 'warmup: series []: name at least one'],
    [{ period: 1, periods: 2 }, 'usage', 'warmup has no option "periods"; did you mean period?'],
    [{ period: 1, maxRetries: 'no' }, 'usage', 'maxRetries "no": must be a whole number, 0 or more'],
  ])('%j', async (request, code, message) => {
    const { history, server } = await openCounted();
    await expect(history.warmup({ series: 'ALFA', ...request } as never)).rejects.toMatchObject({
      ...{ code, message: expect.stringContaining(message) },
    });
    expect(server.entries).toEqual([]);
  });
});
