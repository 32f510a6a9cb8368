import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import { INTERVALS } from '../../src/core/session/interval.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { MARKET, type ProviderSubject } from '../../src/testing/subject.ts';
import { csvOf } from '../readme/market.ts';

/** The sample market in this process. */
export const inProcess: ProviderSubject = {
  open: async () => ({ provider: await openProvider({ id: 'sample' }) }),
  ...{ intervals: INTERVALS, precision: 0 },
};

/** The sample market's daily bars of a few tickers as files. */
export const inFiles: ProviderSubject = {
  open: async (now) => {
    const folder = await mkdtemp(join(tmpdir(), 'provider-contract-'));
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
    const provider = await openProvider({ id: 'csv', url: folder, settings: { basis: 'raw' } });
    return { provider, close: () => rm(folder, { recursive: true }) };
  },
  ...{ intervals: ['1d'], precision: 0 },
};
