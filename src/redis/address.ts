import { BackfillError } from '../core/errors.ts';
import { withoutPassword } from '../core/without-password.ts';

const DEFAULT_PORT = 6379;

/** Where a Redis or Valkey server is, and how to log in. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly isEncrypted: boolean;
  /** Its URL as it may be shown: without the password. */
  readonly shown: string;
}

/** Schemes under which the same server is written, and whether they mean TLS. */
const SCHEMES: Readonly<Record<string, boolean>> = {
  'redis:': false,
  'rediss:': true,
  'valkey:': false,
  'valkeys:': true,
};

/**
 * The server of a URL such as `redis://USER:PASSWORD@HOST:6379/0`; port 6379 and database 0 where it names none, TLS with
 * `rediss://`. Without a password there, `REDISCLI_AUTH` has it, as for `redis-cli`. Throws `usage`.
 */
export function redisAddress(url: string, env: NodeJS.ProcessEnv = process.env): RedisAddress {
  const shown = withoutPassword(url).replace('://@', '://');
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isEncrypted = parsed && SCHEMES[parsed.protocol];
  if (parsed === undefined || isEncrypted === undefined || parsed.hostname === '')
    throw notOne(shown, 'give redis://HOST:6379, or rediss://HOST:6379 for TLS');
  const path = decodeURIComponent(parsed.pathname).replace(/^\//, '');
  if (!/^\d{0,4}$/.test(path))
    throw notOne(shown, `"${path}" is no number of a database, as in redis://HOST:6379/0`);
  const username = decodeURIComponent(parsed.username);
  const password = decodeURIComponent(parsed.password) || env['REDISCLI_AUTH'];
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? DEFAULT_PORT : Number(parsed.port),
    db: Number(path || '0'),
    ...(username !== '' && { username }),
    ...(password && { password }),
    ...{ isEncrypted, shown },
  };
}

function notOne(shown: string, advice: string): BackfillError {
  return new BackfillError('usage', `"${shown}" is no Redis server: ${advice}`);
}
