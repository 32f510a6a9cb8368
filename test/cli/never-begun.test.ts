import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, run } from './one-process.ts';

// A run in batches that is cut short: `--max-batches`.

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-never-begun-'));
});
afterEach(() => rm(folder, { recursive: true }));

// Each run a minute later.
let minute = 0;
const now = (): string[] => ['--now', `2026-03-02T23:${String(minute++ % 60).padStart(2, '0')}:00Z`];
const TEN = ['--batch-size', '10', '--days', '5'];

function backfill(...args: string[]): Promise<Finished> {
  return run(
    'backfill',
    [...args, '--provider', 'sample', ...now(), '--store', 'data', '--no-progress'],
    folder,
  );
}

const retry = (...args: string[]): Promise<Finished> => backfill('--retry-failed', ...args);

async function statusOf(): Promise<{ readonly text: string; readonly last: object; readonly left: object }> {
  const line = ['status', '--store', 'data', ...now()];
  const [text, json] = [
    await run('backfill', line, folder),
    await run('backfill', [...line, '--json'], folder),
  ];
  return { text: text.stdout, ...JSON.parse(json.stdout) };
}

describe('batches that a run never began', () => {
  it('are told by a retry with how to go on, and are no success', async () => {
    expect((await backfill(...TEN, '--max-batches', '2')).code).toBe(0);
    const words =
      'Never begun: 42 tickers, batches 3-7 of 7 from sample: the command of that run goes on with them, with ' +
      '--start-batch 2\n';
    const { code, stderr } = await retry();
    expect([code, stderr.replace(/23:\d\d/, '23:00')]).toEqual([
      1,
      'Nothing to retry: of what they began the last runs left nothing failed, in doubt or unfinished that is so still ' +
        `(the last one ended 2026-03-02 23:00 UTC, from sample).\n${words}`,
    ]);
    expect(await retry('--quiet', '--json')).toEqual({ code: 1, stdout: '[]\n', stderr: words });
    // Asked of others it is no news, and of other lengths neither.
    expect(await retry('ALFA')).toMatchObject({ code: 0 });
    expect(await retry('--interval', '1h')).toMatchObject({ code: 0 });
  }, 60_000);

  it('are gone when they are begun, or when a run asks for all at once', async () => {
    await backfill(...TEN, '--max-batches', '2');
    await backfill(...TEN, '--start-batch', '2', '--max-batches', '4');
    expect((await retry()).stderr).toContain('Never begun: 2 tickers, batch 7 of 7 from sample: ');
    await backfill(...TEN, '--start-batch', '6');
    expect(await retry()).toMatchObject({ code: 0 });
    await backfill(...TEN, '--max-batches', '1');
    expect(await retry()).toMatchObject({ code: 1 });
    await backfill('--tickers', 'ALFA,BRIQ', '--days', '5');
    expect(await retry()).toMatchObject({ code: 1 });
    await backfill('--days', '5');
    expect(await retry()).toMatchObject({ code: 0 });
    // A run from another provider is another run.
    await backfill(...TEN, '--max-batches', '1');
    const other = await run('backfill', ['--retry-failed', '--dry-run', '--store', 'data', ...now()], folder);
    expect([other.code, other.stderr]).toEqual([0, expect.stringContaining('\nNever begun: 52 tickers')]);
  }, 120_000);

  it('are told by status, whose last run is that of all batches', async () => {
    await backfill(...TEN, '--start-batch', '1', '--max-batches', '2');
    const some = await statusOf();
    expect(some.text).toMatch(
      /\nlast run {3}2026-03-02 23:\d\d UTC, from sample: batches 2-3 of 7, 20 fetched\n/,
    );
    expect(some.text.replaceAll(/\s+/g, ' ')).toContain(
      ' left never begun: 32 tickers, batches 4-7 of 7 from sample: the command of that run goes on with them, with --start-batch 3 ',
    );
    expect(some).toMatchObject({
      last: { fetched: 20, batches: { first: 2, last: 3, of: 7 } },
      left: { neverBegun: [{ tickers: 32, first: 4, last: 7, of: 7, startBatch: 3 }] },
    });
    // What is told begins with just those.
    const rest = await backfill(...TEN, '--start-batch', '3', '--max-batches', '1');
    expect(rest.stderr).toContain('\nBatch 4 of 7: tickers 31-40 of 62\n');
    expect(rest.stderr).toMatch(/\nBatch 5 of 7 comes next: --start-batch 4 begins there\.\n$/);
    await backfill(...TEN);
    const { text, last } = await statusOf();
    expect(last).toMatchObject({ fetched: 32, batches: { first: 1, last: 7, of: 7 } });
    expect(text).not.toContain('never begun');
  }, 120_000);
});
