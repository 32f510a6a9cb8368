import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { isLoopback } from '../core/loopback.ts';

/** What of a request says who asks, and whom. Header names in lower case. */
export interface Asking {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The token that its address has; undefined: it has none. */
  readonly token: string | undefined;
  /** Whether more can be done there than looking. Default: not. */
  readonly mayAct?: boolean;
  /** Whether HEAD is answered there too. Default: not. */
  readonly knowsHead?: boolean;
}

/** Who may ask a server. */
export interface Access {
  /** What it is bound to: an address or a name. */
  readonly host: string;
  /** Without it nobody may. Default: nobody needs one. */
  readonly token?: string;
  /** Of the cookie that keeps the token. Cookies are shared by all ports of a host. */
  readonly cookie: string;
}

/** Why a request is refused: its status, and a line that says what to do. */
export interface Refused {
  readonly status: 401 | 403 | 405;
  readonly why: string;
}

/**
 * Why a request may not be answered; undefined: it may. Another site's page cannot ask under a name of its own that leads here
 * (DNS rebinding), nor from within itself.
 */
export function refusal(asking: Asking, access: Access): Refused | undefined {
  const { method, headers, token: given, mayAct = false, knowsHead = false } = asking;
  const isAct = method !== 'GET' && !(knowsHead && method === 'HEAD');
  if (isAct && !(mayAct && ACTS.has(method)))
    return { status: 405, why: 'this server only shows: GET is all that it knows' };
  if (!isKnownHost(textOf(headers['host']), access.host))
    return { status: 403, why: 'this server goes by another name: use the address that the command told' };
  const [site, mode] = [textOf(headers['sec-fetch-site']), textOf(headers['sec-fetch-mode'])];
  if ((site === 'cross-site' || site === 'same-site') && mode !== 'navigate')
    return { status: 403, why: 'a page of another site asked' };
  if (isAct && !isOwnPage(headers) && !isBearer(headers, access))
    return { status: 403, why: 'only a page of this server may change something, or who brings the token' };
  const { token, cookie } = access;
  if (token === undefined) return undefined;
  const offered = [given, bearerOf(headers), cookieOf(headers, cookie)];
  return offered.some((one) => one !== undefined && isSame(one, token))
    ? undefined
    : { status: 401, why: 'a token is needed: open the address with ?token=… that the command told' };
}

/** Methods by which something is done. */
const ACTS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** Browsers tell who asks whenever something is to be done: another site's page, or one of another port, is told by that. */
function isOwnPage(headers: Asking['headers']): boolean {
  const [site, origin] = [textOf(headers['sec-fetch-site']), textOf(headers['origin'])];
  if (site === '' && origin === '') return false;
  return (
    (site === '' || site === 'same-origin') &&
    (origin === '' || origin.replace(/^https?:\/\//, '') === textOf(headers['host']))
  );
}

/** Another site's page cannot bring one unless it is allowed to ask, which it never is. */
function isBearer(headers: Asking['headers'], { token }: Access): boolean {
  const brought = bearerOf(headers);
  return token !== undefined && brought !== undefined && isSame(brought, token);
}

/** By content, however much of it is alike, in the same time. */
export function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** A name that others give this server is not one of its own; an address cannot be another's. */
function isKnownHost(header: string, bound: string): boolean {
  const name = nameOf(header);
  if (name === undefined) return false;
  if (name === 'localhost' || name === bound.toLowerCase()) return true;
  if (isLoopback(bound)) return isLoopback(name);
  return isIP(name) !== 0 || name === hostname().toLowerCase();
}

/** `localhost` of `localhost:8321`, `::1` of `[::1]:8321`; undefined for what is no host. */
function nameOf(header: string): string | undefined {
  const [, address, name = address] = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(header) ?? [];
  return name?.toLowerCase();
}

function bearerOf(headers: Asking['headers']): string | undefined {
  return /^Bearer (\S+)$/.exec(textOf(headers['authorization']))?.[1];
}

function cookieOf(headers: Asking['headers'], name: string): string | undefined {
  const cookies = textOf(headers['cookie']).split('; ');
  return cookies.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
}

function textOf(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}
