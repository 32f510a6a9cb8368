import { BackfillError, type ErrorCode, type ErrorDetails } from '../../core/errors.ts';
import { errorByStatus, firstLine } from '../http/status.ts';
import { type HttpAnswer, answeredAt, retryAfterMs } from '../http/transport.ts';
import { PUBLIC_API } from './request.ts';

type Meaning = readonly [code: ErrorCode, details?: ErrorDetails];

const PASSES: Meaning = ['provider-fault', { retryable: true }];

/** What Binance's own codes mean, whatever the status. Source: errors.md of binance-spot-api-docs. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ...{ '-1000': PASSES, '-1001': PASSES, '-1006': PASSES, '-1007': PASSES },
  // Too much weight, and a server that has too much to do.
  ...{ '-1003': ['throttled', { retryable: true }], '-1008': ['throttled', { retryable: true }] },
  ...{ '-1002': ['unauthorized'], '-2014': ['unauthorized'], '-2015': ['unauthorized'] },
  '-1120': ['unsupported-interval'],
  '-1121': ['unknown-ticker'],
};

/** What Binance says in words and in numbers. */
interface Said {
  readonly code?: unknown;
  readonly msg?: unknown;
}

/**
 * What an answer without data is: by Binance's own code, else by its status. `who`: what was asked for; `api`: where.
 */
export function refusalIn(answer: HttpAnswer, who: string, api: string): BackfillError {
  const { status } = answer;
  const said = saidIn(answer);
  const words = typeof said.msg === 'string' ? said.msg : firstLine(answer.body.replaceAll(/<[^>]*>/g, ' '));
  const about = `Binance answered ${status} for ${who}: ${words}`;
  if (status === 451) return new BackfillError('not-entitled', abroad(api, words), { scope: 'run' });
  if (status === 403) return new BackfillError('not-entitled', `${about} ${FIREWALL}`, { scope: 'run' });
  const wait = retryAfterMs(answer.headers) ?? banMs(words, answer);
  const [code, details] = meaningOf(said, words) ?? [];
  if (code === 'throttled' || status === 418 || status === 429)
    return new BackfillError('throttled', about, {
      retryable: true,
      ...(wait !== undefined && { retryAfterMs: wait }),
    });
  if (code !== undefined) return new BackfillError(code, about, details);
  if (status === 400) return new BackfillError('bad-answer', about);
  return errorByStatus(answer, about);
}

const FIREWALL = '(its firewall turns this address away; wait, then ask for less at once: --rate-limit)';

/** One line on a geo-block, with what may do instead. */
function abroad(api: string, words: string): string {
  const { host } = new URL(api);
  const instead = api === PUBLIC_API ? 'ask from another place' : `${PUBLIC_API}, asked by default, may do`;
  return `Binance does not serve this place (451, ${host}): ${instead}. It said: ${firstLine(words)}`;
}

/** Whether a body is one of Binance's refusals, be its status 200. */
export function isRefusal(body: unknown): boolean {
  const { code } = fieldsOf(body);
  return typeof code === 'number' && code < 0;
}

function meaningOf({ code }: Said, words: string): Meaning | undefined {
  // Illegal characters, or a value that cannot be: of whatever parameter.
  if ((code === -1100 || code === -1130) && words.includes("'symbol'")) return MEANINGS['-1121'];
  return typeof code === 'number' ? MEANINGS[String(code)] : undefined;
}

/** How long a ban lasts of which only the words tell, ms by the server's own clock; one that is over says nothing. */
function banMs(words: string, { headers }: HttpAnswer): number | undefined {
  const [, until] = /banned until (\d{13})\b/.exec(words) ?? [];
  if (until === undefined) return undefined;
  const wait = Number(until) - answeredAt(headers);
  return wait > 0 ? wait : undefined;
}

function saidIn({ body }: HttpAnswer): Said {
  try {
    return fieldsOf(JSON.parse(body));
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown): Said {
  return typeof value === 'object' && value !== null ? value : {};
}

/** An answer that cannot be what was asked for. Binance's are sound: something on the way mangled it, so that another may do. */
export function notRead(message: string, details: ErrorDetails = {}): BackfillError {
  return new BackfillError('bad-answer', message, { retryable: true, ...details });
}
