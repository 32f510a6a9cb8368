import { BackfillError } from '../../core/errors.ts';
import { type PoolSizes, poolIn } from '../tables/pool-sizes.ts';
import { withoutPassword } from '../../core/without-password.ts';

/** Where a store lies in a QuestDB server. */
export interface QuestPlace {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Default: what the client finds in PGPASSWORD or ~/.pgpass. Never shown. */
  readonly password: string | undefined;
  readonly database: string;
  /** For people: without a password. */
  readonly shown: string;
  /** `host:port`, for messages. */
  readonly server: string;
  /** What the names of all tables begin with; may be empty. */
  readonly prefix: string;
  readonly pool: PoolSizes;
}

const DEFAULT_PORT = 8812;
const DEFAULT_USER = 'admin';
const DEFAULT_DATABASE = 'qdb';
const KNOWN: ReadonlySet<string> = new Set(['prefix', 'pool_min', 'pool_max']);

/** Whether a text is the URL of a QuestDB server. */
export function isQuestUrl(url: string): boolean {
  return /^questdb:\/\//i.test(url);
}

/**
 * Reads `questdb://user:password@host:8812/qdb?prefix=&pool_min=0&pool_max=4`, of which the host alone must be said. Throws
 * `usage`, without the password, for what is none.
 */
export function questPlace(url: string): QuestPlace {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.hostname === '')
    throw refused(url, `names no server; write questdb://USER@HOST:${DEFAULT_PORT}`);
  for (const name of parsed.searchParams.keys())
    if (!KNOWN.has(name)) throw refused(url, `says ${name}, which is none of ${[...KNOWN].join(', ')}`);
  const prefix = parsed.searchParams.get('prefix') ?? '';
  if (!/^[a-z\d_]{0,40}$/.test(prefix))
    throw refused(url, 'has a prefix of other signs than a to z, 0 to 9 and _, or of more than 40');
  const [user, password, database] = [parsed.username, parsed.password, parsed.pathname.slice(1)].map(
    decodeURIComponent,
  );
  const port = Number(parsed.port || DEFAULT_PORT);
  const server = `${parsed.hostname}:${port}`;
  return {
    ...{ host: parsed.hostname.replace(/^\[|\]$/g, ''), port, server, prefix, pool: poolIn(parsed) },
    user: user || DEFAULT_USER,
    password: password || undefined,
    database: database || DEFAULT_DATABASE,
    shown: `questdb://${user ? `${parsed.username}@` : ''}${server}${parsed.pathname === '/' ? '' : parsed.pathname}${prefix === '' ? '' : `?prefix=${prefix}`}`,
  };
}

function refused(url: string, why: string): BackfillError {
  return new BackfillError('usage', `"${withoutPassword(url)}" ${why}`);
}
