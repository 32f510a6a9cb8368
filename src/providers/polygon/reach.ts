import { BackfillError } from '../../core/errors.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { assetClassOf } from '../../core/instrument/asset-class.ts';
import { type Day, formatDay, utcDayOf } from '../../core/session/day.ts';
import type { BarAnswer, ListRequest, ProviderConfig } from '../provider.ts';
import { tickerIn } from './request.ts';
import { TIERS, tierOf } from './settings.ts';

/** Sessions after the first day of a plan's reach in which a share of it is traded, holidays and all. */
const FIRST_TRADED_DAYS = 6;

/** A plan of years reaches further than its days by a leap day in each four of them, and by a day on another clock. */
function slackOf(lookBackDays: number): number {
  return Math.ceil(lookBackDays / (4 * 365)) + 1;
}

/** That an answer begins where a plan's reach does that is smaller than the user says. */
export interface Suspicion {
  /** The day on which it begins. */
  readonly day: Day;
  /** The first day that the reach of that plan may have, which has the name. */
  readonly begins: Day;
  readonly name: string;
}

/**
 * How far back a key is known to reach. A plan that reaches less far than was asked for does not refuse that, but begins later,
 * without a word: so does a ticker that was listed just then. A bar of an older day, whosever, tells them apart.
 */
export class Reach {
  readonly #config: ProviderConfig;
  #oldest = Number.POSITIVE_INFINITY;

  constructor(config: ProviderConfig) {
    this.#config = config;
  }

  /** A bar of a day came. */
  note(day: Day): void {
    this.#oldest = Math.min(this.#oldest, day);
  }

  /** What an answer is suspected of that begins on a day; undefined where the key is known to reach further. */
  suspicionOf(day: Day, { range, now }: Pick<ListRequest, 'range' | 'now'>): Suspicion | undefined {
    const own = tierOf(this.#config).lookBackDays ?? Number.POSITIVE_INFINITY;
    for (const [name, { lookBackDays }] of TIERS) {
      if (lookBackDays === null || lookBackDays >= own) continue;
      const latest = utcDayOf(now) - lookBackDays;
      const begins = latest - slackOf(lookBackDays);
      const isWhole = range.from >= latest || day <= range.from;
      if (isWhole || day < begins || day > latest + FIRST_TRADED_DAYS) continue;
      return this.#oldest < begins ? undefined : { day, begins, name };
    }
    return undefined;
  }
}

/** The session of which all shares tell whether a suspicion holds; undefined where they say nothing of the ticker. */
export function sessionThatTells(asked: ListRequest, { begins }: Suspicion): Day | undefined {
  if (assetClassOf(tickerIn(asked)) !== 'us-shares') return undefined;
  return calendarById('XNYS').previousSession(begins);
}

/** What is not proven where a suspicion holds: the days before. */
export function unprovenBy(
  { day, name }: Suspicion,
  { proven }: BarAnswer,
): Pick<BarAnswer, 'proven' | 'whyUnproven'> {
  return {
    proven: { from: Math.min(day, proven.to), to: proven.to },
    whyUnproven: `its answer begins on ${formatDay(day)}, where the reach of the plan ${name} does; --tier says what the plan is`,
  };
}

/** Whether a plan refuses something as none of its own. */
export function isBeyondPlan(error: unknown): boolean {
  return error instanceof BackfillError && ['out-of-range', 'not-entitled'].includes(error.code);
}
