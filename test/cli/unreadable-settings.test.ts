import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, run as runAlone } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

let folder = '';
const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-settings-'));
});
afterEach(() => rm(folder, { recursive: true }));

const KINDS: readonly (readonly [string, (path: string) => Promise<unknown>, string])[] = [
  ['a folder', (path) => mkdir(path), 'cannot be read: it is a folder, not a file'],
  ['a link to itself', (path) => symlink(path, path), 'cannot be read (ELOOP)'],
  ['a link to a folder', (path) => symlink(tmpdir(), path), 'cannot be read: it is a folder, not a file'],
  [
    'a picture',
    (path) => writeFile(path, Buffer.from('89504e470d0a1a0a0000000d', 'hex')),
    'is no text (UTF-8)',
  ],
  ['zeros', (path) => writeFile(path, Buffer.alloc(64)), 'is no text (UTF-8)'],
  ['Latin-1', (path) => writeFile(path, Buffer.from('A=caf\xe9\n', 'latin1')), 'is no text (UTF-8)'],
  [
    'UTF-16',
    (path) => writeFile(path, Buffer.from('\ufeffAAPL\n', 'utf16le')),
    'is text in UTF-16; save it as UTF-8',
  ],
];

const COMMANDS = [
  '--dry-run',
  'check-data',
  'query SELECT',
  'forget AAPL',
  'doctor',
  'export',
  'actions AAPL',
];

describe('settings that cannot be read are one line, exit 2, from every command', () => {
  it.each(KINDS.flatMap((kind) => ['.env', 'backfill.config.json'].map((name) => [name, ...kind] as const)))(
    '%s: %s',
    async (name, what, make, message) => {
      await make(join(folder, name));
      for (const command of what === 'a folder' ? COMMANDS : ['--dry-run'])
        expect(await backfill(...command.split(' ')), command).toEqual({
          code: 2,
          stdout: '',
          stderr: `backfill: ${name}: ${message}\n`,
        });
    },
  );

  it.each(KINDS)('a list of tickers: %s', async (_, make, message) => {
    await make(join(folder, 'list'));
    await mkdir(join(folder, 'data/bars'), { recursive: true });
    for (const command of [['--dry-run'], ['check-data'], ['export']]) {
      const { code, stdout, stderr } = await backfill(...command, '--tickers', '@list');
      expect([code, stdout, stderr]).toEqual([2, '', `backfill: --tickers @list: ${message}\n`]);
    }
  });
});

it('a byte order mark and the ends of lines of Windows are read over, and what is set already stays', async () => {
  await writeFile(join(folder, '.env'), '\ufeffBACKFILL_TICKERS=ALFA\r\nBACKFILL_PROVIDER=sample\r\n');
  await writeFile(join(folder, 'backfill.config.json'), '\ufeff{ "days": 2 }\r\n');
  const dryRun = ['--dry-run', '--json', '--now', '2026-03-02T23:00:00Z'];
  const { stdout, code } = await runAlone('backfill', dryRun, folder);
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { totals: { series: 1, sessions: 2 } }]);
});

it('a line of .env that sets nothing is named, not shown, and takes no other with it', async () => {
  const lines = [
    'garbage',
    'BACKFILL_TICKERS=ALFA',
    '',
    '# a comment',
    '=5',
    'export BACKFILL_PROVIDER=sample',
  ];
  const quoted = ['NOTE="of several', 'lines', 'end"', 'BACKFILL_DAYS: 9', 'BACKFILL_DAYS=2'];
  await writeFile(join(folder, '.env'), [...lines, ...quoted].join('\n'));
  const { stdout, stderr, code } = await backfill('--dry-run', '--json', '--now', '2026-03-02T23:00:00Z');
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { totals: { series: 1, sessions: 2 } }]);
  expect(stderr.trimEnd().split('\n')).toEqual(
    [1, 5, 10].map((line) => `warning: .env line ${line} is left out: it is no NAME=VALUE`),
  );
});
