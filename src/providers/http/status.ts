import { BackfillError } from '../../core/errors.ts';
import { type HttpAnswer, retryAfterMs } from './transport.ts';

/**
 * What an answer without data is by its status, where the provider's own words say no more: `throttled`, `unauthorized`,
 * `not-entitled`, else `provider-fault`. `about` says who answered what.
 */
export function errorByStatus({ status, headers }: HttpAnswer, about: string): BackfillError {
  const wait = retryAfterMs(headers);
  if (status === 418 || status === 429 || (status >= 500 && wait !== undefined)) {
    const details = { retryable: true, ...(wait !== undefined && { retryAfterMs: wait }) };
    return new BackfillError('throttled', about, details);
  }
  if (status === 401) return new BackfillError('unauthorized', about);
  if (status === 402 || status === 403 || status === 451) return new BackfillError('not-entitled', about);
  return new BackfillError('provider-fault', about, { retryable: true });
}

/** The first line of a text, cut short, for a message. */
export function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > 160 ? `${line.slice(0, 160)}…` : line || '(empty)';
}
