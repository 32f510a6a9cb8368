import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { type DayRange, parseDay, utcDayOf } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { isComplete } from '../../../src/market/market.ts';
import { partOver } from '../../../src/providers/part-over.ts';
import { MARKET, type ProviderSubject } from './subject.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const range = (from: string, to: string): DayRange => ({ from: parseDay(from), to: parseDay(to) });

/** What a provider's answers of a sound market have to be. */
export function describeAnswers(subject: ProviderSubject): void {
  const { open, intervals, precision, isList = false, isMarket = false } = subject;
  const ask = async (ticker: string, interval: Interval, asked: DayRange, now = NOW) => {
    const { provider } = await open(now);
    return provider.fetchBars({ series: { ticker, interval }, range: asked, now });
  };

  it('spells every ticker in a way that leads back to it', async () => {
    const { provider } = await open(NOW);
    const odd = ['BRK-B', '^GSPC', 'EURUSD=X', '7203.T', 'BTC-USD', 'ES=F', 'A&B'];
    for (const ticker of [...MARKET.tickers(), ...odd])
      expect(provider.tickerOf(provider.symbolOf(ticker))).toBe(ticker);
  });

  it('describes itself as it was declared', async () => {
    const { provider } = await open(NOW);
    for (const interval of intervals) expect(provider.capabilities.intervals[interval]).toBeDefined();
    expect(provider.capabilities.metered).toBe((await open(NOW)).requests !== undefined);
    expect((provider.capabilities.intervals['1d']?.mostSeries ?? 1) > 1).toBe(isList);
    expect(provider.capabilities.intervals['1d']?.market !== undefined).toBe(isMarket);
  });

  describe.each(intervals)('%s', (interval) => {
    const asked = range('2026-11-09', '2026-11-14');

    it('gives what was traded, as it was traded, ascending, each bar once', async () => {
      const { bars, proven, wireBasis } = await ask('ALFA', interval, asked);
      const truth = MARKET.rows('ALFA', interval, asked).filter(isComplete);
      const calendar = calendarFor('ALFA');
      const sessionOf = (ts: number): number => (interval === '1d' ? utcDayOf(ts) : calendar.localDay(ts));
      const wanted = [...bars.ts].filter((ts) => asked.from <= sessionOf(ts) && sessionOf(ts) < asked.to);
      expect(wanted).toEqual(truth.map(({ ts }) => ts));
      expect([...bars.ts]).toEqual([...new Set(bars.ts)].toSorted((a, b) => a - b));
      const first = bars.ts.indexOf(truth[0]?.ts ?? 0);
      for (const [i, row] of truth.entries())
        for (const column of ['open', 'high', 'low', 'close'] as const)
          expect(Math.abs((bars[column][first + i] ?? 0) / row[column] - 1)).toBeLessThanOrEqual(precision);
      expect(proven).toEqual(asked);
      expect(['raw', 'split-adjusted']).toContain(wireBasis);
    });

    it('answers for as long a span, and as far back, as it is declared to reach', async () => {
      const { provider } = await open(NOW);
      const { maxSpanDays, lookBackDays } = provider.capabilities.intervals[interval] ?? {};
      const first = utcDayOf(NOW) + 1 - (lookBackDays ?? 40);
      const oldest = { from: first, to: first + (maxSpanDays ?? 30) };
      const { bars } = await provider.fetchBars({
        series: { ticker: 'ALFA', interval },
        range: oldest,
        now: NOW,
      });
      const sessions = calendarFor('ALFA').sessions({ ...oldest, to: Math.min(oldest.to, utcDayOf(NOW)) });
      expect(bars.length).toBeGreaterThanOrEqual(sessions.length);
    });
  });

  it('speaks of nothing beyond what was asked, and of no session that is not over', async () => {
    const asked = range('2026-11-16', '2026-12-01');
    for (const at of ['2026-11-20T12:00:00Z', '2026-11-20T17:00:00Z', '2026-11-20T22:00:00Z']) {
      const over = partOver(asked, calendarFor('ALFA'), Date.parse(at));
      const { proven } = await ask('ALFA', '1d', asked, Date.parse(at));
      expect(proven.from).toBe(asked.from);
      expect(proven.to).toBeLessThanOrEqual(over.to);
      expect(proven.to).toBeGreaterThanOrEqual(parseDay('2026-11-20'));
    }
  });

  it('tells the splits and dividends of the range, as they were declared, and none of the future', async () => {
    const asked = range('2020-01-02', '2021-01-02');
    const { actions } = await ask('ALFA', '1d', asked);
    const told = actions.filter(({ exDay }) => asked.from < exDay && exDay < asked.to);
    const truth = MARKET.actions('ALFA').filter(({ exDay }) => asked.from < exDay && exDay < asked.to);
    expect(truth.length).toBeGreaterThan(0);
    expect(told.map(({ kind, exDay }) => [kind, exDay])).toEqual(
      truth.map(({ kind, exDay }) => [kind, exDay]),
    );
    for (const [i, action] of truth.entries()) {
      const [is, was] = [told[i], action].map((one) =>
        one?.kind === 'split' ? one.ratio : (one?.amount ?? 0),
      );
      expect(Math.abs((is ?? 0) / (was ?? 1) - 1)).toBeLessThanOrEqual(precision * 10);
    }
    const { actions: before } = await ask(
      'QUIL',
      '1d',
      range('2026-11-09', '2026-11-14'),
      Date.parse('2026-11-15T12:00:00Z'),
    );
    expect(before.filter(({ exDay }) => exDay >= parseDay('2026-11-16'))).toEqual([]);
  });

  it('says the same when it is asked again', async () => {
    const { provider } = await open(NOW);
    const request = {
      series: { ticker: 'ALFA', interval: '1d' },
      range: range('2025-03-03', '2025-04-01'),
      now: NOW,
    } as const;
    expect(await provider.fetchBars(request)).toEqual(await provider.fetchBars(request));
  });

  it('does not know what there is not', async () => {
    await expect(ask('NOPE', '1d', range('2025-03-03', '2025-04-01'))).rejects.toMatchObject({
      code: 'unknown-ticker',
      retryable: false,
    });
  });

  if (!isList) return;
  it('answers for each of a list, and lets one fail alone', async () => {
    const { provider } = await open(NOW);
    const asked = { interval: '1d', range: range('2025-03-03', '2025-04-01'), now: NOW } as const;
    const parts = (await provider.fetchList?.({ ...asked, tickers: ['QUIL', 'NOPE', 'ALFA'] })) ?? [];
    expect(parts.map(({ ticker }) => ticker).toSorted()).toEqual(['ALFA', 'NOPE', 'QUIL']);
    for (const part of parts)
      if (part.ticker === 'NOPE') expect(part).toMatchObject({ error: { code: 'unknown-ticker' } });
      else expect(part).toEqual({ ticker: part.ticker, answer: await ask(part.ticker, '1d', asked.range) });
  });

  if (!isMarket) return;
  // A plain session, one with a split, one in which GLYF was halted, and a Saturday.
  it.each(['2025-03-03', '2020-08-31', '2020-03-18', '2025-03-01'])(
    'has of every ticker in a market what that answers alone, %s',
    async (date) => {
      const { provider } = await open(NOW);
      const session = parseDay(date);
      const market = await provider.fetchMarket?.({ interval: '1d', session, now: NOW });
      const parts = new Map(market?.parts.map((part) => [part.ticker, part]));
      expect(market?.asOf).toBe(NOW);
      let bars = 0;
      for (const ticker of MARKET.tickers()) {
        const alone = await ask(ticker, '1d', { from: session, to: session + 1 });
        const part = parts.get(ticker);
        bars += alone.bars.length;
        const quiet = MARKET.quiet(ticker).some(({ from, to }) => from <= session && session < to);
        if (part === undefined) expect([alone.bars.length, quiet], ticker).toEqual([0, false]);
        // Of a series without a row a server of lists says nothing at all.
        else if (quiet)
          expect(part, ticker).toMatchObject({
            answer: { bars: { length: 0 }, explained: [{ from: session, to: session + 1 }] },
          });
        else {
          const actions = alone.actions.filter(({ exDay }) => exDay === session);
          expect(part, ticker).toEqual({ ticker, answer: { ...alone, actions } });
        }
      }
      expect(bars).toBeGreaterThan(0);
      expect(parts.has('NOPE')).toBe(false);
    },
  );
}
