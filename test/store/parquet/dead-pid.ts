import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** The id of no process: more than any system gives. */
export const DEAD = 99_999_999;

/** Another process, which lives until it is ended. */
export function sleeper(): { readonly pid: number; readonly end: () => Promise<void> } {
  const child: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await once(child, 'close');
  };
  return { pid: child.pid ?? Number.NaN, end };
}
