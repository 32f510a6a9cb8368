import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { resolveUniverse, type UniverseSources } from '../../../src/backfill/want/universe.ts';
import { sampleCapabilities } from '../../../src/providers/sample/capabilities.ts';
import { yahooCapabilities } from '../../../src/providers/yahoo/capabilities.ts';
import { openStore } from '../../../src/store/open.ts';

let folder = '';
const listTickers = () => Promise.resolve(['ZZZ', 'AAA']);
const yahoo = () => ({
  ...{ store: openStore(folder), capabilities: yahooCapabilities, listTickers },
  today: parseDay('2026-11-20'),
});
const sample = () => ({ ...yahoo(), capabilities: sampleCapabilities });

async function tickersOf(spec: string | string[] | undefined, sources: UniverseSources) {
  return (await resolveUniverse(spec, sources)).tickers;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-universe-'));
  await mkdir(join(folder, 'universes'));
  await writeFile(join(folder, 'universes/sp500.json'), '["AAPL", "BRK.B"]');
  await writeFile(join(folder, 'list.txt'), '# mine\nAAPL, MSFT\n\nbrk.b # a share class\nAAPL\n');
  await writeFile(join(folder, 'empty.txt'), '# nothing\n');
});
afterAll(() => rm(folder, { recursive: true }));

describe('the tickers a user means', () => {
  it('may be a list, in the canonical spelling and without repetitions', async () => {
    expect(await tickersOf('aapl, BRK.B,AAPL air.pa', yahoo())).toEqual(['AAPL', 'BRK-B', 'AIR.PA']);
    expect(await tickersOf(['msft', 'MSFT'], yahoo())).toEqual(['MSFT']);
    expect(await tickersOf('t', yahoo())).toEqual(['T']);
  });

  it('may be a file, with comments', async () => {
    expect(await tickersOf(`@${folder}/list.txt`, yahoo())).toEqual(['AAPL', 'MSFT', 'BRK-B']);
  });

  it('may be a universe of the store', async () => {
    expect(await tickersOf('sp500', yahoo())).toEqual(['AAPL', 'BRK-B']);
  });

  it('may be several of these, added up', async () => {
    await writeFile(join(folder, 'my list, old.txt'), 'IBM');
    expect(await tickersOf(`T,@${folder}/list.txt,sp500,KO`, yahoo())).toEqual([
      ...['T', 'AAPL', 'MSFT', 'BRK-B', 'KO'],
    ]);
    expect(await tickersOf(`@${folder}/my list, old.txt`, yahoo())).toEqual(['IBM']);
    expect(await tickersOf('portfolio,zzzz', yahoo())).toHaveLength(41);
  });

  it('may be tickers and files in an array, whatever the files are called', async () => {
    await writeFile(join(folder, 'my list, new.txt'), 'KO AAPL');
    expect(await tickersOf(['T', `@${folder}/my list, new.txt`, `@${folder}/li?t.txt`], yahoo())).toEqual([
      ...['T', 'KO', 'AAPL', 'MSFT', 'BRK-B'],
    ]);
    const { origins } = await resolveUniverse(['T', `@${folder}/li?t.txt`, 'KO'], yahoo());
    expect(origins).toEqual([
      { from: 'named', name: '', tickers: 2 },
      { from: 'file', name: `${folder}/li?t.txt`, tickers: 3 },
    ]);
    await expect(tickersOf(['@nowhere.txt'], yahoo())).rejects.toThrow(
      /^nowhere\.txt: cannot be read: there is/,
    );
    await expect(tickersOf(['@no*.txt'], yahoo())).rejects.toThrow(/^no\*\.txt: no file matches$/);
  });

  it('may be a universe that is known already, with the lives of its members', async () => {
    const lives = new Map([['BRK-B', [{ from: 10, to: 20 }]]]);
    const known = await resolveUniverse({ tickers: ['brk.b', 'T', 'BRK-B'], lives }, yahoo());
    expect(known).toEqual({ tickers: ['BRK-B', 'T'], lives, origins: [] });
  });

  it('are the portfolio of 40 if none are named, or all of a provider that can list them', async () => {
    expect(await tickersOf(undefined, yahoo())).toHaveLength(40);
    expect(await tickersOf(undefined, sample())).toEqual(['ZZZ', 'AAA']);
    expect(await tickersOf('all', sample())).toEqual(['ZZZ', 'AAA']);
  });

  it.each([
    ['all', 'tickers all: provider "yahoo" does not list its tickers'],
    ['aapl,all', 'tickers all stands alone; for the ticker write ALL'],
    ['portfolo', /no universe of that name; .*; did you mean portfolio\?$/],
    ['nasdaq100', 'tickers nasdaq100: there is no universe of that name'],
    ['@no-such-file', 'tickers @no-such-file: cannot be read: there is no such file'],
    [',', 'tickers is empty'],
    ['../../etc/passwd', '../../etc/passwd'],
  ])('that are none say why: %s', async (spec, message) => {
    await expect(tickersOf(spec, yahoo())).rejects.toThrow(message);
  });

  it('in a file without a ticker say so', async () => {
    await expect(tickersOf(`@${folder}/empty.txt`, yahoo())).rejects.toThrow(
      'there is no ticker in the file',
    );
  });
});

it('the tickers of a universe come with where they are from', async () => {
  const path = `${folder}/list.txt`;
  const { origins } = await resolveUniverse(`AAPL,MSFT,sp500,@${path},t`, yahoo());
  expect(origins).toEqual([
    { from: 'named', name: '', tickers: 3 },
    { from: 'universe', name: 'sp500', tickers: 2 },
    { from: 'file', name: path, tickers: 3 },
  ]);
  expect((await resolveUniverse(undefined, sample())).origins).toEqual([
    { from: 'provider', name: 'sample', tickers: 2 },
  ]);
  expect((await resolveUniverse('portfolio', yahoo())).origins).toEqual([
    { from: 'portfolio', name: 'portfolio', tickers: 40 },
  ]);
  expect((await resolveUniverse(['AAPL'], yahoo())).origins).toEqual([
    { from: 'named', name: '', tickers: 1 },
  ]);
});
