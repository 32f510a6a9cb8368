import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TOLD_VARIABLES } from '../../src/cli/known-variables.ts';
import { carriedOut } from '../../src/cli/on-done.ts';
import { built, ended, runWith, start } from '../acceptance/programs.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-on-done-'));
});
afterEach(() => rm(folder, { recursive: true }));

const SAMPLE = ['--provider', 'sample', '--now', '2026-03-02T23:00:00Z', '--days', '5'];
const SELF = `'${process.execPath}' '${built('backfill')}'`;
/** Writes what it is told to files. */
const NOTE = 'env > told.env; cat > told.json';

const backfill = (args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
  runWith(variables, [...SAMPLE, ...args], folder);

async function told(): Promise<{ variables: Record<string, string>; json: unknown }> {
  const lines = (await readFile(join(folder, 'told.env'), 'utf8')).split('\n');
  const variables = lines.map((line) => [
    line.slice(0, line.indexOf('=')),
    line.slice(line.indexOf('=') + 1),
  ]);
  return {
    variables: Object.fromEntries(variables) as Record<string, string>,
    json: JSON.parse(await readFile(join(folder, 'told.json'), 'utf8')),
  };
}

describe('--on-done', () => {
  it('is told how the run ended, by variables and with the summary that --json prints', async () => {
    const { code, stdout } = await backfill(['ALFA', 'BRIQ', '--json', '--on-done', `${NOTE}; echo done`]);
    const { variables, json } = await told();
    expect(code).toBe(0);
    expect(json).toEqual(JSON.parse(stdout));
    expect(variables).toMatchObject({
      ...{ BACKFILL_EXIT_CODE: '0', BACKFILL_RESULT: 'ok', BACKFILL_ERROR: '', BACKFILL_FETCHED: '2' },
      ...{ BACKFILL_FAILED: '0', BACKFILL_BARS: '10', BACKFILL_REQUESTS: '0', BACKFILL_NOT_RUN: '0' },
      ...{ BACKFILL_RUN_ID: (json as { runId: string }).runId, BACKFILL_UNAVAILABLE: '0' },
    });
    expect(Object.keys(variables)).toEqual(expect.arrayContaining([...TOLD_VARIABLES]));
  });

  it('is carried out where the run failed, and gives the exit code of the run', async () => {
    const failed = await backfill(['ALFA', 'ZZZZ', '--on-done', NOTE]);
    expect(failed.code).toBe(1);
    expect((await told()).variables).toMatchObject({
      ...{ BACKFILL_EXIT_CODE: '1', BACKFILL_RESULT: 'failed', BACKFILL_UNAVAILABLE: '1' },
    });
    const refused = await backfill(['@no-list.txt', '--on-done', `${NOTE}; exit 7`]);
    expect(refused.code).toBe(2);
    expect((await told()).variables).toMatchObject({
      ...{ BACKFILL_EXIT_CODE: '2', BACKFILL_RESULT: 'refused', BACKFILL_RUN_ID: '' },
      BACKFILL_ERROR: expect.stringContaining('no-list.txt') as string,
    });
    expect(refused.stderr).toMatch(/^warning: the command of --on-done ended with exit code 7\nbackfill: /m);
  });

  it('is not carried out where the command line names what is no ticker', async () => {
    const refused = await backfill(['-t', "7'", '--on-done', NOTE]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('is not a ticker') as string });
    await expect(told()).rejects.toThrow('ENOENT');
  });

  it('is carried out where the run was stopped', async () => {
    const many = ['--tickers', 'all', '--workers', '1', '--days', '2500', '--on-done', NOTE];
    const child = start('backfill', ['--provider', 'sample', ...many, '--log-level', 'info'], folder);
    let said = '';
    child.stderr?.on('data', (text: Buffer) => {
      const isFirst = !said.includes('backfill.ticker_done');
      said += text.toString();
      if (isFirst && said.includes('backfill.ticker_done')) child.kill('SIGTERM');
    });
    const { code } = await ended(child);
    expect(code).toBe(143);
    expect((await told()).variables).toMatchObject({
      ...{ BACKFILL_EXIT_CODE: '143', BACKFILL_RESULT: 'interrupted' },
      ...{ BACKFILL_RUN_ID: expect.stringMatching(/^\S+$/) as string, BACKFILL_ERROR: 'the run was stopped' },
    });
  });

  it('that fails is told, and makes a failure of a run that was none', async () => {
    const failed = await backfill(['ALFA', '--quiet', '--on-done', 'exit 3']);
    expect(failed.stderr).toBe('warning: the command of --on-done ended with exit code 3\n');
    expect(failed.code).toBe(1);
    const killed = await backfill(['ALFA', '--quiet', '--on-done', 'kill -9 $$']);
    expect(killed.stderr).toBe('warning: the command of --on-done was ended by SIGKILL\n');
    expect(killed.code).toBe(1);
  });

  it('prints to stderr, as stdout is data, and need not read what it is given', async () => {
    const { code, stdout, stderr } = await backfill(['ALFA', '--quiet', '--on-done', 'echo hello']);
    expect([code, stdout, stderr]).toEqual([0, '', 'hello\n']);
  });

  it('is given no key of a provider', async () => {
    const keys = {
      ...{ ALPHAVANTAGE_API_KEY: 'SECRET1', SA_ALPHA_VANTAGE_API_KEY: 'SECRET2', MASSIVE_API_KEY: 'SECRET3' },
      ...{ APCA_API_SECRET_KEY: 'SECRET4', POLYGON_S3_SECRET_KEY: 'SECRET5' },
      ...{ CELERY_RESULT_BACKEND: 'redis://:SECRET6@x', REDISCLI_AUTH: 'SECRET7' },
    };
    await backfill(['ALFA', '--on-done', NOTE], { ...keys, OTHER: 'kept' });
    const all = await readFile(join(folder, 'told.env'), 'utf8');
    expect(all).not.toContain('SECRET');
    expect(all).toContain('OTHER=kept');
  });

  it('may be this program, on the same store', async () => {
    const again = `${SELF} runs --json; ${SELF} --provider sample --now 2026-03-02T23:00:00Z --days 6 ALFA`;
    const { code, stderr } = await backfill(['ALFA', '--on-done', again]);
    expect(stderr).toContain('Bars: 1 (1 new, 0 changed)');
    expect(code).toBe(0);
  });

  it('comes from the command line alone', async () => {
    const { code } = await backfill(['ALFA'], { BACKFILL_ON_DONE: NOTE });
    expect(code).toBe(0);
    await expect(told()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('ends with all that it started once its time is over', async () => {
    const command = 'trap "" TERM; sh -c "sleep 60; touch late" & echo $! > pid; wait; sleep 60';
    const before = Date.now();
    const isDone = await carriedOut(`cd '${folder}'; ${command}`, process.env, '', {
      mostMs: 300,
      graceMs: 200,
    });
    expect(isDone).toBe(false);
    expect(Date.now() - before).toBeLessThan(20_000);
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('that cannot be begun is told', async () => {
    const env = { ...process.env, HUGE: 'x'.repeat(200_000) };
    expect(await carriedOut('true', env, '')).toBe(false);
    expect(await carriedOut('true', process.env, '')).toBe(true);
  });

  it('gets the signal that comes meanwhile', async () => {
    const wait = 'trap "echo got >&2; exit 0" TERM; echo ready; while :; do sleep 0.05; done';
    const child = start('backfill', [...SAMPLE, 'ALFA', '--quiet', '--on-done', wait], folder);
    child.stderr?.once('data', () => child.kill('SIGTERM'));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(0);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
