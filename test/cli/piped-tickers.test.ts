import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, built, ended, run, start } from '../acceptance/programs.ts';

const NOW = ['--now', '2026-03-02T23:00:00Z'];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-piped-'));
  const sample = ['ALFA', 'BRIQ', '--provider', 'sample', ...NOW, '--days', '5'];
  expect((await run('backfill', sample, folder)).code).toBe(0);
  await writeFile(join(folder, 'list.txt'), 'BRIQ # one\n');
});
afterAll(() => rm(folder, { recursive: true }));

/** A line of bash, in which `$P` is the program. */
function shell(line: string): ChildProcess {
  const script = `P='${process.execPath} ${built('backfill')}'; ${line}`;
  return spawn('bash', ['-c', script], { cwd: folder });
}

describe('tickers that come through a pipe', () => {
  it.each([
    ['from stdin', 'echo BRIQ | $P export -t @-'],
    ['from /dev/stdin', 'echo BRIQ | $P export -t @/dev/stdin'],
    ['from a file on stdin', '$P export -t @- < list.txt'],
    ['from a command', '$P export -t @<(echo BRIQ)'],
    ['from a slow command', '$P export -t @<(echo "# a list"; sleep 0.3; echo BRIQ)'],
    ['from an open file', '$P export -t @/dev/fd/3 3< list.txt'],
  ])('are read %s', async (_, line) => {
    const { code, stdout, stderr } = await ended(shell(line));
    expect([code, stderr]).toEqual([0, 'Exported 5 bars of 1 series.\n']);
    expect(stdout).toContain('\nBRIQ,2026-03-02,');
    expect(stdout).not.toContain('ALFA');
  });

  it('are there for all that a command does with them', async () => {
    const { code, stderr } = await ended(
      shell('cp -r data copy; $P forget -t @<(echo ALFA; echo BRIQ) --yes --store copy'),
    );
    expect(stderr).toMatch(/^Forgot 10 bars/);
    expect(code).toBe(0);
  });

  it('are none where the pipe ends without one', async () => {
    const { code, stderr } = await ended(shell('$P export -t @- < <(true)'));
    expect(stderr).toBe('backfill: --tickers @-: there is no ticker on standard input\n');
    expect(code).toBe(2);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('are waited for until %s', async (signal, expected) => {
    const lines = [['--provider', 'sample', ...NOW], ['verify', '--provider', 'sample', ...NOW], ['export']];
    for (const line of lines) {
      const stopped = await interrupted(start('backfill', [...line, '-t', '@-'], folder), signal);
      expect(stopped.stderr).toMatch(/^Stopping: [^\n]*\n$/);
      expect(stopped.code).toBe(expected);
    }
    // A stdin of its own: shared, Node would make it one that does not wait, which `cat` cannot read.
    const named = await interrupted(shell('exec $P export -t @<(exec cat) < /dev/null'), signal);
    expect(named.code).toBe(expected);
  });
});

/** More than lies in any pipe: it goes through only once somebody reads. */
const MUCH = '# a comment\n'.repeat(200_000);

/** What a process says that is sent a signal once it reads its stdin, which stays open. */
async function interrupted(child: ChildProcess, signal: NodeJS.Signals): Promise<Finished> {
  const end = ended(child);
  await new Promise((resolve) => child.stdin?.write(MUCH, resolve));
  child.kill(signal);
  return end;
}
