import { afterEach, describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { parseDay, startOfDay, utcDayOf } from '../../../src/core/session/day.ts';
import { sessionDateOf } from '../../../src/core/bars/partition.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import { asOneBar } from '../../../src/core/bars/session-grid.ts';
import type { RowAnswer } from '../rows.ts';
import { type Asked, fetchFrom, serving, stopServing } from './serving.ts';

afterEach(stopServing);

const market = sampleMarket();

/** The answer with the bars of the range alone: a daily chart goes on to now. */
async function fetched(asked: Asked): Promise<RowAnswer> {
  const answer = await (await fetchFrom(serving(market, asked.now), asked)).answer;
  const [first, last] = asked.range.map(parseDay);
  const sessionOf = sessionDateOf(asked.interval ?? '1d', calendarFor(asked.ticker));
  const isAsked = ({ ts }: Ohlcv): boolean => sessionOf(ts) >= (first ?? 0) && sessionOf(ts) <= (last ?? 0);
  return { ...answer, bars: answer.bars.filter(isAsked) };
}

/** Intraday bars as the daily bars that they add up to. */
function byDay({ bars }: RowAnswer, ticker: string) {
  const calendar = calendarFor(ticker);
  const days = [...new Set(bars.map(({ ts }) => calendar.localDay(ts)))];
  return days.map((day) =>
    asOneBar(
      bars.filter(({ ts }) => calendar.localDay(ts) === day),
      startOfDay(day),
    ),
  );
}

describe('raw prices across a split', () => {
  it.each([
    ['QUIL', ['2026-11-11', '2026-11-18'], '2026-11-16'],
    ['FNKA.DE', ['2026-04-15', '2026-04-22'], '2026-04-20'],
    ['NAMI.T', ['2026-09-25', '2026-10-02'], '2026-09-29'],
  ] as const)('of %s are those traded, daily and intraday alike', async (ticker, [first, last], exDate) => {
    const asked: Asked = { ticker, range: [first, last], now: '2026-11-20T12:00:00Z' };
    const daily = await fetched(asked);
    const hourly = await fetched({ ...asked, interval: '1h' });
    const traded = market.rows(ticker, '1d', { from: parseDay(first), to: parseDay(last) + 1 });
    expect(daily.bars).toEqual(traded);
    expect(byDay(hourly, ticker).map((bar) => bar?.close)).toEqual(traded.map(({ close }) => close));
    expect(byDay(hourly, ticker).map((bar) => bar?.high)).toEqual(traded.map(({ high }) => high));
    expect(hourly.actions).toEqual(daily.actions);
    expect(daily.actions).toContainEqual(expect.objectContaining({ kind: 'split', exDay: parseDay(exDate) }));
    expect(daily.wireBasis).toBe('split-adjusted');
  });

  it('are those traded while the session of the ex-date is open', async () => {
    const asked: Asked = { ticker: 'QUIL', range: ['2026-11-11', '2026-11-16'], now: '2026-11-16T16:00:00Z' };
    const traded = market.rows('QUIL', '1d', { from: parseDay('2026-11-11'), to: parseDay('2026-11-16') });
    const daily = await fetched(asked);
    const hourly = await fetched({ ...asked, interval: '1h' });
    expect(daily.bars.slice(0, 3)).toEqual(traded);
    expect(
      byDay(hourly, 'QUIL')
        .slice(0, 3)
        .map((bar) => bar?.close),
    ).toEqual(traded.map(({ close }) => close));
    expect(hourly.bars.at(-1)?.ts).toBe(Date.parse('2026-11-16T14:30:00Z'));
    expect(daily.bars.at(-1)?.open).toBe(hourly.bars.at(-1)?.open);
  });
});

describe('a range that reaches into the open session', () => {
  const asked: Asked = { ticker: 'ALFA', range: ['2026-11-17', '2026-11-19'], now: '2026-11-19T17:00:00Z' };

  it('gives what has been traded of it, which proves nothing', async () => {
    const { bars, proven, explained } = await fetched(asked);
    const minutes = market
      .rows('ALFA', '1m', { from: parseDay('2026-11-19'), to: parseDay('2026-11-20') })
      .filter(({ ts }) => ts + 60_000 <= Date.parse(asked.now));
    const { close, volume } = minutes.at(-1) ?? {};
    expect(bars.map(({ ts }) => utcDayOf(ts))).toEqual([17, 18, 19].map((day) => parseDay(`2026-11-${day}`)));
    expect(bars.at(-1)?.close).toBe(close);
    expect(bars.at(-1)?.volume).toBeGreaterThan(volume ?? Infinity);
    expect(proven).toEqual({ from: parseDay('2026-11-17'), to: parseDay('2026-11-19') });
    expect(explained).toEqual([]);
  });

  it('gives the complete intraday bars, asked for up to now and beyond', async () => {
    const now = '2026-11-19T17:02:00Z';
    const { answer, asked: urls } = await fetchFrom(serving(market, now), { ...asked, interval: '5m', now });
    expect(Number(urls.at(-1)?.searchParams.get('period2'))).toBeGreaterThan(Date.parse(now) / 1000);
    expect((await answer).bars.at(-1)?.ts).toBe(Date.parse('2026-11-19T16:55:00Z'));
    expect((await answer).proven.to).toBe(parseDay('2026-11-19'));
  });

  it('proves a session as soon as it is over', async () => {
    const { proven } = await fetched({ ...asked, now: '2026-11-19T21:00:00Z' });
    expect(proven.to).toBe(parseDay('2026-11-20'));
  });
});
