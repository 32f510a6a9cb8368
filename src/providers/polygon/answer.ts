import { type Identity, UNKNOWN_IDENTITY } from '../../core/bars/bars.ts';
import type { Bars } from '../../core/bars/columns.ts';
import { calendarFor, isCryptoPair, pairOf } from '../../core/calendar/calendars.ts';
import { assetClassOf } from '../../core/instrument/asset-class.ts';
import { typeOf } from '../../core/instrument/instrument-type.ts';
import type { BarAnswer, ListRequest, ProviderConfig } from '../provider.ts';
import { rawAnswer } from '../raw-answer.ts';
import { barsOfSessions } from '../session-bars.ts';
import { polygonCapabilities, rowMsOf } from './capabilities.ts';
import { reachedUntil } from './request.ts';

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
  return rawAnswer(ticker, { range, now: until }, bars, { ...others, identity });
}

/** It says of no instrument beside its bars what it is: those of shares are in dollars. */
function identityOf(ticker: string): Identity {
  const type = typeOf(ticker, null);
  if (isCryptoPair(ticker)) return { ...UNKNOWN_IDENTITY, type, currency: pairOf(ticker)[1] };
  const isPriced = ['us-shares', 'options'].includes(assetClassOf(ticker));
  return { ...UNKNOWN_IDENTITY, type, currency: isPriced ? 'USD' : null };
}
