import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestLogEntry } from '../../src/simulator/server.ts';
import { ended, start } from '../acceptance/programs.ts';
import { ask, chartOf } from './running.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-simulate-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** The built program, as a process of its own. */
const simulate = (...args: string[]): ChildProcess => start('backfill', ['simulate', ...args], folder);

describe('backfill simulate', () => {
  it('takes faults in several pieces, limits, and logs outcomes with parts of a millisecond', async () => {
    const options = ['--fault', 'error-503=100%', '--fault', 'drip=0,html-200=0', '--fault-seed', '7'];
    const limits = ['--limit', '2/h,5/day', '--limit-retry-after', 'seconds'];
    const child = simulate('--log', 'log.ndjson', '--now', '2026-11-20T12:00:00Z', ...options, ...limits);
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const url = line.toString().trim();
    const seen = [];
    for (const pauseMs of [0, 0, 500]) {
      await sleep(pauseMs);
      seen.push(await ask(url, chartOf('ALFA')));
    }
    child.kill('SIGTERM');
    expect((await once(child, 'close'))[0]).toBe(0);
    expect(seen.map(({ status }) => status)).toEqual([503, 503, 429]);
    expect(Number(seen[2]?.headers['retry-after'])).toBeGreaterThan(3590);
    const log = await readFile(join(folder, 'log.ndjson'), 'utf8');
    const entries = log
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as RequestLogEntry);
    expect(entries.map(({ outcome }) => outcome)).toEqual(['error-503', 'error-503', 'limited']);
    expect(entries.some(({ at }) => !Number.isInteger(at))).toBe(true);
    const [first, , third] = entries;
    const [byAt, byArrival] = [
      (third?.at ?? 0) - (first?.at ?? 0),
      (third?.arrivedMs ?? 0) - (first?.arrivedMs ?? 0),
    ];
    // Two clocks, which are read one after the other.
    expect(byAt).toBeGreaterThan(400);
    expect(Math.abs(byAt - byArrival)).toBeLessThan(200);
  });

  it('names the faults that there are, by the group that sets them all, and serves nothing', async () => {
    const child = simulate('--fault', 'list');
    const { code, stdout } = await ended(child);
    expect([code, child.signalCode]).toEqual([0, null]);
    expect(stdout).toMatch(/^all: throttle, .*, milliseconds\ngarbage: crossed, .*, stretch\n$/);
  });

  it.each([
    [
      ['--fault', 'boom=5%'],
      /^backfill: --fault boom=5%: there is no such fault; there are all \(throttle, .*\) and garbage \(crossed, .*, stretch\)\n$/,
    ],
    [['--fault', 'drip=500%'], /^backfill: --fault drip=500%: write it as NAME=5%, at most 100%\n$/],
    [['--fault-seed', 'x'], /^backfill: --fault-seed x: must be a whole number of at least 0\n$/],
    [
      ['--limit', '5'],
      /^backfill: --limit 5: "5" is no rate; write it as 5\/min, 100\/10s, 30\/h or 500\/day\n$/,
    ],
    [
      ['--limit', '5/s', '--limit', '9/min'],
      /^backfill: --limit is given 2 times \(5\/s, 9\/min\); give it once\n$/,
    ],
    [['--limit-retry-after', 'never'], /limit-retry-after/],
  ])('%j: one line, exit 2', async (args, message) => {
    const { code, stderr } = await ended(simulate(...args));
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
