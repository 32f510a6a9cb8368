import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, built, ended, run } from '../acceptance/programs.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-pipe-'));
  const range = ['--years', '20', '--now', '2026-03-02T23:00:00Z', '--quiet'];
  await run('backfill', ['--provider', 'sample', '--tickers', 'ALFA,BRIQ,CYGN,KUMO.T', ...range], folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** `backfill LINE | COMMAND`; what the program itself says and its exit code. */
function piped(line: string, command: string): Promise<Finished> {
  const script = `{ "$0" "${built('backfill')}" ${line}; echo "code $?" >&2; } | ${command}`;
  return ended(spawn('sh', ['-c', script, process.execPath], { cwd: folder }));
}

describe('an export whose reader goes away', () => {
  it.each(['csv', 'ndjson'])(
    'says how much was written at most, and no more than is so: %s',
    async (format) => {
      const all = await run('backfill', ['export', '--format', format], folder);
      const stored = Number(/^Exported ([\d,]+) bars/.exec(all.stderr)?.[1]?.replaceAll(',', ''));
      const { stdout, stderr } = await piped(`export --format ${format}`, 'head -2');
      expect(stdout.split('\n')).toHaveLength(3);
      const said =
        /^The reader closed the pipe: at most the first ([\d,]+) bars were written\.\ncode 0\n$/.exec(stderr);
      const most = Number(said?.[1]?.replaceAll(',', ''));
      expect(most).toBeGreaterThanOrEqual(1);
      expect(most).toBeLessThan(stored);
    },
  );

  it('says what it exported where all was read', async () => {
    const { stdout, stderr } = await piped('export', 'wc -l');
    const [, rows] = /^Exported ([\d,]+) bars of \d series\.\ncode 0\n$/.exec(stderr) ?? [];
    expect(Number(stdout)).toBe(Number(rows?.replaceAll(',', '')) + 1);
  });
});

describe('a query whose reader goes away', () => {
  const sql = '"FROM bars LIMIT 15000"';

  it.each(['csv', 'ndjson', 'json'])(
    'says of %s how much was written at most, and no more than is so',
    async (format) => {
      const { stderr } = await piped(`query ${sql} --format ${format}`, 'head -1 >/dev/null');
      const said =
        /^The reader closed the pipe: at most the first ([\d,]+) rows were written\.\ncode 0\n$/.exec(stderr);
      const most = Number(said?.[1]?.replaceAll(',', ''));
      expect(most).toBeGreaterThanOrEqual(1);
      expect(most).toBeLessThan(15_000);
    },
  );

  it('claims nothing of a table, which is for whoever looks at it', async () => {
    const { stderr } = await piped(`query ${sql} --format table`, 'head -1 >/dev/null');
    expect(stderr).toMatch(/^[\d,]+ more rows; --format csv prints them all\ncode 0\n$/);
  });
});
