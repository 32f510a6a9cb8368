import { kill } from 'node:process';
import { type Blobs, readText } from '../files/blobs.ts';
import { LOCK_FILE, RELEASED } from '../files/layout.ts';
import { WRITER } from '../files/writer.ts';

/**
 * Whether somebody may be writing a store, as far as can be told without trying its lock, which would be in the way of
 * who takes it: the last holder has not let go of it, and its process is alive, or on another machine.
 */
export async function mayBeWritten(blobs: Blobs): Promise<boolean> {
  try {
    const words = await readText(blobs, LOCK_FILE);
    if (words === undefined || words === RELEASED) return false;
    const { pid, host } = JSON.parse(words) as Record<string, unknown>;
    return typeof pid !== 'number' || host !== WRITER.host || isAlive(pid);
  } catch {
    return true;
  }
}

function isAlive(pid: number): boolean {
  try {
    return kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
