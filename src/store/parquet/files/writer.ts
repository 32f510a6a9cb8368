import { hostname } from 'node:os';
import { basename } from 'node:path';
import { argv, kill, pid } from 'node:process';
import { threadId } from 'node:worker_threads';

/** What tells this writer from others: in the lock file, in the names of temp files, in the ids of runs. */
export const WRITER = { pid, threadId, host: hostname(), command: basename(argv[1] ?? 'node') } as const;

/** Whether there is a process with an id on this machine, be it another user's. */
export function isAlive(id: number): boolean {
  try {
    return kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
