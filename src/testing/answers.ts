import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { calendarFor } from '../core/calendar/calendars.ts';
import { type Day, type DayRange, parseDay, utcDayOf } from '../core/session/day.ts';
import type { Interval } from '../core/session/interval.ts';
import { contains } from '../core/session/ranges.ts';
import { isComplete } from '../market/market.ts';
import { partOver } from '../providers/part-over.ts';
import { provenDays } from '../providers/proven-days.ts';
import { servesClassOf, servesQuoteOf } from '../providers/serves.ts';
import {
  type CheckOf,
  NOW,
  apartIn,
  ask,
  atMost,
  failsWith,
  labelledRightly,
  range,
  tickerOf,
  skipped,
} from './check.ts';
import { MARKET, type ProviderSubject } from './subject.ts';

const ODD = ['BRK-B', '^GSPC', 'EURUSD=X', '7203.T', 'BTC-USD', 'ES=F', 'A&B'];

/** What a provider's answers of a sound market have to be. */
export const ANSWERS: readonly CheckOf[] = [
  {
    name: 'spells every ticker in a way that leads back to it',
    run: async ({ open }) => {
      const { provider } = await open(NOW);
      const { capabilities } = provider;
      const its = [...MARKET.tickers(), ...ODD].filter(
        (ticker) => servesClassOf(ticker, capabilities) && servesQuoteOf(ticker, capabilities),
      );
      ok(its.length > 0);
      for (const ticker of its) strictEqual(provider.tickerOf(provider.symbolOf(ticker)), ticker);
    },
  },
  {
    name: 'describes itself as it was declared',
    run: async ({ open, intervals, isList = false, isMarket = false, isApart = false }) => {
      const { provider, requests } = await open(NOW);
      const { capabilities } = provider;
      for (const interval of intervals) ok(capabilities.intervals[interval], interval);
      strictEqual(capabilities.metered, requests !== undefined);
      strictEqual((capabilities.intervals['1d']?.mostSeries ?? 1) > 1, isList);
      strictEqual(capabilities.intervals['1d']?.market !== undefined, isMarket);
      strictEqual(apartIn(capabilities).length > 0, isApart);
    },
  },
  {
    name: 'speaks of nothing beyond what was asked, and of no session that is not over',
    run: async (subject) => {
      const asked = range('2026-11-16', '2026-12-01');
      for (const at of ['2026-11-20T12:00:00Z', '2026-11-20T17:00:00Z', '2026-11-20T22:00:00Z']) {
        const ticker = tickerOf(subject);
        const over = partOver(asked, calendarFor(ticker), Date.parse(at));
        const { proven } = await ask(subject, ticker, '1d', asked, Date.parse(at));
        strictEqual(proven.from, asked.from);
        atMost(proven.to, over.to, 'the end of what is proven');
        atMost(parseDay('2026-11-20'), proven.to, 'what is over');
      }
    },
  },
  {
    name: 'tells the splits and dividends of the range as they were declared, or that it has none',
    run: splitsAndDividends,
  },
  {
    name: 'tells no split of the future',
    run: async (subject) => {
      if (!(await subject.open(NOW)).provider.capabilities.actions) skipped('what it has is never split');
      const monday = Date.parse('2026-11-15T12:00:00Z');
      const { actions } = await ask(subject, 'QUIL', '1d', range('2026-11-09', '2026-11-14'), monday);
      deepStrictEqual(
        actions.filter(({ exDay }) => exDay >= parseDay('2026-11-16')),
        [],
      );
    },
  },
  {
    name: 'says the same when it is asked again',
    run: async ({ open, ...subject }) => {
      const { provider } = await open(NOW);
      const request = {
        series: { ticker: tickerOf(subject), interval: '1d' },
        range: range('2025-03-03', '2025-04-01'),
        now: NOW,
      } as const;
      deepStrictEqual(await provider.fetchBars(request), await provider.fetchBars(request));
    },
  },
  {
    name: 'does not know what there is not',
    run: async (subject) => {
      const asking = ask(subject, 'NOPE', '1d', range('2025-03-03', '2025-04-01'));
      if (subject.isUnknownEmpty === true) strictEqual((await asking).bars.length, 0);
      else await failsWith(asking, { code: 'unknown-ticker', retryable: false });
    },
  },
];

/** The same of one interval. */
export function answersOf(interval: Interval): readonly CheckOf[] {
  return [
    {
      name: `${interval}: gives what was traded, as it was traded, ascending, each bar once`,
      run: (subject) => asTraded(subject, tickerOf(subject), interval, range('2026-11-09', '2026-11-14')),
    },
    {
      name: `${interval}: answers for as long a span, and as far back, as it is declared to reach, and proves no day without its bars`,
      run: async ({ open, ...subject }) => {
        const { provider } = await open(NOW);
        const ticker = tickerOf(subject);
        const { maxSpanDays, lookBackDays } = provider.capabilities.intervals[interval] ?? {};
        const first = utcDayOf(NOW) + 1 - (lookBackDays ?? 40);
        const oldest = { from: first, to: first + (maxSpanDays ?? 30) };
        const series = { ticker, interval };
        const answer = await provider.fetchBars({ series, range: oldest, now: NOW });
        const { bars } = answer;
        const until = { ...oldest, to: Math.min(oldest.to, utcDayOf(NOW)) };
        atMost(calendarFor(ticker).sessions(until).length, bars.length, 'the number of sessions');
        const sessionOf = sessionsOf(ticker, interval);
        for (const days of provenDays(answer))
          deepStrictEqual(
            [...bars.ts].filter((ts) => contains([days], sessionOf(ts))),
            MARKET.rows(ticker, interval, days).map(({ ts }) => ts),
          );
      },
    },
  ];
}

function sessionsOf(ticker: string, interval: Interval): (ts: number) => Day {
  const calendar = calendarFor(ticker);
  return (ts) => (interval === '1d' ? utcDayOf(ts) : calendar.localDay(ts));
}

/** Whether a provider's bars of some sessions are those that were traded. */
export async function asTraded(
  subject: ProviderSubject,
  ticker: string,
  interval: Interval,
  asked: DayRange,
  now = NOW,
): Promise<void> {
  const { provider } = await subject.open(now);
  const answer = await provider.fetchBars({ series: { ticker, interval }, range: asked, now });
  labelledRightly(provider.capabilities, answer);
  const { bars, proven, wireBasis } = answer;
  const truth = MARKET.rows(ticker, interval, asked).filter(isComplete);
  const sessionOf = sessionsOf(ticker, interval);
  const wanted = [...bars.ts].filter((ts) => asked.from <= sessionOf(ts) && sessionOf(ts) < asked.to);
  deepStrictEqual(
    wanted,
    truth.map(({ ts }) => ts),
  );
  deepStrictEqual(
    [...bars.ts],
    [...new Set(bars.ts)].toSorted((a, b) => a - b),
  );
  const first = bars.ts.indexOf(truth[0]?.ts ?? 0);
  for (const [i, row] of truth.entries())
    for (const column of ['open', 'high', 'low', 'close'] as const)
      atMost(
        Math.abs((bars[column][first + i] ?? 0) / row[column] - 1),
        subject.precision,
        `an error of ${column}`,
      );
  deepStrictEqual(proven, asked);
  ok(['raw', 'split-adjusted'].includes(wireBasis), wireBasis);
}

async function splitsAndDividends(subject: ProviderSubject): Promise<void> {
  const asked = range('2020-01-02', '2021-01-02');
  const within = ({ exDay }: { readonly exDay: number }): boolean => asked.from < exDay && exDay < asked.to;
  const { provider } = await subject.open(NOW);
  const ticker = tickerOf(subject);
  const { actions } = await ask(subject, ticker, '1d', asked);
  const told = actions.filter(within);
  const truth = provider.capabilities.actions ? MARKET.actions(ticker).filter(within) : [];
  strictEqual(truth.length > 0, provider.capabilities.actions);
  deepStrictEqual(
    told.map(({ kind, exDay }) => [kind, exDay]),
    truth.map(({ kind, exDay }) => [kind, exDay]),
  );
  const valueOf = (one: (typeof truth)[number] | undefined): number =>
    one?.kind === 'split' ? one.ratio : (one?.amount ?? 0);
  for (const [i, action] of truth.entries())
    atMost(
      Math.abs(valueOf(told[i]) / valueOf(action) - 1),
      subject.precision * 10,
      `an error of a ${action.kind}`,
    );
}
