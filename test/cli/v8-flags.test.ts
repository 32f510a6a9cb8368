import { spawn } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { v8FlagsOf } from '../../src/cli/v8-flags.ts';
import { built, ended } from '../acceptance/programs.ts';

/** Has a program end with the list of all flags that V8 has, each with its value. */
const LISTING = `data:text/javascript,${encodeURIComponent(
  "import { setFlagsFromString } from 'node:v8'; process.on('exit', () => setFlagsFromString('--help'));",
)}`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-v8-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the flags that a program sets', () => {
  it.each(['backfill', 'check-data'] as const)(
    'are in force in %s, and this Node knows all of them',
    async (program) => {
      const flags = v8FlagsOf(process.versions.node);
      expect(flags).not.toEqual([]);
      // Into a file: V8 itself writes the list, and loses what a pipe does not take at once.
      const path = join(folder, program);
      const file = await open(path, 'w');
      const args = ['--import', LISTING, built(program), '--version'];
      const child = spawn(process.execPath, args, { stdio: ['ignore', file.fd, 'pipe'] });
      expect(await ended(child)).toMatchObject({ code: 0, stderr: '' });
      await file.close();
      const said = (await readFile(path, 'utf8')).split('\n');
      expect(said[0]).toMatch(new RegExp(`^${program} \\d`));
      for (const flag of flags) expect(said).toContainEqual(expect.stringMatching(new RegExp(` ${flag}$`)));
    },
  );

  it('are those that a version of Node has: of one that is not known yet none, which V8 would name on stderr', () => {
    const budget = expect.stringMatching(/^--interrupt-budget=\d+$/) as string;
    const growth = expect.stringMatching(/^--heap-growing-percent=\d+$/) as string;
    expect(v8FlagsOf('20.19.0')).toEqual([growth, budget]);
    for (const version of ['22.1.0', '24.0.0', '26.3.1']) expect(v8FlagsOf(version)).toEqual([growth]);
    expect(v8FlagsOf('27.0.0')).toEqual([]);
  });
});
