import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { built, ended } from '../acceptance/programs.ts';
import { type Need, itWith } from '../needs.ts';
import { answering, backfill, exitStore, folder, fromSimulator, NOW, SAMPLE } from './exit-store.ts';

exitStore();

const SMALL_DISK: Need = {
  isMet: spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0,
  lack: 'no name space for a small disk here',
};

/** A folder of CSV files. */
const csv = async (name: string, files: Readonly<Record<string, readonly string[]>>): Promise<string[]> => {
  await mkdir(join(folder, name));
  for (const [file, rows] of Object.entries(files))
    await writeFile(
      join(folder, name, file),
      `date,open,high,low,close,volume\n${rows.map((row) => `${row}\n`).join('')}`,
    );
  const range = ['--start', '2026-02-23', '--end', '2026-02-27', '--now', NOW];
  return [
    '--provider',
    'csv',
    '--provider-url',
    `csv=${name}`,
    '--basis',
    'raw',
    ...range,
    '--store',
    `${name}-store`,
  ];
};

const WEEK = ['23', '24', '25', '26', '27'];

const sound = WEEK.map((day) => `2026-02-${day},10,11,9,10.${day},1000`);

/** What the README's table says of one code is produced by the real program, for each cause that it lists. */
describe('the exit code', () => {
  describe('1: something failed', () => {
    it('for one ticker of two', async () => {
      const source = await csv('failing', {
        'ALFA.csv': sound,
        'BRVO.csv': ['2026-02-27,x,y,z,q,1'],
      });
      const { code, stderr } = await backfill('ALFA', 'BRVO', ...source);
      expect(stderr).toMatch(/Fetched: 1 +Errors: 1/);
      expect(code).toBe(1);
    });
    it('as it newly cannot be had', async () => {
      const { code, stderr } = await backfill(...SAMPLE, 'ALFA', 'NOPE', '--store', 'newly');
      expect(stderr).toContain('unknown-ticker');
      expect(code).toBe(1);
    });
    it('as it newly is beyond reach, though no request failed', async () => {
      const minutes = fromSimulator('ALFA', '--interval', '1m', '--store', 'reach').map((word) =>
        word === '5' ? '40' : word,
      );
      const first = await backfill(...minutes);
      expect(first.stderr).toContain('Fetched: 1  Errors: 0');
      expect(first.code).toBe(1);
      expect((await backfill(...minutes)).code).toBe(0);
      expect((await backfill(...minutes, '--strict')).code).toBe(1);
    });
    it('as it cannot be had, with --strict every time', async () => {
      await backfill(...SAMPLE, 'NOPE', '--store', 'strict');
      expect((await backfill(...SAMPLE, 'NOPE', '--store', 'strict')).code).toBe(0);
      expect((await backfill(...SAMPLE, 'NOPE', '--store', 'strict', '--strict')).code).toBe(1);
    });
    it('as a session is newly lost, though all that was asked of came, with --strict every time', async () => {
      const crossed = sound.map((row, i) => (i === 2 ? row.replace(',11,9,', ',9,11,') : row));
      const fill = ['ALFA', ...(await csv('lost', { 'ALFA.csv': crossed })), '--quiet'];
      const told = 'Newly lost: 1 session of 1 ticker (ALFA): rows came that could not be stored\n';
      expect(await backfill(...fill)).toMatchObject({ code: 1, stderr: told });
      expect(await backfill(...fill)).toMatchObject({ code: 0, stderr: '' });
      const strict = { code: 1, stderr: 'Without a bar: 1 session of which rows were rejected\n' };
      expect(await backfill(...fill, '--strict')).toMatchObject(strict);
      const summary = JSON.parse((await backfill(...fill, '--json')).stdout) as unknown;
      expect(summary).toMatchObject({ holesRejected: 1, newlyLost: { sessions: 0, tickers: [] } });
    });
    it('as most of the rows could not be stored', async () => {
      const crossed = sound.map((row, i) => (i === 0 ? row : row.replace(',11,9,', ',9,11,')));
      const { code, stderr } = await backfill('ALFA', ...(await csv('crossed', { 'ALFA.csv': crossed })));
      expect(stderr).toContain('mostly-rejected');
      expect(code).toBe(1);
    });
    it('as the provider is down, though no ticker is at fault', async () => {
      const { url, close } = await answering(500);
      close();
      const { code, stderr } = await backfill(
        ...[
          'AAPL,MSFT,GOOG,IBM',
          '--provider-url',
          `yahoo=${url}`,
          '--state',
          'down',
          '--store',
          'down-store',
        ],
      );
      expect(stderr).toMatch(/^Stopped after 0 tickers: .*ECONNREFUSED/m);
      expect(code).toBe(1);
    });
    it.each([
      ['401, and no ticker is at fault', 401, 'Fetched: 0  Errors: 0'],
      ['403, for this interval', 403, '1d is not open to this key'],
    ])('as the provider refuses the key (%s)', async (_, status, message) => {
      const { url, close } = await answering(status);
      const places = ['--state', `key-${status}`, '--store', `key-${status}-store`];
      const { code, stderr } = await backfill('AAPL', '--provider-url', `yahoo=${url}`, ...places);
      close();
      expect(stderr).toContain(message);
      expect(code).toBe(1);
    });
    it.each([
      ['check-data', ['check-data', '--store', 'damaged', '--now', NOW]],
      ['check-data --json', ['check-data', '--store', 'damaged', '--now', NOW, '--json']],
      ['check-data --issues', ['check-data', '--store', 'damaged', '--issues']],
      ['the doctor', ['doctor', '--store', 'damaged']],
      ['a query', ['query', 'SELECT count(*) FROM bars', '--store', 'damaged']],
      ['an export', ['export', '--store', 'damaged']],
    ])('as %s found damage', async (_, args) => {
      expect((await backfill(...args)).code).toBe(1);
    });
    it('as stdout is on a full disk', async () => {
      for (const args of [['export', '--store', 'sound'], ['check-data', '--store', 'sound'], ['--help']]) {
        const full = openSync('/dev/full', 'w');
        const child = spawn(process.execPath, [built('backfill'), ...args], {
          cwd: folder,
          stdio: ['ignore', full, 'pipe'],
        });
        closeSync(full);
        const { code, stderr } = await ended(child);
        expect(stderr).toContain(
          'backfill: stdout cannot be written (ENOSPC: no space left on device, write)\n',
        );
        expect(stderr).not.toContain('Exported');
        expect(code).toBe(1);
      }
    });
    itWith(SMALL_DISK)('as the disk of the store, or of an export, is full', async () => {
      await mkdir(join(folder, 'small'));
      const script =
        'mount -t tmpfs -o size=16k tmpfs "$1" && node="$2" program="$3" now="$4" && cd "$1/.." && ' +
        '"$node" "$program" --provider sample --days 252 --now "$now" --store small; echo "store $?"; ' +
        '"$node" "$program" export --store sound --out small/x.csv; echo "export $?"';
      const args = [
        '-rm',
        'sh',
        '-c',
        script,
        'sh',
        join(folder, 'small'),
        process.execPath,
        built('backfill'),
        NOW,
      ];
      const { stdout, stderr } = await ended(spawn('unshare', args));
      expect(stderr).toContain('ENOSPC');
      expect(stdout).toBe('store 1\nexport 1\n');
    });
  });
});
