import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { someFlips } from '../flipped-bits.ts';
import { type Logged, start, stopAll } from '../simulator/running.ts';
import { run, type Finished } from './one-process.ts';

/** Flips of each file, by one seed. */
const FLIPS = 12;
const NOW = ['--now', '2026-03-02T23:00:00Z'];
const DATA = ['--store', 'data'];

let folder = '';
let simulator: Logged;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-flipped-'));
  simulator = await start({ wire: 'sample' });
  const filled = await backfill('ALFA', 'BRIQ', '--days', '20', '--rate-limit', '1/day', ...served());
  expect([filled.code, simulator.entries.length]).toEqual([0, 1]);
}, 60_000);
afterAll(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

const served = (): string[] => ['--provider', 'sample', '--provider-url', `sample=${simulator.url}`, ...DATA];
const backfill = (...args: string[]): Promise<Finished> =>
  run('backfill', [...args, ...NOW, '--state', 'state', '--no-progress'], folder);
const fileIn = (...parts: readonly string[]): string => {
  const name = readdirSync(join(folder, ...parts)).find((one) => one.endsWith('.json')) ?? '';
  return join(folder, ...parts, name);
};

/** Runs a command with some bits of a file flipped, one at a time; gives what it did by where the bit was. */
async function withFlips(
  path: string,
  command: () => Promise<Finished>,
  codes: readonly number[],
): Promise<Map<string, Finished>> {
  const bytes = readFileSync(path);
  const all = new Map<string, Finished>();
  for (const { bytes: flipped, where } of someFlips(bytes, FLIPS, 'state')) {
    writeFileSync(path, flipped);
    const finished = await command();
    writeFileSync(path, bytes);
    const said = finished.stdout + finished.stderr;
    expect(codes, `${where}: ${said}`).toContain(finished.code);
    expect(said, where).not.toMatch(/\n\s+at |internal error|TypeError|SyntaxError/);
    all.set(where, finished);
  }
  return all;
}

describe('a flipped bit', () => {
  it('in the record of a quota that is used up lets nobody send', async () => {
    const before = simulator.entries.length;
    const fill = () => backfill('CORV', '--days', '20', '--rate-limit', '1/day', ...served());
    await withFlips(fileIn('state', 'quota'), fill, [3]);
    expect(simulator.entries.length).toBe(before);
  }, 120_000);

  it('in the record of a run never has a retry find nothing to do for sure', async () => {
    const retry = () => backfill('--retry-failed', '--provider', 'sample', ...DATA);
    const path = fileIn('data', 'runs');
    for (const [where, { code, stderr }] of await withFlips(path, retry, [0, 1])) {
      const isSaid = stderr.includes('.json is not as it was saved: what that run left is not known; ');
      expect(code, where).toBe(isSaid ? 1 : 0);
    }
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.toString().replace('"failed": 0', '"failed": 1'));
    const quiet = await backfill('--retry-failed', '--quiet', '--provider', 'sample', ...DATA);
    expect(quiet.stderr).toMatch(/^runs\/\S+\.json is not as it was saved: [^\n]* sets the record aside\n$/);
    expect(quiet.code).toBe(1);
    expect((await run('backfill', ['status', ...DATA], folder)).stdout.replaceAll(/\s+/g, ' ')).toContain(
      'is not as it was saved',
    );
    const one = await run('backfill', ['runs', 'show', basename(path, '.json'), ...DATA], folder);
    expect([one.code, one.stderr]).toEqual([1, expect.stringContaining('is not as it was saved')]);
    expect((await run('backfill', ['doctor', ...DATA], folder)).stdout).toContain(
      'it was changed since it was written: what the run did is not known by it',
    );
    writeFileSync(path, bytes);
  }, 120_000);

  it('in a universe that was discovered is one line, or changes nothing', async () => {
    const { code } = await run(
      'backfill',
      ['discover', 'crypto', '--provider', 'sample', ...NOW, ...DATA],
      folder,
    );
    expect(code).toBe(0);
    const check = () => run('check-data', ['--tickers', 'crypto', '--days', '5', ...NOW, ...DATA], folder);
    const sound = await check();
    const path = fileIn('data', 'universes');
    for (const [where, finished] of await withFlips(path, check, [0, 1, 2])) {
      if (finished.code === 2)
        expect(finished.stderr, where).toMatch(/^check-data: universes\/crypto_\S+\.json[^\n]*\n$/);
      else expect(finished, where).toEqual(sound);
    }
  }, 120_000);

  it('in the note that a plan is begun has nothing counted as done', async () => {
    const plan = [
      '--tickers',
      'FJRD',
      '--days',
      '20',
      '--plan-out',
      'night.plan',
      '--provider',
      'sample',
      ...DATA,
    ];
    expect((await backfill(...plan)).code).toBe(0);
    const carryOut = () => backfill('--plan', 'night.plan', '--provider', 'sample', ...DATA);
    expect(await carryOut()).toMatchObject({ code: 0 });
    const sound = await carryOut();
    const name = readdirSync(join(folder, 'data', 'runs')).find((one) => one.endsWith('.begun')) ?? '';
    for (const [where, { code, stderr }] of await withFlips(
      join(folder, 'data', 'runs', name),
      carryOut,
      [0, 2],
    )) {
      if (code === 0) expect(stderr, where).toBe(sound.stderr);
      else expect(stderr, where).toMatch(/^backfill: night\.plan: the store has moved since: [^\n]*\n$/);
    }
  }, 120_000);
});
