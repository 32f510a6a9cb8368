import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finished } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

let folder = '';
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'backfill-passwords-'))));
afterAll(() => rm(folder, { recursive: true }));

const backfill = (...args: readonly string[]): Promise<Finished> => run('backfill', args, folder);

const SIGNS =
  /a \/ # \? or @ in a password is written %2F %23 %3F %40 there; or leave .* PGPASSWORD or ~\/\.pgpass/;
const NO_STORE = /is not a store; give the path/;
const POSTGRES = /is not a store; a PostgreSQL database is written postgres:\/\/USER@HOST:5432\/DATABASE/;
const KEYS = /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/;

it.each([
  ['postgres://me:pa/hidden@127.0.0.1:1/market', SIGNS],
  ['postgres://me:pa#hidden@127.0.0.1:1/market', SIGNS],
  ['postgres://me:pa?hidden@127.0.0.1:1/market', SIGNS],
  ['postgres://me:12/hidden@127.0.0.1:1/market', SIGNS],
  ['postgres://me:12#hidden@127.0.0.1:1/market', SIGNS],
  ['postgres://me:12/3?hidden@127.0.0.1:1/market', SIGNS],
  ['postgres://me:hidden/market', /has no number where its port stands; write postgres:/],
  ['postgres:me:hidden@host/db', POSTGRES],
  ['postgres//me:hidden@host/db', POSTGRES],
  ['host=db.example user=me password=hidden', POSTGRES],
  ['mysql://root:pw/hidden@host/x', NO_STORE],
  ['me:pa/hidden@host/x', NO_STORE],
  ['s3://AK:sec/hidden@lake/x?endpoint=http://127.0.0.1:1', KEYS],
  ['s3://AK:hidden', KEYS],
  ['s3://lake/x?endpoint=http://AK:sec/hidden@127.0.0.1:1', KEYS],
  ['s3://lake/x?endpoint=http%3A%2F%2FAK%3Asec%2Fhidden%40127.0.0.1', KEYS],
])('a store %s is refused, and shown without what is hidden', async (store, words) => {
  await writeFile(join(folder, '.env'), '');
  const all = [];
  for (const line of [
    ['check-data'],
    ['status'],
    ['ALFA', '--days', '2', '--provider', 'sample', '--state', 'state'],
  ])
    all.push(await backfill(...line, '--store', store));
  for (const { code, stdout, stderr } of all) {
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(words)]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('hidden');
  }
  await writeFile(join(folder, '.env'), `BACKFILL_STORE='${store}'\n`);
  for (const form of [[], ['--json']]) {
    const { stdout, stderr } = await backfill('config', ...form);
    expect(stdout).toMatch(/BACKFILL_STORE in \.env line 1/);
    expect(stdout + stderr).not.toContain('hidden');
  }
  expect(await readdir(folder)).toEqual(['.env']);
});

it.each([
  [
    'where tickers stand',
    ['postgres://me:pa/hidden@host/db', '--days', '2'],
    /^backfill: "postgres:\/\/me@host\/db" is not a ticker/,
  ],
  [
    'given twice',
    ['--store', 'postgres://me:pa/hidden@host/db', '--store', 'b'],
    /given 2 times \(postgres:\/\/me@host\/db, b\)/,
  ],
])('a store %s is shown without its password', async (_, line, words) => {
  await writeFile(join(folder, '.env'), '');
  const { code, stderr } = await backfill(...line);
  expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
  expect(stderr).not.toContain('hidden');
});
