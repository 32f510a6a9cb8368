import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLogFile } from '../../src/library/log-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-log-'));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const open = (name: string, told: string[] = []) =>
  openLogFile(at(name), at('store'), (why) => void told.push(why));

describe('the file of a log', () => {
  it('is added to, and has each line as soon as it is written', async () => {
    await writeFile(at('log'), 'old\n');
    const log = await open('log');
    log.write('one\n');
    expect(await readFile(at('log'), 'utf8')).toBe('old\none\n');
    log.write('two é\n');
    expect(await readFile(at('log'), 'utf8')).toBe('old\none\ntwo é\n');
    expect(await log.close()).toBe(0);
  });

  it('begins a line of its own behind one that was cut', async () => {
    await writeFile(at('log'), '{"cut":');
    const log = await open('log');
    log.write('one\n');
    log.write('two\n');
    await log.close();
    expect(await readFile(at('log'), 'utf8')).toBe('{"cut":\none\ntwo\n');
  });

  it('that is full lacks lines, tells so once, and how many at the end', async () => {
    await symlink('/dev/full', at('log'));
    const told: string[] = [];
    const log = await open('log', told);
    for (const line of ['one\n', 'two\n', 'three\n']) log.write(line);
    expect(told).toEqual([`${at('log')} cannot be written: the disk is full`]);
    expect(await log.close()).toBe(3);
  });

  it.each([
    ['no/log', 'cannot be written: there is no such folder; make it first'],
    ['.', 'cannot be written: it is a folder, not a file'],
    ['store/log', 'lies in the store, where only the store writes; write it elsewhere'],
  ])('at %s is refused', async (name, why) => {
    await expect(open(name)).rejects.toMatchObject({ code: 'usage', message: `${at(name)} ${why}` });
  });
});
