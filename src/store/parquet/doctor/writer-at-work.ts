import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kill } from 'node:process';
import { LOCK_FILE } from '../layout.ts';
import { WRITER } from '../writer.ts';

/**
 * Whether somebody may be writing a store, as far as can be told without trying its lock, which would be in the way of
 * who takes it: the last holder's process is alive, or on another machine.
 */
export async function mayBeWritten(root: string): Promise<boolean> {
  try {
    const { pid, host } = JSON.parse(await readFile(join(root, LOCK_FILE), 'utf8')) as Record<
      string,
      unknown
    >;
    return typeof pid !== 'number' || host !== WRITER.host || isAlive(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

function isAlive(pid: number): boolean {
  try {
    return kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
