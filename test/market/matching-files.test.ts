import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPattern, matchingFiles } from '../../src/market/matching-files.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-patterns-'));
  for (const path of ['lists/old', 'lists/new', 'lists/c.json'])
    await mkdir(join(folder, path), { recursive: true });
  for (const path of [
    ...['b.json', 'a.json', 'a10.json', '.hidden.json', 'a.txt', 'a]b', 'x{1}(2)+.json', 'été.json'],
    ...['lists/old/a.csv', 'lists/new/a.csv', 'lists/new/b.csv'],
  ])
    await writeFile(join(folder, path), '');
});
afterAll(() => rm(folder, { recursive: true }));

describe('the files of a pattern', () => {
  it.each([
    ['*.json', ['a.json', 'a10.json', 'b.json', 'x{1}(2)+.json', 'été.json']],
    ['?.json', ['a.json', 'b.json']],
    ['?t?.json', ['été.json']],
    ['[a-c].json', ['a.json', 'b.json']],
    ['[!a].json', ['b.json']],
    ['[b-a].json', []],
    ['a[0-9]*.json', ['a10.json']],
    ['.*.json', ['.hidden.json']],
    ['a[]]b', ['a]b']],
    ['a[.json', []],
    ['x{1}(2)+.*', ['x{1}(2)+.json']],
    // A folder is no file, though its name matches.
    ['lists/*.json', []],
    ['lists/*/a.csv', ['lists/new/a.csv', 'lists/old/a.csv']],
    ['l*/n*/*', ['lists/new/a.csv', 'lists/new/b.csv']],
    ['nowhere/*.csv', []],
    ['a.json/*', []],
  ])('%s: by name, folder by folder', async (pattern, names) => {
    expect(await matchingFiles(`${folder}/${pattern}`)).toEqual(names.map((name) => join(folder, name)));
  });

  it('are told as the pattern was written, from where the program runs', async () => {
    expect(await matchingFiles('./src/mark?t/matching-*.ts')).toEqual(['./src/market/matching-files.ts']);
    expect(await matchingFiles('LICEN[SC]E')).toEqual(['LICENSE']);
  });

  it('is one by its wildcards', () => {
    expect(['a*', 'a?', '[a]'].map(isPattern)).toEqual([true, true, true]);
    expect(isPattern('my {list}, old.txt')).toBe(false);
  });
});
