import { type PoolSizes, poolIn } from '../tables/pool-sizes.ts';
import { leaveOut } from './libpq.ts';
import { assertReadable, OWN_PARAMETERS } from './readable-url.ts';

/** Where a store lies in a PostgreSQL server. */
export interface PostgresPlace {
  /** For the client; with the password, where the URL has one. Never shown. */
  readonly connection: string;
  /** For people: without a password, and without what is said of the connection. */
  readonly shown: string;
  /** `host:port/database`, for messages. */
  readonly server: string;
  /** The schema that all tables are in. */
  readonly schema: string;
  /** Connections that a thread keeps and opens at most. */
  readonly pool: PoolSizes;
  /** How long a connection may take to come about, ms; 0: for ever. */
  readonly patienceMs: number;
  /** Whether bars lie in hypertables. Default: those of a new store, where the database has TimescaleDB. */
  readonly timescaledb: 'on' | 'off' | undefined;
}

const DEFAULT_SCHEMA = 'public';
const DEFAULT_PORT = '5432';
const DEFAULT_PATIENCE_S = 20;

/** Whether a text is the URL of a PostgreSQL server. */
export function isPostgresUrl(url: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(url);
}

/**
 * Reads `postgres://user:password@host:port/database?schema=public&pool_min=0&pool_max=4&timescaledb=on`; other parameters, such as
 * `sslmode`, are the client's. Throws `usage`, without the password, for what is none.
 */
export function postgresPlace(url: string): PostgresPlace {
  const parsed = assertReadable(url);
  const schema = parsed.searchParams.get('schema') ?? DEFAULT_SCHEMA;
  const database = decodeURIComponent(parsed.pathname.slice(1));
  const pool = poolIn(parsed);
  const timescaledb = (parsed.searchParams.get('timescaledb') ?? undefined) as PostgresPlace['timescaledb'];
  const host = parsed.searchParams.get('host') ?? (parsed.hostname || 'localhost');
  const server = `${host}:${parsed.searchParams.get('port') ?? (parsed.port || DEFAULT_PORT)}/${database}`;
  const query = schema === DEFAULT_SCHEMA ? '' : `?schema=${encodeURIComponent(schema)}`;
  const patienceMs = 1000 * Number(parsed.searchParams.get('connect_timeout') ?? DEFAULT_PATIENCE_S);
  for (const name of OWN_PARAMETERS) parsed.searchParams.delete(name);
  leaveOut(parsed.searchParams);
  asClientMeans(parsed.searchParams);
  return {
    connection: parsed.href,
    shown: `postgres://${parsed.username === '' ? '' : `${parsed.username}@`}${server}${query}`,
    server,
    schema,
    pool,
    patienceMs,
    timescaledb,
  };
}

/** The client takes these modes for the last one, and warns on stderr each time that it does. */
function asClientMeans(parameters: URLSearchParams): void {
  // Which is what Node's own list is for.
  if (parameters.get('sslrootcert') === 'system') {
    parameters.delete('sslrootcert');
    parameters.set('sslmode', 'verify-full');
  }
  if (parameters.get('uselibpqcompat') === 'true') return;
  if (/^(prefer|require|verify-ca)$/.test(parameters.get('sslmode') ?? ''))
    parameters.set('sslmode', 'verify-full');
}
