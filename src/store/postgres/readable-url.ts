import { BackfillError } from '../../core/errors.ts';
import { didYouMean } from '../../core/closest.ts';
import { quoted, shortened } from '../../core/quoted.ts';
import { withoutPassword } from '../../core/without-password.ts';
import { insteadOf, isOfLibpq } from './libpq.ts';

/** What a URL may say that the server is not told. */
export const OWN_PARAMETERS = ['schema', 'pool_min', 'pool_max', 'timescaledb', 'connect_timeout'] as const;

/** What `pg` takes from a URL. */
const OF_THE_CLIENT = [
  ...[
    'user',
    'password',
    'host',
    'port',
    'ssl',
    'sslmode',
    'sslcert',
    'sslkey',
    'sslrootcert',
    'sslnegotiation',
  ],
  ...['uselibpqcompat', 'application_name', 'fallback_application_name', 'client_encoding', 'options'],
  ...['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'query_timeout'],
];

const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];
const LAST_PORT = 65_535;

const FORM = 'postgres://USER@HOST:5432/DATABASE';
const SIGNS =
  'a / # ? or @ in a password is written %2F %23 %3F %40 there; or leave the password out, and give it in PGPASSWORD or ~/.pgpass';

/** A URL of a PostgreSQL server that says what it means. Throws `usage`, without the password, for any other. */
export function assertReadable(text: string): URL {
  const why = whyUnreadable(text);
  if (why !== undefined) throw new BackfillError('usage', `"${withoutPassword(text)}" ${why}`);
  return new URL(text);
}

function whyUnreadable(text: string): string | undefined {
  const rest = text.slice(text.indexOf('//') + 2);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Where such a sign stands before the @, what is read as the host is the user, and as the port what the password begins with.
  const isSplit = /[/?#].*@/s.test(rest);
  const isWhole = url !== undefined && !url.pathname.includes('@') && url.hash === '' && !hasStranger(url);
  if (isSplit && !isWhole) return `is no URL that can be read: ${SIGNS}`;
  if (url === undefined) return whyNoUrl(rest);
  if (url.pathname.length <= 1) return `names no database; write ${FORM}`;
  if (!isDecodable(url.pathname)) return 'has a % in the name of its database; write it %25';
  if (url.hash !== '') return 'has a # in it; write it %23';
  return whyNoParameters(url);
}

/** `rest`: behind the scheme. No part of it is cited that may be one of a password. */
function whyNoUrl(rest: string): string {
  const [authority = ''] = /^[^/?#]*/.exec(rest) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (/^(:\d*)?$/.test(host))
    return `names no host; write ${FORM}, or postgres:///DATABASE?user=USER&host=/run/postgresql for a socket`;
  const [, port] = /:(\d+)$/.exec(host) ?? [];
  if (port !== undefined && Number(port) > LAST_PORT)
    return `has the port ${port}, which is none; write one from 1 to ${LAST_PORT}`;
  if (/:[^\]]*$/.test(host)) return `has no number where its port stands; write ${FORM}`;
  return `is no URL that can be read; write ${FORM}`;
}

function whyNoParameters({ searchParams }: URL): string | undefined {
  const all = [...OWN_PARAMETERS, ...OF_THE_CLIENT];
  const stranger = [...searchParams.keys()].find((name) => !all.includes(name) && !isOfLibpq(name));
  if (stranger !== undefined)
    return `has a parameter ${quoted(stranger)}, which nothing is known of; there are ${all.join(', ')}${didYouMean(stranger, all)}`;
  for (const [name, value] of searchParams) {
    const instead = insteadOf(name, value);
    if (instead !== undefined)
      return `has ${/passw/.test(name) ? name : `${name}=${shortened(value)}`}, which would not be kept here; ${instead}`;
  }
  if (searchParams.get('schema') === '')
    return 'has an empty ?schema=; write ?schema=NAME, or leave it out for public';
  const parted = searchParams.get('timescaledb');
  if (parted !== null && parted !== 'on' && parted !== 'off')
    return `has timescaledb=${shortened(parted)}; write on or off, or leave it out`;
  const mode = searchParams.get('sslmode');
  if (mode !== null && !SSL_MODES.includes(mode))
    return `has sslmode=${shortened(mode)}; there are ${SSL_MODES.join(', ')}`;
  const port = searchParams.get('port');
  if (port !== null && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= LAST_PORT))
    return `has port=${shortened(port)}; write one from 1 to ${LAST_PORT}`;
  const seconds = searchParams.get('connect_timeout');
  if (seconds !== null && !/^\d{1,5}$/.test(seconds))
    return `has connect_timeout=${shortened(seconds)}; write seconds, or 0 to wait for ever`;
  return undefined;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a parameter is named by what belongs to no name. */
function hasStranger({ searchParams }: URL): boolean {
  return [...searchParams.keys()].some((name) => name.includes('@'));
}
