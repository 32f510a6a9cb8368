import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prettyLine } from '../../src/monitor/log/pretty.ts';
import { run } from './one-process.ts';

// Names of files, and what is in them, come from anywhere: a terminal is to obey none of it.

const OBEYED = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;
const NAME = 'x\u202Efdp\u2066\u001B[31m';
const SHOWN = String.raw`x\u{202e}fdp\u{2066}\u{1b}[31m`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-safety-'));
  await mkdir(join(folder, 'csv'));
  await writeFile(join(folder, 'csv', `${NAME}.csv`), `date,open,high,low,close,\u009B${NAME}\n${NAME}\n`);
  await mkdir(join(folder, 'store', 'bars'), { recursive: true });
  await writeFile(join(folder, 'store', 'bars', NAME), 'x');
});
afterAll(() => rm(folder, { recursive: true }));

it.each([
  ['inspect', ['inspect', './csv']],
  ['doctor', ['doctor', '--store', 'store']],
  ['a message', ['inspect', `./${NAME}`]],
])('%s shows what would command a terminal escaped', async (_, line) => {
  const { stdout, stderr } = await run('backfill', line, folder);
  expect(stdout + stderr).toContain(SHOWN);
  expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(OBEYED);
});

it('so does a table of a query', async () => {
  const sql = "SELECT 'a' || chr(27) || '[31m' || chr(8238) AS said";
  const { stdout } = await run('backfill', ['query', sql, '--format', 'table', '--store', 'store'], folder);
  expect(stdout).toContain(String.raw`a\u{1b}[31m\u{202e}`);
});

it('and the log that is for people', () => {
  const line = prettyLine(JSON.stringify({ time: 0, level: 'info', event: 'backfill.x', error: NAME }));
  expect(line).toContain(String.raw`x\u202efdp\u2066\u001b[31m`);
});
