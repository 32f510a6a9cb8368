/** What the system's codes mean. */
const UNREACHED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there; start it, or see that host and port are right',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up now',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'no route leads there',
  ECONNRESET: 'the connection was cut; TLS is written rediss://',
  EPIPE: 'the connection was cut: no Redis answers there, or it wants TLS, which is written rediss://',
};

/** How a server begins its refusals, and what they mean. */
const SAID: readonly (readonly [RegExp, string])[] = [
  [/^NOAUTH/, 'it wants a password; put it into REDISCLI_AUTH'],
  [/^(?:WRONGPASS|ERR invalid password)/, 'it does not accept the name and password'],
  [/DB index is out of range/, 'it has no database of that number'],
  [/\bOOM\b/, 'its memory is full, and it takes nothing more; see maxmemory'],
  [/\bREADONLY\b/, 'it is a replica, which only reads; give the one that it follows'],
  [/\bMISCONF\b/, 'it cannot save to its disk, and takes nothing more'],
  [/\b(?:LOADING|MASTERDOWN|NOREPLICAS)\b/, 'it is not ready yet'],
  [
    /RESP type|Protocol error|Connection is closed/,
    'no Redis answers there; see that host and port are right',
  ],
];

/** Why a server cannot be used, in words that say what to do. Undefined: it only does not answer. */
export function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return 'it does not answer';
  const { code = '' } = error as NodeJS.ErrnoException;
  return UNREACHED[code] ?? SAID.find(([said]) => said.test(error.message))?.[1] ?? error.message;
}
