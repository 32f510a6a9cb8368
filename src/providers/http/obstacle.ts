/** No route, or no address to start from. */
const NO_WAY: ReadonlySet<string> = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL']);

/** The machine itself, or a firewall on it, forbids the connection. */
const FORBIDDEN: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

/** What OpenSSL and Node call a certificate that this machine has no reason to trust. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/;

/**
 * What on this machine, or on its way out, kept a request from its host, and what to look at; undefined where the
 * host, or something on the way, was reached.
 */
export function obstacleOf(error: unknown): string | undefined {
  const parts = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  const [first, ...others] = parts.map(obstacleOfOne);
  // Of several addresses one that is reached and refuses says more than one without a route.
  return others.includes(undefined) ? undefined : first;
}

function obstacleOfOne(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const code = String(error.code);
  if (code === 'ENOTFOUND') return 'no such host here; is this machine online?';
  if ('syscall' in error && error.syscall === 'getaddrinfo')
    return `its name cannot be looked up (${code}); is this machine online?`;
  if (NO_WAY.has(code)) return `there is no way to it (${code}); is this machine online?`;
  if (FORBIDDEN.has(code)) return `this machine forbids it (${code}); is there a firewall?`;
  if (UNTRUSTED.test(code))
    return `its certificate is not trusted here (${code}); is a proxy in between? NODE_EXTRA_CA_CERTS can name its authority`;
  return undefined;
}
