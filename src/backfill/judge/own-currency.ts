import { isCryptoPair, pairOf } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { priceCurrencyIn } from '../../core/currency.ts';
import { quoted } from '../../core/quoted.ts';
import { shown } from '../../core/shown.ts';
import type { BarAnswer } from '../../providers/provider.ts';

/** An answer with the currency of its prices as it is kept, if it is one; whoever gave it, it may have any value. */
export function withOwnCurrency(answer: BarAnswer): BarAnswer {
  const { identity } = answer;
  const said: unknown = identity.currency;
  const currency = typeof said === 'string' ? priceCurrencyIn(said) : undefined;
  if (currency === undefined || currency === said) return answer;
  return { ...answer, identity: { ...identity, currency } };
}

/**
 * Throws `bad-answer`, worth another try, where what an answer says that its prices are in is no currency (a code of three
 * letters, a sign that several currencies have, or what a pair of crypto is quoted in): it would be held against every later answer.
 */
export function assertCurrency({ identity }: BarAnswer, ticker: string): void {
  const said: unknown = identity.currency;
  if (said === null || said === undefined) return;
  if (typeof said === 'string') {
    if (priceCurrencyIn(said) === said) return;
    if (isCryptoPair(ticker) && pairOf(ticker)[1] === said) return;
  }
  const word = typeof said === 'string' ? quoted(said) : shown(said);
  const message = `the answer for ${ticker} says that its prices are in ${word}, which is no currency; none of it is stored`;
  throw new BackfillError('bad-answer', message, { retryable: true, ticker });
}
