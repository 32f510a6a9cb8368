import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, ended, run, start } from '../acceptance/programs.ts';

const SAMPLE = ['--provider', 'sample', '--now', '2026-03-02T23:00:00Z'];
const BARS = 'data/bars/interval=1d/ticker=ALFA/period=all/bars.parquet';

let whole = '';
let folder = '';
beforeAll(async () => {
  whole = await mkdtemp(join(tmpdir(), 'backfill-fifo-'));
  const filled = await run('backfill', ['ALFA', ...SAMPLE, '--days', '5', '--store', 'data'], whole);
  expect(filled.code).toBe(0);
});
afterAll(() => rm(whole, { recursive: true }));

beforeEach(async () => {
  folder = join(whole, 'now');
  await rm(folder, { recursive: true, force: true });
  await cp(join(whole, 'data'), join(folder, 'data'), { recursive: true });
});

/** A named pipe that nobody ever writes to, in place of whatever is there. */
async function pipe(path: string): Promise<void> {
  await rm(join(folder, path), { recursive: true, force: true });
  await mkdir(dirname(join(folder, path)), { recursive: true });
  expect(spawnSync('mkfifo', [join(folder, path)]).status).toBe(0);
}

/** Runs the program; one that waits for ever is ended, and has no code. */
async function told(...args: string[]): Promise<Finished> {
  const child = start('backfill', args, folder);
  const limit = setTimeout(() => child.kill('SIGKILL'), 15_000);
  const finished = await ended(child);
  clearTimeout(limit);
  return finished;
}

describe('a named pipe where a file should be is waited for by nobody', () => {
  const url = (folderOfFiles: string): string[] => [
    ...['--provider', 'csv', '--provider-url', `csv=${folderOfFiles}`, '--basis', 'raw'],
  ];
  const NO_FILE = 'it is a named pipe, not a file';

  it.each<[string, string[], string]>([
    ['list.txt', ['-t', '@list.txt', ...SAMPLE], `--tickers @list.txt: cannot be read: ${NO_FILE}`],
    ['.env', ['check-data'], `.env: cannot be read: ${NO_FILE}`],
    ['backfill.config.json', ['check-data'], `backfill.config.json: cannot be read: ${NO_FILE}`],
    ['data/universes/mine.json', ['check-data', 'mine'], 'universes/mine.json is no universe'],
    ['night.plan', ['--plan', 'night.plan', ...SAMPLE], `the plan night.plan: cannot be read: ${NO_FILE}`],
    ['data/.lock', ['ALFA', ...SAMPLE], 'data/.lock: it is a pipe or device)'],
    [
      'data/renames.json',
      ['rename', 'ALFA', 'ZULU', '--on', '2026-03-01'],
      'data/renames.json: it is a pipe or device)',
    ],
    ['map.csv', ['rename', '--map-file', 'map.csv'], `map.csv: cannot be read: ${NO_FILE}`],
    ['my-csv/actions.csv', ['AAPL', ...url('my-csv')], NO_FILE],
    ['my.csv', url('my.csv'), '"my.csv" cannot be read: it is a named pipe, and neither a folder nor a file'],
    ['log', ['simulate', '--from', 'sample', '--log', 'log'], '--log log: cannot be written (ENXIO)'],
    [
      'state/quota/yahoo-anonymous-port-1.json.lock',
      ['ALFA', '--provider-url', 'yahoo=http://127.0.0.1:1', '--state', 'state', '--days', '6'],
      'is no file; remove it',
    ],
  ])('%s', async (path, args, message) => {
    await mkdir(join(folder, 'my-csv'));
    await writeFile(join(folder, 'my-csv', 'AAPL.csv'), 'date,open,high,low,close\n2026-02-27,1,1,1,1\n');
    await pipe(path);
    const { code, stderr } = await told(...args);
    expect(stderr.split('\n').filter((line) => line.includes(message))).toHaveLength(1);
    expect(stderr).not.toMatch(/^ +at /m);
    expect([1, 2]).toContain(code);
  });

  it.each([
    ['data/scan.cache', 'check-data', 0],
    [BARS, 'check-data', 1],
    [BARS, 'export', 1],
    ['data/actions/ticker=ALFA/actions.parquet', 'check-data', 1],
    ['data/renames.json', 'doctor', 1],
    ['data/.lock', 'doctor', 1],
  ])('%s, for %s', async (path, command, expected) => {
    await pipe(path);
    expect((await told(command)).code).toBe(expected);
  });

  it('what was forgotten, and the record of a quota', async () => {
    const forgotten = await told('forget', 'ALFA', '--yes');
    const [, id = ''] = /restore (\S+)/.exec(forgotten.stderr) ?? [];
    await pipe(`data/quarantine/forgotten/${id}/forgotten.json`);
    expect(await told('restore', 'newest')).toMatchObject({ code: 1, stdout: '' });
    await pipe('state/quota/yahoo-anonymous-port-1.json');
    const yahoo = ['ALFA', '--provider-url', 'yahoo=http://127.0.0.1:1', '--state', 'state'];
    expect((await told(...yahoo, '--dry-run')).code).toBe(0);
  });
});

it('a socket where a list should be is one line', async () => {
  const server = createServer().listen(join(folder, 'socket'));
  await once(server, 'listening');
  const { code, stderr } = await told('check-data', '-t', '@socket');
  server.close();
  expect(stderr).toBe('backfill: --tickers @socket: cannot be read: it is a socket, not a file\n');
  expect(code).toBe(2);
});
