import { deepStrictEqual, fail } from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BackfillError } from '../core/errors.ts';
import type { Bars } from '../core/bars/columns.ts';
import { contains } from '../core/session/ranges.ts';
import { type DayRange, startOfDay, utcDayOf } from '../core/session/day.ts';
import type { Listing, Market } from '../market/market.ts';
import { asTraded } from './answers.ts';
import { type CheckOf, NOW, ONE_TRY, ask, failsWith, range, tickerOf, weekOf, skipped } from './check.ts';
import { passedOn } from './passed-on.ts';
import { type Forbidden, MARKET, type ProviderSubject } from './subject.ts';

type At = Required<ProviderSubject>['at'];

/** Pieces of an answer that comes slowly, and the time between two, ms. */
const PIECES = 20;
const PIECE_MS = 10;

/** What a provider makes of days without bars, of an earlier name, and of a slow server. */
export function edgesOf(at: At): readonly CheckOf[] {
  return [
    {
      name: 'has no bar of before a listing, and every one since',
      run: async (subject) => {
        const { ticker, firstTrade } = listedLate(subject);
        const now = startOfDay(firstTrade + 12);
        await hasNone(subject, ticker, { from: firstTrade - 8, to: firstTrade - 2 }, now);
        await asTraded(subject, ticker, '1d', { from: firstTrade - 3, to: firstTrade + 8 }, now);
      },
    },
    {
      name: 'has no bar of a halt, and takes that for no fault',
      run: async (subject) => {
        const halted = alike(subject).find(({ ticker }) => MARKET.quiet(ticker).some(isHalt));
        const halt = MARKET.quiet(halted?.ticker ?? '').findLast(isHalt);
        if (halted === undefined || halt === undefined) skipped('what it has is never halted');
        await hasNone(subject, halted.ticker, halt, startOfDay(halt.to + 3));
      },
    },
    {
      name: 'gives what an instrument traded under an earlier ticker as that of the present one',
      run: async ({ open, ...subject }) => {
        const own = tickerOf(subject);
        const ticker = own.replace(/^[A-Z]+/, (word) => `${word.slice(0, -1)}X`);
        const asked = range('2026-11-09', '2026-11-14');
        const market = renamed(MARKET, own, ticker, asked.from + 2);
        const { provider } = await open(NOW, undefined, { market });
        const { bars } = await provider.fetchBars({
          series: { ticker, interval: '1d' },
          range: asked,
          now: NOW,
        });
        deepStrictEqual(
          daysIn(bars, asked),
          MARKET.rows(own, '1d', asked).map(({ ts }) => ts),
        );
      },
    },
    slowlyRead(at),
  ];
}

function slowlyRead(at: At): CheckOf {
  return {
    name: 'reads an answer that comes slowly as one that comes at once',
    run: async ({ open, ...subject }) => {
      const { provider, url = '' } = await open(NOW);
      const week = weekOf(subject);
      const whole = await provider.fetchBars(week);
      const server = createServer((request, response) => {
        void passedOn(url, request).then(async ({ status, type, body }) => {
          const size = Math.ceil(body.length / PIECES) || 1;
          response.writeHead(status, { 'content-type': type });
          for (let sent = 0; sent < body.length; sent += size) {
            response.write(body.subarray(sent, sent + size));
            await sleep(PIECE_MS);
          }
          response.end();
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        const { port } = server.address() as AddressInfo;
        const slow = await at(`http://127.0.0.1:${port}`, ONE_TRY, 20_000);
        deepStrictEqual(await slow.fetchBars(week), whole);
      } finally {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

/** What becomes of a request that the keys are not entitled to. */
export function forbiddenOf({ settings, secrets, ...request }: Forbidden): readonly CheckOf[] {
  return [
    {
      name: 'says that its keys are not entitled to what a server refuses them',
      run: async ({ open }) => {
        const access = { ...(settings && { settings }), ...(secrets && { secrets }) };
        const { provider } = await open(request.now, ONE_TRY, access);
        await failsWith(provider.fetchBars(request), { code: 'not-entitled', retryable: false });
      },
    },
  ];
}

function isHalt({ reason }: { readonly reason: string }): boolean {
  return reason === 'halted';
}

/** Instruments of the market that trade by the same calendar, in the same currency, as what is asked for. */
function alike(subject: Pick<ProviderSubject, 'ticker'>): readonly Listing[] {
  const own = MARKET.listing(tickerOf(subject));
  return MARKET.tickers().flatMap((ticker) => {
    const listing = MARKET.listing(ticker);
    const isAlike = listing?.calendar === own?.calendar && listing?.currency === own?.currency;
    return listing !== undefined && isAlike ? [listing] : [];
  });
}

/** The one that was listed last. */
function listedLate(subject: ProviderSubject): { readonly ticker: string; readonly firstTrade: number } {
  const [last] = alike(subject).toSorted((a, b) => (b.firstTrade ?? 0) - (a.firstTrade ?? 0));
  if (last === undefined || last.firstTrade === null) return fail('nothing was ever listed');
  return { ticker: last.ticker, firstTrade: last.firstTrade };
}

/** Whether a provider has no bar of some sessions; it may also say that it has no data. */
async function hasNone(
  subject: ProviderSubject,
  ticker: string,
  asked: DayRange,
  now: number,
): Promise<void> {
  try {
    const { bars } = await ask(subject, ticker, '1d', asked, now);
    deepStrictEqual(daysIn(bars, asked), []);
  } catch (error) {
    if (!(error instanceof BackfillError && error.code === 'no-data')) throw error;
  }
}

/** Stamps of the daily bars of some sessions: an answer may go beyond what was asked for. */
function daysIn({ ts: stamps }: Bars, asked: DayRange): number[] {
  return [...stamps].filter((ts) => contains([asked], utcDayOf(ts)));
}

/** A market in which an instrument has another ticker since some session. */
function renamed(market: Market, from: string, to: string, until: number): Market {
  const before = (ticker: string): string => (ticker === to ? from : ticker);
  return {
    tickers: () => market.tickers().map((ticker) => (ticker === from ? to : ticker)),
    listing: (ticker) => {
      const listing = ticker === from ? undefined : market.listing(before(ticker));
      return ticker === to && listing ? { ...listing, ticker, formerly: { ticker: from, until } } : listing;
    },
    intervals: (ticker) => market.intervals(before(ticker)),
    rows: (ticker, interval, days) => market.rows(before(ticker), interval, days),
    actions: (ticker) => market.actions(before(ticker)),
    quiet: (ticker) => market.quiet(before(ticker)),
  };
}
