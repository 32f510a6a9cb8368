/**
 * Parameters of URLs that are made for libpq, which the client here knows nothing of. Source: "Parameter Key Words" of PostgreSQL's
 * own documentation of libpq. Of each the values that say nothing other than what is done anyway; with any other one the URL is
 * refused, because what it asks for would not be kept.
 */
const ASIDE: ReadonlyMap<string, { readonly kept: RegExp; readonly instead: string }> = new Map(
  Object.entries({
    channel_binding: { kept: /^(prefer|disable)$/, instead: 'write channel_binding=prefer, or leave it out' },
    gssencmode: { kept: /^(prefer|disable)$/, instead: 'there is no GSSAPI here; leave it out' },
    target_session_attrs: {
      kept: /^(any|read-write|primary|prefer-standby)$/,
      instead: 'one server is asked, whatever it is; leave it out',
    },
    load_balance_hosts: { kept: /^(disable|random)$/, instead: 'one server is asked; leave it out' },
    keepalives: { kept: /^[01]$/, instead: 'write 0 or 1, or leave it out' },
    keepalives_idle: number(),
    keepalives_interval: number(),
    keepalives_count: number(),
    tcp_user_timeout: number(),
    sslcompression: { kept: /^[01]$/, instead: 'write 0 or 1, or leave it out' },
    sslsni: { kept: /^1$/, instead: 'the name of the server is told; leave it out' },
    sslcertmode: { kept: /^allow$/, instead: 'a certificate is shown where sslcert names one; leave it out' },
    // Node speaks none below TLS 1.2.
    ssl_min_protocol_version: {
      kept: /^TLSv1(\.[12])?$/,
      instead: 'leave it out, and set node --tls-min-v1.3',
    },
    ssl_max_protocol_version: { kept: /^TLSv1\.3$/, instead: 'leave it out, and set node --tls-max-v1.2' },
    replication: { kept: /^(false|off|no|0)$/, instead: 'leave it out' },
    passfile: never('leave it out, and name the file in PGPASSFILE'),
    hostaddr: never('write the address in place of the host'),
    dbname: never('write the database behind the host: postgres://USER@HOST:5432/DATABASE'),
    service: never('write what the service says into the URL'),
    require_auth: never('leave it out, and let sslmode=verify-full say which server it is'),
    sslpassword: never('leave it out, and name a key without a password'),
    sslcrl: never('leave it out'),
    sslcrldir: never('leave it out'),
    requirepeer: never('leave it out'),
    krbsrvname: never('there is no GSSAPI here; leave it out'),
    gsslib: never('there is no GSSAPI here; leave it out'),
    gssdelegation: never('there is no GSSAPI here; leave it out'),
  }),
);

function never(instead: string): { kept: RegExp; instead: string } {
  return { kept: /^(?!)/, instead };
}

function number(): { kept: RegExp; instead: string } {
  return { kept: /^-?\d+$/, instead: 'write a number, or leave it out' };
}

/** Whether libpq knows a parameter that the client here does not. */
export function isOfLibpq(name: string): boolean {
  return ASIDE.has(name);
}

/** What to write instead of a value that would not be kept; undefined for one that is. */
export function insteadOf(name: string, value: string): string | undefined {
  const known = ASIDE.get(name);
  return known === undefined || known.kept.test(value) ? undefined : known.instead;
}

/** Leaves out what is kept without being told. */
export function leaveOut(parameters: URLSearchParams): void {
  for (const name of ASIDE.keys()) parameters.delete(name);
}
