import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTickersFiles } from '../../../src/backfill/want/universe-file.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import type { Member } from '../../../src/core/universe/member.ts';
import { readTextFile } from '../../../src/market/text-file.ts';
import { REAL_DATA, describeWith } from '../../needs.ts';
import { realData } from '../../realdata.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-universe-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(name: string, text: string): Promise<readonly Member[]> {
  const path = join(folder, name);
  await writeFile(path, text);
  return readTickersFiles(path);
}

const tickersOf = (members: readonly Member[]): string[] => members.map(({ ticker }) => ticker);

describe('a file of tickers', () => {
  it('may be a table, whatever its columns are called', async () => {
    const members = await read(
      'a.csv',
      'Symbol,Name,assetType,ipoDate,delistingDate\nBRK.B,"Berkshire, Inc.",Stock,1996-05-09,null\nTARN,Tarn,ETF,2010-01-04,2023-06-29\n',
    );
    expect(members).toMatchObject([
      {
        ticker: 'BRK-B',
        name: 'Berkshire, Inc.',
        type: 'equity',
        listed: parseDay('1996-05-09'),
        delisted: null,
      },
      { ticker: 'TARN', type: 'etf', delisted: parseDay('2023-06-29') },
    ]);
    expect(tickersOf(await read('one.csv', 'ticker\nAAPL\nZTS\n'))).toEqual(['AAPL', 'ZTS']);
    expect(tickersOf(await read('b.tsv', 'ticker\tname\nAAPL\tApple\n'))).toEqual(['AAPL']);
  });

  it('may be a list that is called a table', async () => {
    expect(tickersOf(await read('list.csv', 'AAPL\nMSFT\n'))).toEqual(['AAPL', 'MSFT']);
    expect(tickersOf(await read('line.csv', 'AAPL,MSFT\n'))).toEqual(['AAPL', 'MSFT']);
  });

  it('may be JSON, by its name or its first sign', async () => {
    expect(tickersOf(await read('a.json', '["AAPL"]'))).toEqual(['AAPL']);
    expect(tickersOf(await read('piped', ' {"members": [{"ticker": "AAPL"}]}'))).toEqual(['AAPL']);
  });

  it('may be many, by a pattern that no file has for its name', async () => {
    await read('p1.json', '["MSFT"]');
    await read('p2.csv', 'ticker\nAAPL\nMSFT\n');
    expect(tickersOf(await readTickersFiles(join(folder, 'p?.*')))).toEqual(['MSFT', 'AAPL', 'MSFT']);
    await read('p[1].json', '["IBM"]');
    expect(tickersOf(await readTickersFiles(join(folder, 'p[1].json')))).toEqual(['IBM']);
    await writeFile(join(folder, 'p3.txt'), '# nothing\n');
    await expect(readTickersFiles(join(folder, 'p?.*'))).rejects.toThrow('p3.txt: there is no ticker');
    await expect(readTickersFiles('no-*.txt')).rejects.toThrow('tickers @no-*.txt: no file matches');
  });

  it.each([
    ['c.csv', 'date,add,remove\n2019-01-18,TFX,PCG\n', /none of its columns \(date, add, remove\) is ticker/],
    ['d.csv', 'ticker,listed\nAAPL,12.12.1980\n', /d\.csv, line 2: its listed "12\.12\.1980" is not a date/],
    ['e.csv', '# mine\nticker,listed\nAAPL,1980-12-12\nA$B,\n', /e\.csv, line 4: "A\$B" is not a ticker/],
    ['f.csv', 'ticker,name\n', /f\.csv: there is no ticker in the file/],
    ['g.csv', 'ticker,name\nAAPL,Apple,Inc\n', /g\.csv, line 2: has 3 fields, and the first line 2/],
    ['h.json', '["AAPL"', /h\.json is no universe, nor any JSON/],
    ['i.txt', '# nothing\n', /i\.txt: there is no ticker in the file/],
    ['j.txt', 'AAPL\nA$B\n', /j\.txt, line 2: "A\$B" is not a ticker/],
  ])('that is none says where and why: %s', async (name, text, message) => {
    await expect(read(name, text)).rejects.toThrow(message);
  });
});

describeWith(REAL_DATA)('the public files of the S&P 500', () => {
  const membership = (): Promise<readonly Member[]> =>
    readTickersFiles(realData('universe/sp500_ticker_start_end.csv'));

  it('are read as they are', async () => {
    const members = await readTickersFiles(realData('universe/sp500.csv'));
    expect(members).toHaveLength(503);
    expect(tickersOf(members)).toEqual(expect.arrayContaining(['MMM', 'BRK-B', 'BF-B']));
    expect(members.every(({ stay }) => stay === undefined)).toBe(true);
  });

  it('tell each stay of a ticker', async () => {
    const stays = (await membership()).filter(({ ticker }) => ticker === 'AAL');
    expect(stays.map(({ stay }) => [stay?.from, stay?.to].map((one) => formatDay(one ?? 0)))).toEqual([
      ['1996-01-02', '1997-01-15'],
      ['2015-03-23', '2024-09-23'],
    ]);
  });

  it('say with their changes that the day of a removal is the first without', async () => {
    const leaves = new Set(
      (await membership()).flatMap(({ ticker, stay }) =>
        Number.isFinite(stay?.to) ? [`${ticker} ${formatDay(stay?.to ?? 0)}`] : [],
      ),
    );
    const joins = new Set(
      (await membership()).map(({ ticker, stay }) => `${ticker} ${formatDay(stay?.from ?? 0)}`),
    );
    const changes = readTextFile(realData('universe/sp500_changes_since_2019.csv'), 'changes')
      .split('\n')
      .slice(1);
    const one = changes.flatMap((line) => {
      const [, date, add, remove] = /^(\S+?),"([A-Z]+)","([A-Z]+)"/.exec(line) ?? [];
      return date === undefined ? [] : [{ joined: `${add} ${date}`, left: `${remove} ${date}` }];
    });
    expect(one.length).toBeGreaterThan(20);
    const agreeing = one.filter(({ joined, left }) => joins.has(joined) && leaves.has(left));
    expect(agreeing.length / one.length).toBeGreaterThan(0.8);
  });
});
