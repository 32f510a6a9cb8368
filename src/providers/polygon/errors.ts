import { BackfillError, type ErrorCode, type ErrorDetails } from '../../core/errors.ts';
import { type Fields, fieldsOf } from '../fields.ts';
import { errorByStatus, firstLine } from '../http/status.ts';
import type { HttpAnswer } from '../http/transport.ts';
import { retryAfterMs } from '../http/transport.ts';

interface Refusal extends ErrorDetails {
  /** The `status` in the body. */
  readonly status: RegExp;
  readonly says: RegExp;
  readonly code: ErrorCode;
  /** What to do, behind its own words. */
  readonly advice?: string;
}

/** What a plan includes of one market, or how far back, says nothing of another ticker's. */
const OF_SERIES = { scope: 'series' } as const;

const PLAN = '; --tier says what the plan is';

/**
 * What each refusal means, the first that fits, be the HTTP status 200 or whatever; what is not here means what that status says.
 */
const REFUSALS: readonly Refusal[] = [
  { status: /NOT_AUTHORIZED/, says: /timeframe/i, code: 'out-of-range', advice: PLAN, ...OF_SERIES },
  { status: /NOT_AUTHORIZED/, says: /api key/i, code: 'unauthorized' },
  { status: /NOT_AUTHORIZED/, says: /^/, code: 'not-entitled', ...OF_SERIES },
  { status: /./, says: /(?:unknown|invalid) api key|api key was not provided/i, code: 'unauthorized' },
  { status: /./, says: /maximum requests|too many requests/i, code: 'throttled', retryable: true },
  { status: /NOT_FOUND/, says: /^/, code: 'unknown-ticker' },
];

/** Statuses of answers with data; those of plans that get it late say `DELAYED`. */
const GOOD = new Set(['OK', 'DELAYED']);

/** The fields of an answer with data. Throws what it says instead, and `bad-answer` (retryable) for what cannot be read. */
export function dataIn(answer: HttpAnswer): Fields {
  const fields = jsonIn(answer);
  const { status, error, message } = fields;
  const isGood = typeof status === 'string' && GOOD.has(status);
  if (answer.status === 200 && isGood) return fields;
  const words = [error, message].find((one) => typeof one === 'string') ?? firstLine(answer.body);
  const about = `polygon answered ${answer.status}: ${words}`;
  if (typeof status === 'string' && !isGood) throw refusalOf(status, words, answer, about);
  if (answer.status !== 200) throw errorByStatus(answer, about);
  throw unreadable(`it has no status (${firstLine(answer.body)})`);
}

function refusalOf(status: string, words: string, answer: HttpAnswer, about: string): BackfillError {
  const refusal = REFUSALS.find((one) => one.status.test(status) && one.says.test(words));
  if (refusal !== undefined) {
    const { status: _status, says: _says, code, advice = '', ...details } = refusal;
    const wait = code === 'throttled' ? retryAfterMs(answer.headers) : undefined;
    return new BackfillError(code, about + advice, {
      ...details,
      ...(wait !== undefined && { retryAfterMs: wait }),
    });
  }
  if (answer.status === 200) return new BackfillError('provider-fault', about, { retryable: true });
  // A request that it takes amiss will not be better the next time.
  if (answer.status === 400 || answer.status === 404) return new BackfillError('bad-answer', about);
  return errorByStatus(answer, about);
}

/** Nothing where a body that promises no data is no JSON. */
function jsonIn({ status, body }: HttpAnswer): Fields {
  try {
    return fieldsOf(JSON.parse(body));
  } catch (error) {
    if (status !== 200) return {};
    throw unreadable(`it does not parse (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** That an answer cannot be read, which it may be the next time; `details`: what else is known of it. */
export function unreadable(what: string, details: ErrorDetails = {}): BackfillError {
  const message = `polygon's answer cannot be read: ${what}`;
  return new BackfillError('bad-answer', message, { retryable: true, ...details });
}

/** The same of an answer whose status says that it has what was asked for. */
export function spoiltAnswer(what: string): BackfillError {
  return unreadable(what, { isOfOne: true });
}
