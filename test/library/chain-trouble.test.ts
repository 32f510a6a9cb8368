import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { type Logged, start } from '../simulator/running.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';
import { NOW, chainStore, refusing } from './chain-store.ts';

const { optionsOf, question } = chainStore();

const FULL = sampleMarket();
const KNOWN = ['ALFA', 'BRIQ', 'CORV', 'NYXA'];
/** The first does not know the one, and has nothing of the other's exchange. */
const [UNKNOWN, PARIS] = ['DUNO', 'BRVO.PA'] as const;
const REQUEST = { tickers: [...KNOWN, UNKNOWN, PARIS], start: '2026-10-01', end: '2026-11-13' };
/** Sessions of New York in it, and of Paris. */
const [SESSIONS, OF_PARIS] = [32, 32];

type Hostile = Parameters<typeof start>[0];

function pair(first: Hostile = {}, second: Hostile = {}): Promise<[Logged, Logged]> {
  const market = lacking(FULL, new Set([UNKNOWN]));
  return Promise.all([
    start({ wire: 'polygon', market, now: () => NOW, ...first }),
    start({ wire: 'yahoo', market: FULL, now: () => NOW, ...second }),
  ]);
}

/** What the stored sessions of each ticker come from, by DuckDB. */
const stored = (): Promise<unknown[]> =>
  question(
    "SELECT ticker, string_agg(DISTINCT source, '+'), count(*)::INT, count(DISTINCT ts)::INT FROM bars GROUP BY 1 ORDER BY 1",
  );
const of = (source: string, tickers: readonly string[]): unknown[] =>
  tickers.map((ticker) => {
    const sessions = ticker === PARIS ? OF_PARIS : SESSIONS;
    return [ticker, source, sessions, sessions];
  });
const WHOLE = [...of('polygon', KNOWN), ...of('yahoo', [UNKNOWN, PARIS])].toSorted((a, b) =>
  String(a) < String(b) ? -1 : 1,
);

const symbolsOf = ({ entries }: Logged, from = 0): ReadonlySet<string | null> =>
  new Set(entries.slice(from).map(({ symbol }) => symbol));

describe('a chain in trouble', () => {
  it('whose first refuses the key leaves to it all that is its own, and is mended by the right key', async () => {
    const [first, second] = await pair();
    const wrong = openHistory(optionsOf(first, second, { secrets: { key: 'WRONG' } }));
    const summary = await wrong.backfill(REQUEST);
    await wrong.close();
    expect(summary).toMatchObject({
      series: 6,
      fetched: 1,
      complete: 0,
      failed: 0,
      notRun: 5,
      unavailable: 0,
    });
    expect(summary.stopped).toMatchObject({
      reason: 'refused',
      message: expect.stringMatching(/^polygon answered 401: /),
    });
    expect([exitCodeOf(summary), summary.absent]).toEqual([1, {}]);
    expect(symbolsOf(second)).toEqual(new Set([PARIS]));
    expect(await stored()).toEqual(of('yahoo', [PARIS]));
    const right = openHistory(optionsOf(first, second));
    const asked = second.entries.length;
    const mended = await right.backfill(REQUEST);
    expect(mended).toMatchObject({ series: 6, fetched: 5, complete: 1, failed: 0, notRun: 0, stopped: null });
    expect(exitCodeOf(mended)).toBe(0);
    expect(symbolsOf(second, asked)).toEqual(new Set([UNKNOWN]));
    expect(await stored()).toEqual(WHOLE);
    await right.close();
  });

  it('whose first goes down half way leaves the rest to it, and asks the second for what only that has', async () => {
    const all = tickersOf(24);
    const market = walkingMarket(all);
    const first = await start({ wire: 'polygon', market, now: () => NOW, latencyMs: 20 });
    const [, second] = await pair();
    const request = { tickers: [...all, PARIS], start: '2026-03-02', end: '2026-11-13' };
    const history = openHistory(optionsOf(first, second, { concurrency: 12 }));
    let closing: Promise<void> | undefined;
    const summary = await history.backfill({
      ...request,
      onEvent: (event) => {
        if (event.type === 'finished') closing ??= first.close();
      },
    });
    await closing;
    await history.close();
    expect(summary).toMatchObject({ series: 25, complete: 0, unavailable: 0, absent: {} });
    expect(summary.failed + summary.notRun).toBeGreaterThan(6);
    expect(summary.fetched + summary.failed + summary.notRun).toBe(25);
    expect(summary.byProvider?.map(({ provider, stopped }) => [provider, stopped?.reason])).toEqual([
      ['polygon', 'provider-down'],
      ['yahoo', undefined],
    ]);
    expect(exitCodeOf(summary)).toBe(1);
    expect(symbolsOf(second)).toEqual(new Set([PARIS]));
    const had = await question("SELECT DISTINCT ticker FROM bars WHERE source = 'polygon'");
    expect(had.length).toBeGreaterThan(0);
    const again = await start({ wire: 'polygon', market, now: () => NOW });
    const resumed = openHistory(optionsOf(again, second));
    const rest = await resumed.backfill(request);
    await resumed.close();
    expect(rest).toMatchObject({ failed: 0, notRun: 0, unavailable: 0, stopped: null });
    expect([exitCodeOf(rest), rest.fetched, rest.complete]).toEqual([0, 24 - had.length, had.length + 1]);
    expect(had.flat().filter((ticker) => symbolsOf(again).has(ticker as string))).toEqual([]);
    expect(
      await question('SELECT source, count(DISTINCT ticker)::INT FROM bars GROUP BY 1 ORDER BY 1'),
    ).toEqual([
      ['polygon', 24],
      ['yahoo', 1],
    ]);
  }, 60_000);

  it('whose first throttles a storm waits for it, and believes no unknown ticker in it', async () => {
    const [first, second] = await pair({ limits: '4/2s', limitRetryAfter: 'seconds' });
    const history = openHistory(optionsOf(first, second, { concurrency: 8 }));
    const summary = await history.backfill(REQUEST);
    await history.close();
    expect(summary.throttles).toBeGreaterThan(0);
    expect(summary).toMatchObject({
      series: 6,
      fetched: 5,
      failed: 1,
      notRun: 0,
      unavailable: 0,
      stopped: null,
    });
    expect(summary.failures.map(({ ticker, code }) => [ticker, code])).toEqual([[UNKNOWN, 'provider-fault']]);
    expect([exitCodeOf(summary), summary.absent]).toEqual([1, {}]);
    expect(summary.sent).toBe(first.entries.length + second.entries.length);
    expect(symbolsOf(second)).toEqual(new Set([PARIS]));
    const [calm] = await pair();
    const later = openHistory(optionsOf(calm, second));
    const rest = await later.backfill(REQUEST);
    await later.close();
    expect([exitCodeOf(rest), rest.fetched, rest.complete, symbolsOf(calm)]).toEqual([
      0,
      1,
      5,
      new Set([UNKNOWN]),
    ]);
    expect(await stored()).toEqual(WHOLE);
  }, 60_000);

  it('whose first has used up its day, by its own count, ends with a quota’s code', async () => {
    const [, second] = await pair();
    const first = await start({ wire: 'alphavantage', market: FULL, now: () => NOW, limits: '3/day' });
    const options = optionsOf(first, second);
    const history = openHistory({
      ...options,
      provider: [
        { id: 'alphavantage', url: first.url },
        { id: 'yahoo', url: second.url },
      ],
    });
    const summary = await history.backfill(REQUEST);
    expect(summary).toMatchObject({
      series: 6,
      complete: 0,
      failed: 0,
      stopped: { reason: 'quota-exhausted' },
    });
    expect(exitCodeOf(summary)).toBe(3);
    expect(summary.notRun).toBeGreaterThan(0);
    expect(summary.fetched + summary.notRun).toBe(6);
    expect(symbolsOf(second)).toEqual(new Set([PARIS]));
    expect(await stored()).toContainEqual([PARIS, 'yahoo', OF_PARIS, OF_PARIS]);
    await history.close();
  });

  it('whose second refuses the key keeps what the first gave, and is no success', async () => {
    const first = await start({ wire: 'polygon', market: lacking(FULL, new Set([UNKNOWN])), now: () => NOW });
    const second = await refusing(401);
    const history = openHistory({
      ...optionsOf(first, first),
      provider: [
        { id: 'polygon', url: first.url, settings: { tier: 'free' } },
        { id: 'sample', url: second.url },
      ],
    });
    const summary = await history.backfill(REQUEST);
    expect(summary).toMatchObject({ series: 6, fetched: 4, complete: 0, stopped: { reason: 'refused' } });
    expect([exitCodeOf(summary), summary.failed + summary.notRun]).toEqual([1, 2]);
    expect(await stored()).toEqual(of('polygon', KNOWN));
    const asked = first.entries.length;
    const again = await history.backfill(REQUEST);
    expect(again).toMatchObject({ series: 6, complete: 4, fetched: 0, stopped: { reason: 'refused' } });
    expect([exitCodeOf(again), first.entries.length]).toEqual([1, asked]);
    await history.close();
    await second.close();
  });

  it('whose second is open to nobody here leaves what only that has, which is no success', async () => {
    const first = await start({ wire: 'polygon', market: lacking(FULL, new Set([UNKNOWN])), now: () => NOW });
    const second = await refusing(451);
    const history = openHistory({
      ...optionsOf(first, first),
      provider: [
        { id: 'polygon', url: first.url, settings: { tier: 'free' } },
        { id: 'sample', url: second.url },
      ],
    });
    const summary = await history.backfill(REQUEST);
    expect(summary).toMatchObject({ series: 6, fetched: 4, complete: 0, unavailable: 0 });
    expect([exitCodeOf(summary), summary.failed + summary.notRun]).toEqual([1, 2]);
    // That the first does not know it was told by then, and is half of the truth.
    const again = await history.backfill({ ...REQUEST, tickers: [UNKNOWN] });
    expect(again).toMatchObject({ series: 1, fetched: 0, complete: 0, unavailable: 0, cannotBeHad: [] });
    expect([exitCodeOf(again), again.failed + again.notRun]).toEqual([1, 1]);
    await history.close();
    await second.close();
  });

  it('that is stopped before the second is asked has not run what the first does not know', async () => {
    const [first, second] = await pair({ latencyMs: 20 });
    const history = openHistory(optionsOf(first, second, { concurrency: 1 }));
    const stop = new AbortController();
    const tickers = [UNKNOWN, ...KNOWN];
    const summary = await history.backfill({
      ...{ ...REQUEST, tickers, stop: stop.signal },
      onEvent: (event) => {
        if (event.type === 'finished' && event.want.series.ticker === UNKNOWN) stop.abort();
      },
    });
    expect(summary).toMatchObject({ series: 5, failed: 0, unavailable: 0, complete: 0, cannotBeHad: [] });
    const had = summary.fetched;
    expect(await question('SELECT count(DISTINCT ticker)::INT FROM bars').catch(() => [[0]])).toEqual([
      [had],
    ]);
    expect([summary.stopped?.reason, summary.notRun, second.entries]).toEqual(['interrupted', 5 - had, []]);
    const asked = first.entries.length;
    const rest = await history.backfill({ ...REQUEST, tickers });
    expect([exitCodeOf(rest), rest.complete, rest.fetched]).toEqual([0, had, 5 - had]);
    expect([...symbolsOf(first, asked)].filter((symbol) => symbol === UNKNOWN)).toEqual([]);
    expect(symbolsOf(second)).toEqual(new Set([UNKNOWN]));
    await history.close();
  });

  it('is told of a key that the second lacks before anybody is asked', async () => {
    const [first, second] = await pair();
    const { secrets: _secrets, ...options } = optionsOf(first, second);
    const history = openHistory({
      ...options,
      provider: [
        { id: 'yahoo', url: second.url },
        { id: 'polygon', url: first.url, settings: { tier: 'free' } },
      ],
    });
    await expect(history.backfill(REQUEST)).rejects.toThrow(
      'provider "polygon" needs its key; set POLYGON_API_KEY, which .env may do',
    );
    expect([first.entries, second.entries]).toEqual([[], []]);
    await history.close();
  });
});
