import { BackfillError } from '../../core/errors.ts';
import { codeOf, unreached } from '../tables/unreached.ts';
import type { PostgresPlace } from './place.ts';

/** What the client says without a code of a connection that it does not come to, and what that is. */
const WORDS: readonly (readonly [words: RegExp, what: string])[] = [
  [
    /password must be a (non-empty )?string/,
    'wants a password, and there is none; set PGPASSWORD, or write it into ~/.pgpass',
  ],
  [
    /server does not support SSL/,
    'does not speak SSL, which the URL or PGSSLMODE asks for; leave sslmode out, or let it speak SSL',
  ],
];

/** What the codes of the server mean, by how they begin, and what to do. */
const MEANING: readonly (readonly [code: RegExp, what: string, todo: string])[] = [
  [
    /^28/,
    'does not let this user in',
    'check the user and the password in the URL, in PGPASSWORD or in ~/.pgpass',
  ],
  [/^3D000/, 'has no such database', 'create it with createdb, or name another'],
  [
    /^42501/,
    'does not give this user the right',
    'let its owner grant CREATE on the schema and the rights on its tables, or name a schema of your own with ?schema=NAME',
  ],
  [/^3F000/, 'has no such schema', 'create it, or leave ?schema out'],
  [/^53300/, 'has no connection left', 'lower DB_POOL_MAX_SIZE or --workers, or raise its max_connections'],
  [/^53100/, 'has a full disk', 'make room on it; what was stored is whole'],
  [/^25006/, 'takes no changes', 'name the primary server, not a standby'],
  [/^57P0/, 'is shutting down or starting', 'run the same again once it is up'],
];

/**
 * What befell a call to the server, as one line that says which server, what, and what to do; never a password. What is ours
 * already, and what is no trouble of the server's, is given back as it is.
 */
export function asUnusable({ server }: PostgresPlace, error: unknown): unknown {
  const [code, why] = [codeOf(error), unreached(error)];
  const [, refused] = WORDS.find(([pattern]) => error instanceof Error && pattern.test(error.message)) ?? [];
  if (error instanceof Error && code === undefined && refused !== undefined)
    return unusable(`the PostgreSQL server ${server} ${refused}`, error);
  if (!(error instanceof Error) || (code === undefined && why === undefined)) return error;
  if (why !== undefined)
    return unusable(
      `the PostgreSQL server ${server} cannot be reached: ${why}; check the host and the port, and that the server runs`,
      error,
    );
  const known = MEANING.find(([pattern]) => pattern.test(code ?? ''));
  if (known === undefined)
    return unusable(`the PostgreSQL server ${server} says: ${error.message} (${code})`, error);
  const [, what, todo] = known;
  return unusable(`the PostgreSQL server ${server} ${what}: ${error.message}; ${todo}`, error);
}

function unusable(message: string, cause: Error): BackfillError {
  return new BackfillError('store-unusable', message, { cause });
}
