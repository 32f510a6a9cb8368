import { afterEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import type { Market } from '../../../src/market/market.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { openProvider } from '../../../src/providers/registry.ts';
import { ALPACA_KEYS } from '../../../src/simulator/alpaca/index.ts';
import { NOW, start, stopAll } from '../../simulator/running.ts';

afterEach(stopAll);

/** Kinds of shares, as they are written here and there. */
const WRITTEN: readonly (readonly [ticker: string, symbol: string])[] = [
  ['BRK-B', 'BRK.B'],
  ['BAC-PL', 'BAC.PRL'],
  ['TYC-P', 'TYC.PR'],
  ['ACHR-WT', 'ACHR.WS'],
  ['TDW-WTA', 'TDW.WS.A'],
  ['AACT-UN', 'AACT.U'],
  ['CELG-RI', 'CELG.RT'],
];
const TICKERS = WRITTEN.map(([ticker]) => ticker);

/** Each of them has what one share of the sample market has. */
const sample = sampleMarket();
const shares = sample.tickers().filter((ticker) => sample.listing(ticker)?.delistedOn === null);
const american = shares.filter((ticker) => sample.listing(ticker)?.calendar === 'XNYS');
const sourceOf = (ticker: string): string => american[TICKERS.indexOf(ticker)] ?? 'NOPE';
const market: Market = {
  tickers: () => TICKERS,
  listing: (ticker) => {
    const listing = sample.listing(sourceOf(ticker));
    return listing && { ...listing, ticker };
  },
  intervals: (ticker) => sample.intervals(sourceOf(ticker)),
  rows: (ticker, interval, range) => sample.rows(sourceOf(ticker), interval, range),
  actions: (ticker) => sample.actions(sourceOf(ticker)),
  quiet: (ticker) => sample.quiet(sourceOf(ticker)),
};

describe('preferred shares, warrants, units and rights', () => {
  it('are asked for as Alpaca writes them, and each gets its own bars', async () => {
    const { url, entries } = await start({ wire: 'alpaca', market });
    const provider = await openProvider({ id: 'alpaca', url }, OPEN_GATE, ALPACA_KEYS);
    const range = { from: parseDay('2025-03-03'), to: parseDay('2025-03-15') };
    const asked = { tickers: TICKERS, interval: '1d', range, now: NOW } as const;
    const parts = (await provider.fetchList?.(asked)) ?? [];
    const closes = Object.fromEntries(
      parts.map((part) => [part.ticker, 'answer' in part ? [...part.answer.bars.close] : part.error]),
    );
    expect(closes).toEqual(
      Object.fromEntries(
        TICKERS.map((ticker) => [ticker, market.rows(ticker, '1d', range).map(({ close }) => close)]),
      ),
    );
    expect(new Set(Object.values(closes).map(String)).size).toBe(TICKERS.length);
    const symbols = entries.map(({ query }) => new URLSearchParams(query).get('symbols'));
    expect(new Set(symbols)).toEqual(new Set([WRITTEN.map(([, symbol]) => symbol).join(',')]));
    expect([...(await provider.listTickers())].toSorted()).toEqual(TICKERS.toSorted());
  });
});
