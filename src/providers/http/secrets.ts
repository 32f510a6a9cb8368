import { BackfillError } from '../../core/errors.ts';
import type { Secrets } from './steps.ts';

const HIDDEN = '***';

/** An error that says none of the secrets, which servers like to repeat; the same one where it says none. */
export function withoutSecrets(error: unknown, secrets: Secrets): unknown {
  if (!(error instanceof BackfillError)) return error;
  const { code, message, retryable, scope, ticker, provider, retryAfterMs, cause } = error;
  const causeText = cause instanceof Error ? cause.message : '';
  const [said, causeSaid] = [hide(message, secrets), hide(causeText, secrets)];
  if (said === message && causeSaid === causeText) return error;
  return new BackfillError(code, said, {
    ...{ retryable, scope },
    ...(ticker !== undefined && { ticker }),
    ...(provider !== undefined && { provider }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(cause !== undefined && { cause: new Error(causeSaid) }),
  });
}

function hide(text: string, secrets: Secrets): string {
  let hidden = text;
  for (const secret of Object.values(secrets))
    if (secret !== '')
      for (const spelling of [secret, encodeURIComponent(secret)])
        hidden = hidden.replaceAll(spelling, HIDDEN);
  return hidden;
}
