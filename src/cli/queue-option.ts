import { BackfillError } from '../index.ts';
import { redisAddress } from '../terminal.ts';
import type { Declarations } from './declaration.ts';

const GROUP = 'Several machines';

/** Which queue machines share. */
export const QUEUE = {
  queue: {
    value: 'URL',
    read: checkQueue,
    group: GROUP,
    describe: 'Redis or Valkey whose queues machines share, redis://HOST:6379',
  },
} as const satisfies Declarations;

/** A URL of a Redis. Throws `usage`. */
function checkQueue(name: string, text: string): string {
  try {
    redisAddress(text);
    return text;
  } catch (error) {
    throw error instanceof BackfillError ? new BackfillError('usage', `${name}: ${error.message}`) : error;
  }
}
