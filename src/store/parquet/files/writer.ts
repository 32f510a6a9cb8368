import { hostname } from 'node:os';
import { basename } from 'node:path';
import { argv, pid } from 'node:process';
import { threadId } from 'node:worker_threads';

/** What tells this writer from others: in the lock file, in the names of temp files, in the ids of runs. */
export const WRITER = { pid, threadId, host: hostname(), command: basename(argv[1] ?? 'node') } as const;
