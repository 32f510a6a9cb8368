import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectFiles } from '../../src/library/inspect.ts';
import { folderOf } from '../market/csv/folders.ts';
import { daily, dailyOf, inspected, NOW } from './inspected.ts';

const byPath = (files: readonly { readonly path: string; readonly refused: readonly string[] }[]) =>
  Object.fromEntries(files.map(({ path, refused }) => [path, refused]));

describe('an inspection refuses what a run does', () => {
  it('of tickers whose bars are the very same ones', async () => {
    const files = {
      'AAPL.csv': daily(),
      'MSFT.csv': daily(),
      'KO.csv': dailyOf(1),
      'KO (1).csv': dailyOf(1),
    };
    const { files: seen, stored } = await inspected(files);
    const way = 'a run keeps none of them; if they are one instrument, leave one name of it';
    expect(byPath(seen)).toEqual({
      'AAPL.csv': [`its bars of AAPL 1d are the very same as those of MSFT: ${way}`],
      'KO (1).csv': [],
      'KO.csv': [],
      'MSFT.csv': [`its bars of MSFT 1d are the very same as those of AAPL: ${way}`],
    });
    expect(stored).toEqual({ series: 1, bars: 5 });
  });

  it('of many such tickers by the names of a few', async () => {
    const files = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`T${i}.csv`, daily()]));
    const { files: seen, stored } = await inspected(files);
    expect(seen[0]?.refused[0]).toContain('those of T1, T2, T3 and 2 more:');
    expect(stored).toEqual({ series: 0, bars: 0 });
  });

  it('and names a split that cannot be', async () => {
    const list = 'ticker,date,kind,value\nAAPL,2024-01-03,split,0:1\n';
    const { files } = await inspected({ 'AAPL.csv': daily(), 'actions.csv': list }, { basis: 'raw' });
    expect(files[0]?.refused).toEqual([]);
    expect(files[0]?.notes.join()).toMatch(/split.*: not to be applied/);
  });

  it('and names what is wrong with each file of a ticker', async () => {
    const folder = folderOf({
      'KO.csv': dailyOf(1),
      'KO_2022.csv': 'a,b\n1,2\n',
      'KO_2023.csv': daily().replace('2024-01-03,10,11,9,10.1,100', '2024-01-03,10,11'),
    });
    const { files } = await inspectFiles({ path: folder }, () => NOW);
    const seen = byPath(files);
    expect(seen['KO_2022.csv']).toEqual([
      expect.stringMatching(/^line 1: the header names no column "date"/),
    ]);
    expect(seen['KO_2023.csv']).toEqual([expect.stringMatching(/^line 3: has 3 fields/)]);
    expect(seen['KO.csv']).toEqual([
      expect.stringContaining(`another file of its ticker is: ${join(folder, 'KO_2022.csv')}`),
    ]);
  });
});
