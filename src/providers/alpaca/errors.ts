import { BackfillError, type ErrorCode } from '../../core/errors.ts';
import { errorByStatus, firstLine } from '../http/status.ts';
import type { Spoilt } from '../http/steps.ts';
import type { HttpAnswer } from '../http/transport.ts';
import { tickerOf } from './symbols.ts';

/** What a refusal means, by its status and words; what is not here means what its status says. */
const REFUSALS: readonly { readonly status: number; readonly words: RegExp; readonly code: ErrorCode }[] = [
  // Of the recent bars that this request asks for; older ones it may have.
  { status: 403, words: /does not permit querying recent/i, code: 'not-entitled' },
  // A request that it takes amiss will not be better the next time.
  { status: 400, words: /./, code: 'bad-answer' },
  { status: 404, words: /./, code: 'bad-answer' },
  { status: 422, words: /./, code: 'bad-answer' },
];

/** The refusal of a list for one of its symbols, which mostly is named: `invalid symbol: BRK-B`. */
const INVALID_SYMBOL = /invalid symbol(?:s|\(s\))?(?:: *(.*))?/i;

/**
 * What an answer without data says. Gives the refusal of some symbols; throws what else it is, in Alpaca's words.
 */
export function refusalIn(answer: HttpAnswer): Spoilt {
  const message = messageIn(answer);
  const said = message ?? firstLine(answer.body.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' '));
  const about = `alpaca answered ${answer.status}: ${said}`;
  const isAmiss = answer.status === 400 || answer.status === 422;
  const invalid = isAmiss ? INVALID_SYMBOL.exec(message ?? '') : null;
  if (invalid !== null) {
    const named = (invalid[1] ?? '').split(/[\s,]+/).filter((symbol) => symbol !== '');
    return { spoilt: new BackfillError('unknown-ticker', about), without: named.map(tickerOf) };
  }
  // A page of something in between says nothing of the request.
  const known = REFUSALS.find(
    ({ status, words }) => message !== undefined && status === answer.status && words.test(message),
  );
  if (known === undefined) throw errorByStatus(answer, about);
  throw new BackfillError(known.code, about, known.code === 'not-entitled' ? { scope: 'series' } : {});
}

/** `{"message":"…"}` is how Alpaca words a refusal. */
function messageIn({ body }: HttpAnswer): string | undefined {
  if (!body.trimStart().startsWith('{')) return undefined;
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** Throws what an answer without data says. */
export function assertData(answer: HttpAnswer): void {
  if (answer.status !== 200) throw refusalIn(answer).spoilt;
}
