import { BackfillError, type ErrorCode, type ErrorDetails } from '../../../core/errors.ts';
import { errorByStatus, firstLine } from '../../http/status.ts';
import { type HttpAnswer, retryAfterMs } from '../../http/transport.ts';
import { type Refused, refusalIn } from '../../../s3/documents.ts';

/** What the codes of a bucket mean; what is not here means what the status says. Source: S3's list of error codes. */
const MEANINGS: Readonly<Record<string, readonly [ErrorCode, ErrorDetails?]>> = {
  InvalidAccessKeyId: ['unauthorized'],
  SignatureDoesNotMatch: ['unauthorized'],
  AuthorizationHeaderMalformed: ['unauthorized'],
  // The signature is dated by a clock that is more than a quarter of an hour off.
  RequestTimeTooSkewed: ['provider-fault', { scope: 'run' }],
  NoSuchBucket: ['bad-answer'],
  SlowDown: ['throttled', { retryable: true }],
  ServiceUnavailable: ['throttled', { retryable: true }],
  RequestLimitExceeded: ['throttled', { retryable: true }],
  InternalError: ['provider-fault', { retryable: true }],
  RequestTimeout: ['provider-fault', { retryable: true }],
};

const CLOCK = '; the clock of this machine is wrong';

/** What an answer without data is. `what`: what was asked for. */
export function flatRefusal(answer: HttpAnswer, what: string): BackfillError {
  const said = refusalIn(answer.body);
  const about = `polygon answered ${answer.status} for ${what}: ${wordsOf(answer, said)}`;
  const [code, details] = MEANINGS[said?.code ?? ''] ?? [];
  if (code === undefined) return errorByStatus(answer, about);
  const wait = code === 'throttled' ? retryAfterMs(answer.headers) : undefined;
  return new BackfillError(code, said?.code === 'RequestTimeTooSkewed' ? about + CLOCK : about, {
    ...details,
    ...(wait !== undefined && { retryAfterMs: wait }),
  });
}

function wordsOf({ body }: HttpAnswer, said: Refused | undefined): string {
  return firstLine(said === undefined ? body.replaceAll(/<[^>]*>/g, ' ') : `${said.code} ${said.message}`);
}

/** Whether a refusal of a file may be of the keys as well as of the plan: it does not say which. */
export function isForbidden(answer: HttpAnswer): boolean {
  const code = refusalIn(answer.body)?.code ?? 'AccessDenied';
  return answer.status === 403 && code === 'AccessDenied';
}

/** That a plan does not give a file, though its keys are good. */
export function notInPlan(key: string): BackfillError {
  const message = `polygon lists its files and does not give ${key}: the plan has none, or none of that day; --tier says what the plan is`;
  return new BackfillError('not-entitled', message, { scope: 'series' });
}

/** The same of all files of a market: the newest is not given either. */
export function nothingInPlan(key: string): BackfillError {
  const message = `polygon lists its files and gives none of them, neither ${key} nor the newest: the plan has none; --tier says what the plan is`;
  return new BackfillError('not-entitled', message, { scope: 'endpoint' });
}
