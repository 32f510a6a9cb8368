import { BackfillError } from '../core/errors.ts';
import { option } from '../core/option-name.ts';
import { type Quota, parseQuotas } from '../core/plan/quota.ts';
import type { Market } from '../market/market.ts';
import { type Delivery, whole } from './deliver.ts';
import type { SimulatedServer } from './distortion.ts';
import { faultDraw } from './faults/draw.ts';
import { type FaultName, FAULTS } from './faults/faults.ts';
import { assertFaultRates, type FaultRates, parseFaultRates } from './faults/rates.ts';
import { type RetryAfter, tooManyRequests } from './faults/refusals.ts';
import { Limiter } from './limiter.ts';
import type { WireRequest, WireResponse } from './wire.ts';

export interface Hostility {
  /**
   * Faults and how often they hit. `rates` are parts of all admitted requests by name, or text as `--fault` takes it:
   * `throttle=5%,reset=0.01`, or `all=5%,garbage=5%`, see `FAULT_GROUPS`. Each fault is drawn at its own rate; where several
   * hit a request, one of them happens. Default: none.
   */
  readonly faults?: { readonly rates: FaultRates | string; readonly seed: number };
  /**
   * At most `requests` admitted in any `perMs`, of all clients together; the others get 429, before any fault. Or
   * text as `--limit` takes it: `5/min,500/day`. Default: no limit.
   */
  readonly limits?: readonly Quota[] | string;
  /** In which form such a 429 says when the next request would be admitted. Default `none`. */
  readonly limitRetryAfter?: RetryAfter;
}

/** What became of a request: answered, refused by the limits, or hit by a fault. */
export type Outcome = 'ok' | 'limited' | FaultName;

export interface Decision {
  readonly outcome: Outcome;
  readonly symbol: string | null;
  readonly delivery: Delivery;
}

/** Decides on a request that came at `now` (ms since the epoch) and `arrivedMs` (of a clock that never goes back). */
export type Decide = (request: WireRequest, now: number, arrivedMs: number) => Decision;

/** Throws `usage` for a fault, rate or limit that is none. */
export function decide(
  { answer: wire, askedSeries, distortions, tooFast }: SimulatedServer,
  market: Market,
  hostility: Hostility,
): Decide {
  const { faults = { rates: {}, seed: 0 }, limitRetryAfter = 'none' } = hostility;
  const limiter = new Limiter(readLimits(hostility.limits ?? []));
  const draw = faultDraw(readRates(faults.rates), faults.seed);
  return (request, now, arrivedMs) => {
    const { symbol, interval } = askedSeries(request);
    const waitMs = limiter.admit(arrivedMs);
    if (waitMs > 0) {
      // A header that says when to come back is asked for in a form of its own.
      const delivery =
        tooFast !== undefined && limitRetryAfter === 'none'
          ? whole(tooFast(waitMs, request))
          : tooManyRequests(now, limitRetryAfter, waitMs);
      return { outcome: 'limited', symbol, delivery };
    }
    const answer = answerOrBug(() => wire(request, market, now));
    const { fault, random } = draw(`${symbol ?? request.path} ${interval ?? ''}`);
    const hit = fault && {
      fault,
      delivery: FAULTS[fault]({
        answer,
        now,
        random,
        distorted: (how) => distortions[how](answer, { request, market, now, random }),
      }),
    };
    if (!hit?.delivery) return { outcome: 'ok', symbol, delivery: whole(answer) };
    return { outcome: hit.fault, symbol, delivery: hit.delivery };
  };
}

function readRates(rates: FaultRates | string): FaultRates {
  if (typeof rates === 'string') return parseFaultRates(rates);
  assertFaultRates(rates);
  return rates;
}

function readLimits(limits: readonly Quota[] | string): readonly Quota[] {
  if (typeof limits === 'string') {
    try {
      return parseQuotas(limits);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new BackfillError('usage', `${option('limit')} ${limits}: ${why}`, { cause });
    }
  }
  for (const { requests, perMs } of limits) {
    if (Number.isSafeInteger(requests) && requests > 0 && perMs > 0) continue;
    throw new BackfillError(
      'usage',
      `${option('limit')} ${requests} in ${perMs} ms: both must be above 0, requests a whole number`,
    );
  }
  return limits;
}

/** The wire's answer; a bug in it is told to the client, and with it to whoever tests with the simulator. */
function answerOrBug(answer: () => WireResponse): WireResponse {
  try {
    return answer();
  } catch (error) {
    const body = `simulator: ${error instanceof Error ? error.message : String(error)}`;
    return { status: 500, headers: { 'content-type': 'text/plain' }, body, rows: 0 };
  }
}
