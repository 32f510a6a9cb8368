import { type Identity, UNKNOWN_IDENTITY } from '../../core/bars/bars.ts';
import type { Bars } from '../../core/bars/columns.ts';
import { calendarFor, isCryptoPair, pairOf } from '../../core/calendar/calendars.ts';
import { assetClassOf } from '../../core/instrument/asset-class.ts';
import { typeOf } from '../../core/instrument/instrument-type.ts';
import { type DayRange, formatDay, utcDayOf } from '../../core/session/day.ts';
import type { BarAnswer, ListRequest, ProviderConfig } from '../provider.ts';
import { rawAnswer } from '../raw-answer.ts';
import { barsOfSessions } from '../session-bars.ts';
import { polygonCapabilities, rowMsOf } from './capabilities.ts';
import { reachedUntil } from './request.ts';
import { TIERS, tierOf } from './settings.ts';

type AskedOf = Pick<ListRequest, 'interval' | 'range' | 'now' | 'told'>;

/** What all rows of a ticker say, of whatever number of pages. */
export function answerOf(ticker: string, rows: Bars, asked: AskedOf, config: ProviderConfig): BarAnswer {
  const { interval, range, now, told } = asked;
  const calendar = calendarFor(ticker);
  const until = reachedUntil(now, config);
  const { settleDelayMs = 0 } = polygonCapabilities(config).intervals[interval] ?? {};
  const actions = told?.get(ticker)?.actions ?? [];
  const identity = identityOf(ticker);
  const { bars, ...others } = barsOfSessions(rows, {
    ...{ interval, calendar, range, until, actions },
    rowMs: rowMsOf(interval, calendar.kind),
    settled: calendar.lastSettled(now, settleDelayMs),
    type: typeOf(ticker, identity.type),
  });
  const answer = rawAnswer(ticker, { range, now: until }, bars, { ...others, identity });
  return { ...answer, ...cutOf(rows, answer, asked, config) };
}

/** Sessions after the first day of a plan's reach in which a share of it is traded, holidays and all. */
const FIRST_TRADED_DAYS = 6;

/**
 * A plan that reaches less far than was asked for does not refuse that, but begins later, without a word. Where the rows begin when
 * one does that is smaller than the user says, nothing is proven of the days before.
 */
function cutOf(
  { ts: [first] }: Pick<Bars, 'ts'>,
  { proven }: BarAnswer,
  { range, now }: AskedOf,
  config: ProviderConfig,
): { readonly proven?: DayRange; readonly whyUnproven?: string } {
  if (first === undefined) return {};
  const day = utcDayOf(first);
  const own = tierOf(config).lookBackDays ?? Number.POSITIVE_INFINITY;
  for (const [name, { lookBackDays }] of TIERS) {
    const begins = utcDayOf(now) - (lookBackDays ?? Number.POSITIVE_INFINITY);
    const isSmaller = lookBackDays !== null && lookBackDays < own;
    if (!isSmaller || range.from >= begins || day < begins || day > begins + FIRST_TRADED_DAYS) continue;
    return {
      proven: { from: Math.min(day, proven.to), to: proven.to },
      whyUnproven: `its answer begins on ${formatDay(day)}, where the reach of the plan ${name} does; --tier says what the plan is`,
    };
  }
  return {};
}

/** It says of no instrument beside its bars what it is: those of shares are in dollars. */
function identityOf(ticker: string): Identity {
  const type = typeOf(ticker, null);
  if (isCryptoPair(ticker)) return { ...UNKNOWN_IDENTITY, type, currency: pairOf(ticker)[1] };
  const isPriced = ['us-shares', 'options'].includes(assetClassOf(ticker));
  return { ...UNKNOWN_IDENTITY, type, currency: isPriced ? 'USD' : null };
}
