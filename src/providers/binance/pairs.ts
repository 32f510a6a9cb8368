import type { Member } from '../../core/universe/member.ts';
import type { HttpAnswer } from '../http/transport.ts';
import { isRefusal, notRead, refusalIn } from './errors.ts';
import type { Hosts } from './request.ts';
import { isWritable } from './symbols.ts';

/** What is read of a pair in the answer to exchangeInfo. */
interface Pair {
  readonly status: string;
  readonly baseAsset: string;
  readonly quoteAsset: string;
}

/** What is read of its limits there. */
interface RateLimit {
  readonly rateLimitType: string;
  readonly interval: string;
  readonly intervalNum: number;
  readonly limit: number;
}

/**
 * The tickers of the pairs that trade, as exchangeInfo lists them; those that cannot be written here are left out. Throws what
 * the answer says instead.
 */
export function pairsIn(answer: HttpAnswer, { api }: Hosts): readonly string[] {
  const body = answer.status === 200 ? parsed(answer) : undefined;
  if (body === undefined || isRefusal(body)) throw refusalIn(answer, 'its pairs', api);
  const { symbols } = (body ?? {}) as { readonly symbols?: unknown };
  if (!Array.isArray(symbols)) throw notRead("Binance's answer has no list of symbols");
  return (symbols as readonly Partial<Pair>[]).flatMap(({ status, baseAsset = '', quoteAsset = '' }) =>
    status === 'TRADING' && isWritable(baseAsset, quoteAsset) ? [`${baseAsset}-${quoteAsset}`] : [],
  );
}

/**
 * The pairs that trade as members. The others are left out: of a pair that is halted, or gone, it is not told since when, and
 * a member without an end is one that trades.
 */
export function membersIn(answer: HttpAnswer, hosts: Hosts): readonly Member[] {
  return pairsIn(answer, hosts).map((ticker) => ({
    ...{ ticker, name: null, type: 'crypto', exchange: null },
    ...{ listed: null, delisted: null, source: 'binance' },
  }));
}

/** The weight that an address may use a minute, as exchangeInfo tells it; undefined where it does not. */
export function weightIn({ status, body }: HttpAnswer): number | undefined {
  const said = (status === 200 ? parsed({ body }) : null) as { readonly rateLimits?: unknown } | null;
  const rateLimits = said?.rateLimits;
  const limits = Array.isArray(rateLimits) ? (rateLimits as readonly (Partial<RateLimit> | null)[]) : [];
  const ofMinute = limits.find(
    (one) => one?.rateLimitType === 'REQUEST_WEIGHT' && one.interval === 'MINUTE' && one.intervalNum === 1,
  );
  const limit = ofMinute?.limit;
  return Number.isSafeInteger(limit) && Number(limit) > 0 ? limit : undefined;
}

function parsed({ body }: Pick<HttpAnswer, 'body'>): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw notRead("Binance's answer does not parse");
  }
}
