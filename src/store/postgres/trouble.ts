import { BackfillError } from '../../core/errors.ts';
import { NoPassword } from '../tables/driver.ts';
import { codeOf, unreached } from '../tables/unreached.ts';
import type { PostgresPlace } from './place.ts';

/** What the client says without a code of a connection that it does not come to, and what that is. */
const NO_SSL = /server does not support SSL/;

/** What the codes of the server mean, by how they begin, and what to do. */
const MEANING: readonly (readonly [code: RegExp, what: string, todo: string])[] = [
  [
    /^28P01/,
    'does not let this user in',
    'check the user and the password in the URL, in PGPASSWORD or in ~/.pgpass',
  ],
  [
    /^28/,
    'does not let this user in',
    'let its pg_hba.conf and its roles do so, or name another user in the URL',
  ],
  [/^3D000/, 'has no such database', 'create it with createdb, or name another'],
  [/^3F000/, 'has no such schema', 'create it, or leave ?schema out'],
  [
    /^42P01/,
    'lacks a table of the store',
    'another hand dropped it: restore it, or drop the rest too and fill the store anew',
  ],
  [
    /^53300/,
    'has no connection left',
    'lower DB_POOL_MAX_SIZE or the number of workers, or raise its max_connections',
  ],
  [/^53100/, 'has a full disk', 'make room on it; what was stored is whole'],
  [/^25006/, 'takes no changes', 'name the primary server, not a standby'],
  [/^57P0/, 'is shutting down or starting', 'run the same again once it is up'],
];

const NO_RIGHT = '42501';

/** Of what a right is missing, in the server's words, and which one that is. */
const RIGHTS: readonly (readonly [of: RegExp, todo: string])[] = [
  [
    /(table|view|relation) /,
    'let its owner grant SELECT on the tables of the store to who reads it, and INSERT, UPDATE and DELETE besides to who writes it',
  ],
  [/sequence /, 'let its owner grant USAGE on the sequences of the store'],
  [/database /, 'let its owner grant CREATE on the database, or make the schema that ?schema names'],
  [
    /./,
    'let its owner grant USAGE on the schema, and CREATE besides for the first run, or name a schema of your own with ?schema=NAME',
  ],
];

/**
 * What befell a call to the server, as one line that says which server, what, and what to do; never a password. What is ours
 * already, and what is no trouble of the server's, is given back as it is.
 */
export function asUnusable({ server }: PostgresPlace, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [code, why] = [codeOf(error), unreached(error)];
  const { syscall, path } = error as { syscall?: unknown; path?: unknown };
  if (error instanceof NoPassword) return unusable(`the PostgreSQL server ${server} ${error.message}`, error);
  if (code === undefined && NO_SSL.test(error.message))
    return unusable(
      `the PostgreSQL server ${server} does not speak SSL, which the URL or PGSSLMODE asks for; leave sslmode out, or let it speak SSL`,
      error,
    );
  if (syscall === 'open' && typeof path === 'string')
    return unusable(
      `${path} cannot be read (${code}); check sslrootcert, sslcert and sslkey in the URL of ${server}`,
      error,
    );
  if (why !== undefined)
    return unusable(
      `the PostgreSQL server ${server} cannot be reached: ${why}; check the host and the port, and that the server runs`,
      error,
    );
  return code === undefined ? error : unusable(`the PostgreSQL server ${server} ${said(code, error)}`, error);
}

function said(code: string, { message }: Error): string {
  if (code === NO_RIGHT) {
    const [, todo = ''] = RIGHTS.find(([of]) => of.test(message)) ?? [];
    return `does not give this user the right: ${message}; ${todo}`;
  }
  const known = MEANING.find(([pattern]) => pattern.test(code));
  if (known === undefined) return `says: ${message} (${code})`;
  const [, what, todo] = known;
  return `${what}: ${message}; ${todo}`;
}

function unusable(message: string, cause: Error): BackfillError {
  return new BackfillError('store-unusable', message, { cause });
}
