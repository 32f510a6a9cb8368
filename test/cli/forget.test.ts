import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, built, ended } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

let folder = '';
let store = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-forget-'));
  const days = ['--start', '2026-02-02', '--end', '2026-02-27', '--now', '2026-03-02T23:00:00Z'];
  const filled = ['--provider', 'sample', '--tickers', 'ALFA,KUMO.T', ...days, '--store', 'whole'];
  const done = { code: 0, stdout: '', stderr: '' };
  expect(await run('backfill', [...filled, '--quiet'], folder)).toEqual(done);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  await rm(join(folder, 'data'), { recursive: true, force: true });
  await cp(join(folder, 'whole'), join(folder, 'data'), { recursive: true });
  store = join(folder, 'data');
});

const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);

/** Every file of the store with its content, but for the lock. */
async function content(): Promise<Map<string, string>> {
  const files = await readdir(store, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const texts = await Promise.all(
    paths.toSorted().map(async (path) => [path, await readFile(path, 'latin1')] as const),
  );
  return new Map(texts.filter(([path]) => !path.endsWith('.lock')));
}

const RANGE = '--start 2026-02-03 --end 2026-02-04';

describe('backfill forget', () => {
  it.each([
    ['all', 'forget all: say --all to forget every ticker, or ALL in capitals'],
    ['All', 'forget All: say --all'],
    ['ALFA,all', 'forget all: say --all'],
    ['ALFA all', 'forget all: say --all'],
    ['all --yes', 'forget all: say --all'],
    [`all ${RANGE}`, 'forget all: say --all'],
    ['', 'forget needs a ticker, or --all for every one of the store'],
    ['--yes', 'forget needs a ticker, or --all'],
    ['--all ALFA', '--all is every ticker: leave out ALFA, or leave out --all'],
    [
      '--all',
      /this would forget 37 bars of 2 series, \d+ splits and dividends \(ALFA, KUMO\.T; 2026-02-02 to 2026-02-27\); nothing was touched: add --yes/,
    ],
    ['ALFA', 'this would forget 19 bars of 1 series'],
    [
      'ALFA --interval 1d',
      /this would forget 19 bars of 1 series \(ALFA; 2026-02-02 to 2026-02-27\); nothing/,
    ],
    ['ALFA --start 2026-02-26', 'this would forget 2 bars of 1 series'],
    ['ALFA --end 2026-02-03', 'this would forget 2 bars of 1 series'],
    [`ALFA KUMO.T ${RANGE}`, 'this would forget 4 bars of 2 series'],
    [`--all ${RANGE}`, 'this would forget 4 bars of 2 series'],
  ])(
    '%s: is refused in one line where nobody can be asked, and nothing is touched',
    async (line, message) => {
      const before = await content();
      const { code, stdout, stderr } = await backfill(
        'forget',
        ...line.split(' ').filter((word) => word !== ''),
      );
      expect(stderr).toMatch(typeof message === 'string' ? '' : message);
      if (typeof message === 'string') expect(stderr).toContain(message);
      expect(stderr).toMatch(/^backfill: [^\n]+\n$/);
      expect([code, stdout]).toEqual([2, '']);
      expect(await content()).toEqual(before);
    },
  );

  it.each<[line: string, said: string, exit?: number]>([
    ['--all --yes', 'Forgot 37 bars'],
    ['--all -y', 'Forgot 37 bars'],
    ['ALFA,KUMO.T --yes', 'Forgot 37 bars'],
    ['ALFA --yes', 'Forgot 19 bars'],
    [`ALFA ${RANGE}`, 'Forgot 2 bars'],
    [`ALFA,NOPE ${RANGE}`, 'NOPE is not in the store\nForgot 2 bars', 1],
    [`--all ${RANGE} --yes`, 'Forgot 4 bars'],
  ])('%s: forgets, and says how to bring it back, which is true', async (line, said, exit = 0) => {
    const exported = await backfill('export');
    const report = await backfill('check-data', '--json', '--now', '2026-03-02T23:00:00Z');
    const { code, stdout, stderr } = await backfill('forget', ...line.split(' '));
    expect(stderr.startsWith(said)).toBe(true);
    expect([code, stdout]).toEqual([exit, '']);
    const [, advice = ''] = /To bring that back: backfill (restore \S+)\n$/.exec(stderr) ?? [];
    const restored = await backfill(...advice.split(' '));
    expect(restored.stderr).toMatch(/^Brought back \d+ bars, \d+ splits? (and|or) dividends?\.\n$/);
    expect(await backfill('export')).toEqual(exported);
    expect(await backfill('check-data', '--json', '--now', '2026-03-02T23:00:00Z')).toEqual(report);
    expect((await backfill('doctor')).code).toBe(0);
  });

  it('offers nothing to bring back where no bar went, and restore newest means the last one that did', async () => {
    await backfill('forget', 'ALFA', ...RANGE.split(' '));
    // A week-end: known to be without sessions, and no more than that.
    const { code, stderr } = await backfill('forget', 'ALFA', '--start', '2026-02-07', '--end', '2026-02-08');
    expect([code, stderr]).toEqual([0, 'Forgot 0 bars.\n']);
    expect((await backfill('restore', 'newest')).stderr).toMatch(/^Brought back 2 bars, /);
  });

  it('what is known without a bar goes and comes back in so many words, and is the newest then', async () => {
    const rows = ['2024-03-04', '2024-03-06', '2024-03-07'].map((day) => `${day},1,9,1,${day.at(-1)},100\n`);
    await mkdir(join(folder, 'files'), { recursive: true });
    await writeFile(join(folder, 'files', 'HOLE.csv'), `date,open,high,low,close,volume\n${rows.join('')}`);
    const files = ['--provider', 'csv', '--provider-url', 'csv=files', '--basis', 'raw'];
    await backfill('HOLE', ...files, '--start', '2024-03-01', '--end', '2024-03-07', '--quiet');
    const known = async (): Promise<string> => (await backfill('status', 'HOLE', '--json')).stdout;
    const before = await known();
    await backfill('forget', 'HOLE', '--start', '2024-03-06', '--end', '2024-03-06');
    const forgot = await backfill('forget', 'HOLE', '--start', '2024-03-05', '--end', '2024-03-05');
    const [, id = ''] = /backfill restore (\S+)\n$/.exec(forgot.stderr) ?? [];
    expect(forgot.stderr).toBe(
      `Forgot 0 bars, and that 1 session has none.\nTo bring that back: backfill restore ${id}\n`,
    );
    expect((await backfill('restore')).stdout).toMatch(
      new RegExp(`^${id} +0 2024-03-05 2024-03-05 HOLE +-$`, 'm'),
    );
    expect((await backfill('restore', 'newest')).stderr).toBe(
      'Brought back 0 bars, 0 splits and dividends, and that 1 session has none.\n',
    );
    expect((await backfill('restore', id)).stderr).toBe(`All that ${id} holds is in the store.\n`);
    expect((await backfill('restore', 'newest')).stderr).toMatch(/^Brought back 1 bar, /);
    expect(await known()).toBe(before);
  });

  it.each([
    ['ALL', 'ALL is not in the store\nForgot 0 bars.\n'],
    ['NOPE', 'NOPE is not in the store\nForgot 0 bars.\n'],
    ['ALFA --start 2020-01-02', undefined],
  ])('%s: is no word for every ticker', async (line, said) => {
    const { code, stderr } = await backfill('forget', ...line.split(' '));
    if (said === undefined) expect(code).toBe(2);
    else expect([code, stderr]).toEqual([1, said]);
    expect((await backfill('export')).stderr).toContain('Exported 37 bars of 2 series');
  });
});

describe('backfill restore', () => {
  it('lists, takes an id or the newest, and says where there is nothing', async () => {
    const nothing = await backfill('restore');
    expect([nothing.code, nothing.stdout]).toEqual([0, 'Nothing that was forgotten lies in quarantine/.\n']);
    await backfill('forget', 'ALFA', '--yes');
    const listed = await backfill('restore');
    expect(listed.stdout).toMatch(
      /^ID +BARS FROM +TO +TICKERS RESTORED\n\d{8}T\d{6}Z-[\da-f]{4} +19 2026-02-02 2026-02-27 ALFA +-\n$/,
    );
    expect((await backfill('restore', 'newest')).stderr).toMatch(/^Brought back 19 bars, /);
    const [entry] = JSON.parse((await backfill('restore', '--json')).stdout) as [
      { id: string; restoredAt: string; forgottenAt: string; series: unknown },
    ];
    expect(entry.restoredAt > entry.forgottenAt && entry.forgottenAt > '2026').toBe(true);
    const days = { from: '2026-02-02', to: '2026-02-27' };
    expect(entry.series).toMatchObject([{ rows: 19, days }]);
    expect((await backfill('restore', entry.id)).stderr).toBe(
      `All that ${entry.id} holds is in the store.\n`,
    );
    for (const [id, message] of [
      ['newest', 'nothing that was forgotten is left to bring back'],
      ['20200101T000000Z-0000', 'nothing forgotten is called "20200101T000000Z-0000"'],
      ['../../bars', 'nothing forgotten is called "../../bars"'],
    ] as const) {
      const { code, stderr } = await backfill('restore', id);
      expect([code, stderr.includes(message), stderr.trimEnd().split('\n').length]).toEqual([2, true, 1]);
    }
  });

  it('names the store in its advice where it is not the usual one', async () => {
    const { stderr } = await backfill('forget', 'ALFA', '--yes', '--store', store);
    expect(stderr.trimEnd().endsWith(` --store ${store}`)).toBe(true);
  });
});

it('an answer that is piped is no terminal’s', async () => {
  const child = spawn(process.execPath, [built('backfill'), 'forget', '--all'], { cwd: folder });
  child.stdin.end('y\n');
  expect((await ended(child)).code).toBe(2);
});

describe('half a copy, of a forget that was stopped', () => {
  const HALF = '20260302T230000Z-abcd';

  async function leaveHalfACopy(): Promise<void> {
    const path = join('bars', 'interval=1d', 'ticker=ALFA');
    const to = join(store, 'quarantine', 'forgotten', HALF, path);
    await cp(join(store, path), to, { recursive: true });
  }

  it('is named by the doctor as harmless, and fails nobody', async () => {
    await leaveHalfACopy();
    const { code, stdout } = await backfill('doctor');
    expect(stdout).toContain(`quarantine/forgotten/${HALF}`);
    expect(stdout).toMatch(/^Examined 2 partitions \(\d+ rows\): no damage\.$/m);
    expect(stdout).toMatch(/^1 harmless leftover; /m);
    expect(code).toBe(0);
  });

  it.each([
    ['doctor --fix', ['doctor', '--fix']],
    ['the next forget', ['forget', 'KUMO.T', '--yes']],
  ])('goes with %s', async (_, line) => {
    await leaveHalfACopy();
    expect((await backfill(...line)).code).toBe(0);
    const { code, stdout } = await backfill('doctor');
    expect(stdout).toMatch(/^Examined \d partitions? \(\d+ rows\): no damage\.$/m);
    expect(stdout).not.toContain('leftover');
    expect(code).toBe(0);
    expect(await readdir(join(store, 'quarantine', 'forgotten')).catch(() => [])).not.toContain(HALF);
  });
});
