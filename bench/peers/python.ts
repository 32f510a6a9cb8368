import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromRoot } from '../harness/paths.ts';

const run = promisify(execFile);

const VENV = fromRoot('bench/.venv');
const REQUIREMENTS = fromRoot('bench/peers/requirements.txt');

/** An interpreter with the packages of the peers, or why there is none. */
export type Python = { readonly interpreter: string; readonly version: string } | { readonly lack: string };

/** Installs the packages into `bench/.venv` where that was not done before. */
export async function pythonForPeers(tell: (line: string) => void): Promise<Python> {
  const interpreter = join(VENV, 'bin', 'python');
  const wanted = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex');
  const mark = join(VENV, 'installed');
  try {
    if ((await readFile(mark, 'utf8').catch(() => '')) !== wanted) {
      tell('installing the peers’ Python packages into bench/.venv');
      await rm(VENV, { recursive: true, force: true });
      await mkdir(VENV, { recursive: true });
      await run('python3', ['-m', 'venv', VENV]);
      await run(interpreter, ['-m', 'pip', 'install', '--quiet', '--requirement', REQUIREMENTS]);
      await writeFile(mark, wanted);
    }
    const { stdout } = await run(interpreter, ['--version']);
    return { interpreter, version: stdout.trim() };
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return { lack: (stderr?.trim().split('\n').at(-1) ?? message) || message };
  }
}
