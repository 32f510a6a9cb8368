import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { DayRange } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import type { Market, MarketRow } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import type { SimulatorOptions } from '../../src/simulator/server.ts';
import { openStore } from '../../src/store/open.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { toolsInProcess } from './in-process.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

const sample = sampleMarket();
const LETTERS = 'A B C D E F G H I J'.split(' ');
const HUNDRED = LETTERS.flatMap((one) => LETTERS.map((other) => `Q${one}${other}`));
const POISON = 'QHB';
const OTHERS = HUNDRED.filter((ticker) => ticker !== POISON);

/** The rows of ALFA on a level of their own. */
function rowsOf(ticker: string, ...asked: [Interval, DayRange]): readonly MarketRow[] {
  const level = 1 + HUNDRED.indexOf(ticker) / 64;
  return sample.rows('ALFA', ...asked).map((row) => {
    const at = (price: number | null): number => (price ?? 0) * level;
    return { ...row, open: at(row.open), high: at(row.high), low: at(row.low), close: at(row.close) };
  });
}

/** All but one of a hundred tickers. */
const market: Market = {
  tickers: () => OTHERS,
  listing: (ticker) => {
    const listing = OTHERS.includes(ticker) ? sample.listing('ALFA') : undefined;
    return listing && { ...listing, ticker };
  },
  intervals: () => sample.intervals('ALFA'),
  rows: (ticker, ...asked) => (OTHERS.includes(ticker) ? rowsOf(ticker, ...asked) : []),
  actions: () => [],
  quiet: () => [],
};

async function fill(options: Partial<SimulatorOptions>, days = 5) {
  const simulator = await start({ wire: 'sample', market, ...options });
  const provider = openSample({ id: 'sample', url: simulator.url }, OPEN_GATE);
  const tools = toolsInProcess(provider, openStore(folder.path), () => NOW);
  const before = simulator.requests();
  const summary = await backfill({ tickers: HUNDRED, days, intervals: ['1d'] }, tools);
  return { summary, requests: simulator.requests() - before, simulator };
}

describe('a list of a hundred tickers of which the provider does not know one', () => {
  it('costs that one and two requests where the refusal names it', async () => {
    const { summary, requests } = await fill({});
    expect(summary.failures).toMatchObject([{ ticker: POISON, code: 'unknown-ticker' }]);
    expect(summary).toMatchObject({ fetched: 99, failed: 0, unavailable: 1, bars: 99 * 5 });
    expect(requests).toBe(2);
  });

  it('costs that one and the halvings of a hundred where it does not, over one page or over three', async () => {
    const { summary, requests } = await fill({ unknown: 'unnamed' });
    expect(summary.failures).toMatchObject([{ ticker: POISON, code: 'unknown-ticker' }]);
    expect(summary).toMatchObject({ fetched: 99, failed: 0, unavailable: 1, bars: 99 * 5 });
    expect(requests).toBeLessThanOrEqual(1 + 7 + 2);
    await folder.remove();
    folder = await temporaryFolder();
    const year = await fill({ unknown: 'unnamed' }, 252);
    expect(year.summary).toMatchObject({ fetched: 99, failed: 0, unavailable: 1, bars: 99 * 252 });
    expect(year.requests).toBeLessThanOrEqual(3 + 7 + 2);
  });

  it('doubts its absence from every page, and asks for it alone', async () => {
    const { summary, simulator } = await fill({ unknown: 'absent' });
    expect(summary).toMatchObject({ bars: 99 * 5 });
    const asked = simulator.entries.map(({ symbol }) => symbol?.split(',').length);
    expect(asked).toEqual([100, 1, 1]);
  });

  it('is filled over pages as over one', async () => {
    const { summary, requests } = await fill({}, 252);
    expect(summary).toMatchObject({ fetched: 99, failed: 0, unavailable: 1, bars: 99 * 252 });
    // The refusal, then three pages.
    expect(requests).toBe(4);
  });
});
