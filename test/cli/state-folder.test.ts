import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, type RunningSimulator, built, ended, startSimulate } from '../acceptance/programs.ts';

const NOW = '2026-03-02T23:00:00Z';

let folder = '';
let log = '';
let simulator: RunningSimulator;
beforeAll(async () => {
  log = await mkdtemp(join(tmpdir(), 'backfill-state-log-'));
  simulator = await startSimulate(log, ['--now', NOW]);
});
afterAll(async () => {
  await simulator.stop();
  await rm(log, { recursive: true });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-state-'));
  for (const name of ['here', 'home', 'xdg']) await mkdir(join(folder, name));
});
afterEach(() => rm(folder, { recursive: true }));

/** A run in the folder `here`, with an environment that says so much of homes. */
function backfill(environment: Record<string, string>, ...more: string[]): Promise<Finished> {
  return command([], environment, ...more);
}

const verify = (...more: string[]): Promise<Finished> => command(['verify'], {}, ...more);

function command(
  words: readonly string[],
  environment: Record<string, string>,
  ...more: string[]
): Promise<Finished> {
  const asked = [
    ...words,
    '--tickers',
    'ALFA',
    '--days',
    '3',
    '--now',
    NOW,
    '--provider-url',
    `yahoo=${simulator.url}`,
  ];
  const own = Object.entries(process.env).filter(([name]) => !/^(HOME|XDG_|BACKFILL_)/.test(name));
  return ended(
    spawn(process.execPath, [built('backfill'), ...asked, '--store', '../store', ...more], {
      cwd: join(folder, 'here'),
      env: { ...Object.fromEntries(own), ...environment },
    }),
  );
}

const filesBelow = async (name: string): Promise<string[]> =>
  (await readdir(join(folder, name), { recursive: true })).filter((path) => path.endsWith('.lock'));

describe('the use of quotas is counted', () => {
  it('in the home of the user, and where XDG_STATE_HOME says', async () => {
    const [home, xdg] = [join(folder, 'home'), join(folder, 'xdg')];
    expect((await backfill({ HOME: home })).code).toBe(0);
    expect(await filesBelow('home')).toEqual([expect.stringMatching(/^\.local\/state\/backfill\/quota\//)]);
    await backfill({ HOME: home, XDG_STATE_HOME: xdg }, '--no-gaps');
    expect(await filesBelow('xdg')).toEqual([expect.stringMatching(/^backfill\/quota\//)]);
  });

  it('where --state says, whatever the environment does', async () => {
    const state = join(folder, 'home', 'mine');
    const { code } = await backfill({ HOME: '', XDG_STATE_HOME: join(folder, 'xdg') }, '--state', state);
    expect([code, (await filesBelow('home/mine')).length, await filesBelow('xdg')]).toEqual([0, 1, []]);
  });

  it.each([
    ['an empty HOME', { HOME: '' }],
    ['no HOME', {}],
    ['a relative HOME', { HOME: 'rel' }],
    ['a relative XDG_STATE_HOME', { HOME: 'rel', XDG_STATE_HOME: 'state' }],
  ])('never in the folder in which the program runs: %s', async (_, environment: Record<string, string>) => {
    // Where the system knows the user's home all the same, it is that.
    const { code, stderr } = await backfill(environment);
    if (isAbsoluteHome()) expect([code, stderr]).toEqual([0, expect.stringContaining('Backfill complete')]);
    else expect([code, stderr]).toEqual([2, expect.stringContaining('--state FOLDER')]);
    expect(await readdir(join(folder, 'here'))).toEqual([]);
  });
});

function isAbsoluteHome(): boolean {
  return userInfo().homedir.startsWith('/') && homedir().startsWith('/');
}

describe('a record of that use which cannot be read', () => {
  it('is named on stderr by whatever asks the provider, however quiet', async () => {
    const options = ['--state', join(folder, 'state'), '--rate-limit', '100/366day'];
    expect((await backfill({}, ...options)).code).toBe(0);
    const quota = join(folder, 'state', 'quota');
    const name = (await readdir(quota)).find((one) => one.endsWith('.json')) ?? '';
    await writeFile(join(quota, name), '{"nextAt":0,"paus');
    const line =
      /^warning: the record of the quota could not be read \(.*\): what was used .* counts as all of it/m;
    const quiet = await backfill({}, ...options, '--no-gaps', '--quiet');
    expect([quiet.code, quiet.stdout, quiet.stderr]).toEqual([3, '', expect.stringMatching(line)]);
    expect(quiet.stderr.match(/\n/g)).toHaveLength(2);
    const verified = await verify(...options, '--sample', '100%');
    expect([verified.code, verified.stderr]).toEqual([3, expect.stringMatching(line)]);
  });
});

describe('a place where it cannot be counted is named, with the option that moves it, exit 2', () => {
  it.each([
    ['a home below /proc', { HOME: '/proc/x' }],
    ['a home that is a device', { HOME: '/dev/null' }],
    ['a state folder below a file', { HOME: '/', XDG_STATE_HOME: '/etc/passwd' }],
  ])('%s', async (_, environment) => {
    const before = await simulator.asked();
    const { code, stdout, stderr } = await backfill(environment, '--no-progress', '--quiet');
    expect(stderr).toMatch(
      /^backfill: the quota of the provider cannot be kept at \/.*; --state FOLDER keeps it elsewhere [^\n]*\n$/,
    );
    expect([code, stdout, await simulator.asked()]).toEqual([2, '', before]);
  });

  it('a state folder that is a file, or is empty', async () => {
    await writeFile(join(folder, 'file'), '');
    const file = await backfill({}, '--state', join(folder, 'file'), '--quiet');
    expect([file.code, file.stderr]).toEqual([2, expect.stringMatching(/^[^\n]*--state FOLDER[^\n]*\n$/)]);
    const empty = await backfill({}, '--state=');
    expect([empty.code, empty.stderr]).toEqual([
      2,
      'backfill: --state is empty; give it a value, or leave it out\n',
    ]);
    expect(await readdir(join(folder, 'here'))).toEqual([]);
  });
});
