import { BackfillError } from '../../core/errors.ts';
import type { Capabilities, Secrets } from '../provider.ts';

const HIDDEN = '***';

/** An error that says none of the secrets, which servers like to repeat; the same one where it says none. */
export function withoutSecrets(error: unknown, secrets: Secrets): unknown {
  if (!(error instanceof BackfillError)) return error instanceof Error ? plainWithout(error, secrets) : error;
  const { code, message, retryable, scope, ticker, provider, retryAfterMs, cause } = error;
  const [said, causeSaid] = [hide(message, secrets), withoutSecrets(cause, secrets)];
  if (said === message && causeSaid === cause) return error;
  return new BackfillError(code, said, {
    ...{ retryable, scope },
    ...(ticker !== undefined && { ticker }),
    ...(provider !== undefined && { provider }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(cause !== undefined && { cause: causeSaid }),
  });
}

/** A refusal of keys that names the variables of the environment that they come from; any other error is the same one. */
export function withVariables(
  error: unknown,
  { credentials = {} }: Pick<Capabilities, 'credentials'>,
): unknown {
  const variables = Object.values(credentials).join(' and ');
  if (!(error instanceof BackfillError && error.code === 'unauthorized') || variables === '') return error;
  const { code, message, scope, ticker, provider, cause } = error;
  return new BackfillError(code, `${message}; ${variables} in the environment or .env`, {
    scope,
    ...(ticker !== undefined && { ticker }),
    ...(provider !== undefined && { provider }),
    ...(cause !== undefined && { cause }),
  });
}

/** The same of any other error. */
function plainWithout(error: Error, secrets: Secrets): Error {
  const [message, stack] = [hide(error.message, secrets), hide(error.stack ?? '', secrets)];
  if (message === error.message && stack === (error.stack ?? '')) return error;
  return Object.assign(new Error(message), { name: error.name, stack });
}

function hide(text: string, secrets: Secrets): string {
  let hidden = text;
  for (const secret of Object.values(secrets))
    if (secret !== '')
      for (const spelling of [secret, encodeURIComponent(secret)])
        hidden = withoutStart(hidden.replaceAll(spelling, HIDDEN), spelling);
  return hidden;
}

/** What messages end with that were cut short. */
const CUT = '…';

/** So few signs of a key say nothing. */
const LEAST_SAID = 4;

/** The same of a message that was cut short in the middle of a secret. */
function withoutStart(text: string, secret: string): string {
  let hidden = text;
  if (!text.includes(CUT)) return text;
  for (let length = secret.length - 1; length >= LEAST_SAID; length--)
    hidden = hidden.replaceAll(`${secret.slice(0, length)}${CUT}`, `${HIDDEN}${CUT}`);
  return hidden;
}
