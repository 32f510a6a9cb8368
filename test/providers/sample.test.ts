import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { type DayRange, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { inRows, type RowAnswer } from './rows.ts';

const provider = openSample({ id: 'sample' });

function fetchBars(ticker: string, interval: Interval, asked: DayRange, now: string): Promise<RowAnswer> {
  return inRows(provider).fetchBars({ series: { ticker, interval }, range: asked, now: Date.parse(now) });
}

function range(from: string, to: string): DayRange {
  return { from: parseDay(from), to: parseDay(to) };
}

describe('the sample provider', () => {
  it('serves the market of its seed, 1 if none is given, and proves the whole range', async () => {
    const asked = range('2024-03-01', '2024-04-01');
    const answer = await fetchBars('ALFA', '1d', asked, '2026-11-20T12:00:00Z');
    expect(answer.bars).toEqual(sampleMarket(1).rows('ALFA', '1d', asked));
    expect(answer).toMatchObject({
      proven: asked,
      unusable: [],
      dropped: 0,
      delistedOn: null,
      wireBasis: 'raw',
    });
    const other = openSample({ id: 'sample', settings: { seed: 2 } });
    const series = { ticker: 'ALFA', interval: '1d' } as const;
    const { bars } = await inRows(other).fetchBars({
      series,
      range: asked,
      now: Date.parse('2026-11-20T12:00:00Z'),
    });
    expect(bars).toEqual(sampleMarket(2).rows('ALFA', '1d', asked));
    expect(bars).not.toEqual(answer.bars);
  });

  it('proves nothing of a session that is still open, daily or intraday', async () => {
    const asked = range('2026-11-18', '2026-12-01');
    for (const interval of ['1d', '5m'] as const) {
      const open = await fetchBars('ALFA', interval, asked, '2026-11-20T20:59:59Z');
      expect(open.proven).toEqual(range('2026-11-18', '2026-11-20'));
      const closed = await fetchBars('ALFA', interval, asked, '2026-11-20T21:00:00Z');
      expect(closed.proven).toEqual(range('2026-11-18', '2026-11-23'));
      expect(closed.bars.at(-1)?.ts).toBeGreaterThanOrEqual(Date.parse('2026-11-20T00:00:00Z'));
    }
  });

  it('serves the open session as far as it has traded, by whole minutes', async () => {
    const today = range('2026-11-20', '2026-11-21');
    const minutes = sampleMarket().rows('ALFA', '1m', today);
    const [first, second] = minutes;
    const early = await fetchBars('ALFA', '1d', today, '2026-11-20T14:32:30Z');
    expect(early.bars).toEqual([
      {
        ...first,
        ts: Date.UTC(2026, 10, 20),
        high: Math.max(first?.high ?? 0, second?.high ?? 0),
        low: Math.min(first?.low ?? 0, second?.low ?? 0),
        close: second?.close,
        volume: (first?.volume ?? 0) + (second?.volume ?? 0),
      },
    ]);
    expect((await fetchBars('ALFA', '1d', today, '2026-11-20T14:30:59Z')).bars).toEqual([]);
    const whole = await fetchBars('ALFA', '1d', today, '2026-11-20T21:00:00Z');
    expect(whole.bars).toEqual(sampleMarket().rows('ALFA', '1d', today));
  });

  it('serves the complete intraday bars of the open session, the last one cut by its close', async () => {
    const today = range('2026-11-20', '2026-11-21');
    const startsAt = async (interval: Interval, now: string): Promise<string[]> =>
      (await fetchBars('ALFA', interval, today, now)).bars.map(({ ts }) =>
        new Date(ts).toISOString().slice(11, 16),
      );
    expect(await startsAt('5m', '2026-11-20T14:39:59Z')).toEqual(['14:30']);
    expect(await startsAt('5m', '2026-11-20T14:40:00Z')).toEqual(['14:30', '14:35']);
    expect((await startsAt('1h', '2026-11-20T20:59:59Z')).at(-1)).toBe('19:30');
    expect((await startsAt('1h', '2026-11-20T21:00:00Z')).at(-1)).toBe('20:30');
  });

  it('serves nothing of an open session that was not asked for', async () => {
    const { bars } = await fetchBars('ALFA', '1d', range('2026-11-18', '2026-11-20'), '2026-11-20T17:00:00Z');
    expect(bars.map(({ ts }) => ts)).toEqual([Date.UTC(2026, 10, 18), Date.UTC(2026, 10, 19)]);
  });

  it('says why a session that is over has no bar, of halts and of shares that nobody traded', async () => {
    const now = '2026-11-20T12:00:00Z';
    const halted = await fetchBars('GLYF', '1d', range('2020-03-10', '2020-03-25'), now);
    expect(halted.explained).toEqual([{ ...range('2020-03-16', '2020-03-21'), reason: 'halted' }]);
    const illiquid = await fetchBars('SABL', '1d', range('2024-01-02', '2025-01-02'), now);
    expect(new Set(illiquid.explained.map(({ reason }) => reason))).toEqual(new Set(['no-trades']));
    const cut = await fetchBars('GLYF', '1d', range('2020-03-18', '2020-03-30'), '2020-03-19T12:00:00Z');
    expect(cut.explained).toEqual([{ ...range('2020-03-18', '2020-03-19'), reason: 'halted' }]);
  });

  it('has a bar or an explanation for every session between listing and delisting', async () => {
    const asked = range('2015-01-02', '2026-11-20');
    for (const ticker of await provider.listTickers()) {
      const { bars, explained, identity, delistedOn } = await fetchBars(
        ticker,
        '1d',
        asked,
        '2026-11-20T12:00:00Z',
      );
      const listed = {
        from: Math.max(asked.from, identity.firstTrade ?? 0),
        to: Math.min(asked.to, delistedOn ?? asked.to),
      };
      const calendar = calendarFor(ticker);
      const days = [
        ...bars.map(({ ts }) => utcDayOf(ts)),
        ...explained.flatMap((one) => calendar.sessions(one)),
      ];
      expect(
        days.toSorted((a, b) => a - b),
        ticker,
      ).toEqual(calendar.sessions(listed));
    }
  });

  it('proves nothing of a range that is all to come', async () => {
    const answer = await fetchBars(
      'SMPL-USD',
      '1d',
      range('2026-12-01', '2026-12-10'),
      '2026-11-20T12:00:00Z',
    );
    expect(answer).toMatchObject({ bars: [], proven: range('2026-12-01', '2026-12-01') });
  });

  it('tells corporate actions that are effective by now, none of the future', async () => {
    const asked = range('2026-11-09', '2026-11-20');
    const before = await fetchBars('QUIL', '1d', asked, '2026-11-15T12:00:00Z');
    const after = await fetchBars('QUIL', '1d', asked, '2026-11-16T12:00:00Z');
    expect(before.actions).toEqual([]);
    expect(after.actions).toEqual([{ kind: 'split', exDay: parseDay('2026-11-16'), ratio: 2 }]);
  });

  it('tells what an instrument is, and that it was delisted once it was', async () => {
    const asked = range('2024-11-01', '2024-12-01');
    const before = await fetchBars('MISL.PA', '1d', asked, '2024-11-14T12:00:00Z');
    const after = await fetchBars('MISL.PA', '1d', asked, '2024-12-02T12:00:00Z');
    expect(before.delistedOn).toBeNull();
    expect(after.delistedOn).toBe(parseDay('2024-11-15'));
    expect(after.proven).toEqual(asked);
    expect(after.identity).toEqual({
      currency: 'EUR',
      exchange: 'XPAR',
      type: 'equity',
      firstTrade: parseDay('2010-01-04'),
    });
  });

  it('knows nothing of other tickers', async () => {
    await expect(
      fetchBars('AAPL', '1d', range('2024-01-01', '2024-02-01'), '2026-11-20T12:00:00Z'),
    ).rejects.toMatchObject({
      code: 'unknown-ticker',
      ticker: 'AAPL',
      provider: 'sample',
      retryable: false,
    });
  });

  it('lists its tickers, which it spells as we do', async () => {
    const tickers = await provider.listTickers();
    expect(tickers).toEqual(sampleMarket().tickers());
    for (const ticker of tickers) expect(provider.tickerOf(provider.symbolOf(ticker))).toBe(ticker);
  });
});
