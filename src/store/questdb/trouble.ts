import { BackfillError } from '../../core/errors.ts';
import { NoPassword } from '../tables/driver.ts';
import { codeOf, unreached } from '../tables/unreached.ts';
import type { QuestPlace } from './place.ts';

/** What the words of the server mean (it gives no codes), and what to do. */
const MEANING: readonly (readonly [said: RegExp, what: string, todo: string])[] = [
  [
    /invalid username\/password/i,
    'does not let this user in',
    'check the user and the password in the URL, in PGPASSWORD or in ~/.pgpass',
  ],
  [
    /Access denied|permission|authoriz|read.?only/i,
    'does not give this user the right',
    'let its administrator grant the right to create, insert into and select from tables, or switch off what makes it read only',
  ],
  [/No space left|disk/i, 'has a full disk', 'make room on it; what was acknowledged is whole'],
  [
    /max connections|connection limit/i,
    'has no connection left',
    'lower DB_POOL_MAX_SIZE or the number of workers, or raise its pg.net.connection.limit',
  ],
];

/** As in PostgreSQL's store: one line that says which server, what, and what to do; never a password. */
export function asUnusable({ server }: Pick<QuestPlace, 'server'>, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof BackfillError) return error;
  if (error instanceof NoPassword) return unusable(`the QuestDB server ${server} ${error.message}`, error);
  const why = unreached(error);
  if (why !== undefined)
    return unusable(
      `the QuestDB server ${server} cannot be reached: ${why}; check the host and the port (of the PostgreSQL wire, 8812 by default), and that the server runs`,
      error,
    );
  const known = MEANING.find(([said]) => said.test(error.message));
  if (known === undefined)
    return codeOf(error) === undefined
      ? error
      : unusable(`the QuestDB server ${server} says: ${error.message}`, error);
  const [, what, todo] = known;
  return unusable(`the QuestDB server ${server} ${what}: ${error.message}; ${todo}`, error);
}

function unusable(message: string, cause: Error): BackfillError {
  return new BackfillError('store-unusable', message, { cause });
}
