import { join } from 'node:path';
import type { DayRange } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import type { History } from '../../../src/library/history.ts';
import { openHistory } from '../../../src/library/open-history.ts';
import type { Market, MarketRow } from '../../../src/market/market.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import { ALPACA_KEYS } from '../../../src/simulator/alpaca/index.ts';
import type { SimulatorOptions } from '../../../src/simulator/server.ts';
import { type Logged, start } from '../../simulator/running.ts';

/** A history of a market that the simulator serves at a moment. */
export async function historyOf(
  folder: string,
  market: Market,
  {
    now,
    wire = 'alpaca',
    ...options
  }: {
    readonly now: number;
    readonly wire?: SimulatorOptions['wire'];
    readonly faults?: string;
    readonly quotas?: readonly [];
  },
): Promise<{ readonly history: History; readonly simulator: Logged }> {
  const { faults, ...rest } = options;
  const simulator = await start({
    ...{ wire, market, now: () => now },
    ...(faults !== undefined && { faults: { rates: faults, seed: 1 } }),
  });
  const history = openHistory({
    store: join(folder, 'data'),
    provider: { id: 'alpaca', url: simulator.url },
    secrets: ALPACA_KEYS,
    stateFolder: join(folder, 'state'),
    clock: () => now,
    workers: 1,
    ...rest,
  });
  return { history, simulator };
}

const sample = sampleMarket();
const LETTERS = 'ABCDEFGHIJ'.split('');
export const THOUSAND = LETTERS.flatMap((a) => LETTERS.flatMap((b) => LETTERS.map((c) => `Q${a}${b}${c}`)));

/** The rows of ALFA on a level of their own. */
function rowsOf(ticker: string, ...asked: [Interval, DayRange]): readonly MarketRow[] {
  const level = 1 + THOUSAND.indexOf(ticker) / 1024;
  return sample.rows('ALFA', ...asked).map((row) => {
    const at = (price: number | null): number => (price ?? 0) * level;
    return { ...row, open: at(row.open), high: at(row.high), low: at(row.low), close: at(row.close) };
  });
}

/** A thousand shares, each like ALFA of the sample market, at another level. */
export const wide: Market = {
  tickers: () => THOUSAND,
  listing: (ticker) => {
    const listing = THOUSAND.includes(ticker) ? sample.listing('ALFA') : undefined;
    return listing && { ...listing, ticker };
  },
  intervals: () => sample.intervals('ALFA'),
  rows: rowsOf,
  actions: () => sample.actions('ALFA'),
  quiet: () => [],
};
