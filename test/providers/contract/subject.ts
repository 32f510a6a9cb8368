import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { INTERVALS, type Interval } from '../../../src/core/session/interval.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import type { Provider, ProviderConfig } from '../../../src/providers/provider.ts';
import { openProvider } from '../../../src/providers/registry.ts';
import type { SimulatorOptions } from '../../../src/simulator/server.ts';
import { csvOf } from '../../readme/market.ts';
import { start } from '../../simulator/running.ts';

/** What every provider of these tests serves. */
export const MARKET = sampleMarket();

/** A provider of the sample market as it is at some moment. */
export interface ProviderUnderTest {
  readonly provider: Provider;
  /** Requests that its server saw; undefined where there is none. */
  readonly requests?: () => number;
}

export interface ProviderSubject {
  readonly open: (now: number, gate?: Gate) => Promise<ProviderUnderTest>;
  /** Where it is asked over HTTP: opened at a URL, to hear whatever is said there. */
  readonly at?: (url: string, gate: Gate, timeoutMs: number) => Promise<Provider>;
  /** Of ALFA. */
  readonly intervals: readonly Interval[];
  /** Whether it takes several tickers in one request. Default false. */
  readonly isList?: boolean;
  /** Whether it gives all tickers of a session in one request. Default false. */
  readonly isMarket?: boolean;
  /** How far a price may be from what was traded, as a part of it. */
  readonly precision: number;
}

/** A provider that asks a server, by its id and the simulator's name of its wire. */
export function served(
  id: ProviderConfig['id'],
  wire: SimulatorOptions['wire'],
  precision: number,
  forms: Pick<ProviderSubject, 'isList' | 'isMarket'> = {},
): ProviderSubject {
  return {
    open: async (now, gate = OPEN_GATE) => {
      const simulator = await start({ wire, market: MARKET, now: () => now });
      const provider = await openProvider({ id, url: simulator.url }, gate);
      return { provider, requests: () => simulator.requests() };
    },
    at: (url, gate, timeoutMs) => openProvider({ id, url, timeoutMs }, gate),
    ...{ intervals: INTERVALS, precision, ...forms },
  };
}

/** The sample market in this process. */
export const inProcess: ProviderSubject = {
  open: async () => ({ provider: await openProvider({ id: 'sample' }) }),
  ...{ intervals: INTERVALS, precision: 0 },
};

const folders: string[] = [];

/** The sample market's daily bars of a few tickers as files. */
export const inFiles: ProviderSubject = {
  open: async (now) => {
    const folder = await mkdtemp(join(tmpdir(), 'provider-contract-'));
    folders.push(folder);
    const lines = ['ticker,date,kind,value'];
    for (const ticker of ['ALFA', 'QUIL']) {
      const until = { from: parseDay('2010-01-04'), to: Math.floor(now / 86_400_000) };
      await writeFile(join(folder, `${ticker}.csv`), csvOf(MARKET, ticker, until));
      for (const action of MARKET.actions(ticker)) {
        const value = action.kind === 'split' ? action.ratio : action.amount;
        lines.push(`${ticker},${formatDay(action.exDay)},${action.kind},${value}`);
      }
    }
    await writeFile(join(folder, 'actions.csv'), `${lines.join('\n')}\n`);
    return { provider: await openProvider({ id: 'csv', url: folder, basis: 'raw' }) };
  },
  ...{ intervals: ['1d'], precision: 0 },
};

export async function removeFiles(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
}
