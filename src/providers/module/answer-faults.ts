import { isEndpointName } from '../../core/bars/vendor.ts';
import { plural } from '../../core/plural.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { shown } from '../../core/shown.ts';
import type { DayRange } from '../../core/session/day.ts';
import { partOver } from '../part-over.ts';
import type { ActionsAnswer, BarAnswer, ListRequest, MarketRequest } from '../provider.ts';
import { faultOfStamps } from './rows-asked.ts';
import { faultOfTold } from './told-faults.ts';

const NEEDED_COLUMNS = ['ts', 'open', 'high', 'low', 'close', 'volume'] as const;
const OPTIONAL_COLUMNS = ['vwap', 'trades'] as const;

/** What is wrong with an answer for a ticker that was asked for, to stand behind `whose`; undefined if nothing is. */
export function faultOfAnswer(
  answer: BarAnswer,
  ticker: string,
  asked: ListRequest | MarketRequest,
): string | undefined {
  const { bars, endpoint, proven, wireBasis, delistedOn } = answer ?? {};
  if (Array.isArray(bars) || !Number.isSafeInteger(bars?.length))
    return `bars are ${shown(bars)}; they must be columns`;
  for (const name of [...NEEDED_COLUMNS, ...OPTIONAL_COLUMNS]) {
    const column = bars[name];
    if (column === null && (name === 'vwap' || name === 'trades')) continue;
    if (!(column instanceof Float64Array))
      return `bars.${name} is ${shown(column)}; it must be a Float64Array`;
    if (column.length !== bars.length)
      return `bars.${name} has ${plural(column.length, 'value')} of ${plural(bars.length, 'bar')}`;
  }
  if (wireBasis !== 'raw' && wireBasis !== 'split-adjusted')
    return `wireBasis is ${shown(wireBasis)}; it must be "raw" or "split-adjusted"`;
  if (delistedOn !== null && !Number.isSafeInteger(delistedOn))
    return `delistedOn is ${shown(delistedOn)}; it must be a day or null`;
  const { interval, now } = asked;
  const stamps = faultOfStamps({ ticker, interval, now, range: rangeOf(asked) }, bars.ts);
  return (
    faultOfTold(answer, { hasBars: true }) ??
    faultOfEndpoint(endpoint) ??
    faultOfProof(proven, ticker, asked) ??
    faultOfExplained(answer) ??
    (stamps && `bars have ${stamps}`)
  );
}

/** The same of what is told of a ticker's splits and dividends. */
export function faultOfActions(answer: ActionsAnswer): string | undefined {
  return faultOfTold(answer ?? {}, { hasBars: false });
}

/** A reason for days that nobody told of would pass for a proof. */
function faultOfExplained({ explained, proven }: BarAnswer): string | undefined {
  const at = explained.findIndex(({ from, to }) => from < proven.from || to > proven.to);
  if (at < 0) return undefined;
  return `explained[${at}] is ${shown(explained[at])}; it must lie within proven, ${shown(proven)}`;
}

/** Where a word is none, rows would pass for another provider's. */
function faultOfEndpoint(endpoint: unknown): string | undefined {
  const days: readonly unknown[] | undefined = Array.isArray(endpoint) ? endpoint : undefined;
  const isRight = days?.every(isEndpointDays) ?? (endpoint === undefined || isEndpointName(endpoint));
  if (isRight) return undefined;
  return `endpoint is ${shown(endpoint)}; it must be a word in lower case, such as "flat", or a list of { from, to, endpoint }`;
}

function isEndpointDays(run: unknown): boolean {
  const { from, to, endpoint } = (run ?? {}) as Record<string, unknown>;
  return Number.isSafeInteger(from) && Number.isSafeInteger(to) && isEndpointName(endpoint);
}

/** Session dates that were asked for, `[from, to)`. */
export function rangeOf(asked: ListRequest | MarketRequest): DayRange {
  return 'session' in asked ? { from: asked.session, to: asked.session + 1 } : asked.range;
}

/** A day that is wrongly said to be told of would pass for one without trading. */
function faultOfProof(
  proven: BarAnswer['proven'],
  ticker: string,
  asked: ListRequest | MarketRequest,
): string | undefined {
  const most = partOver(rangeOf(asked), calendarFor(ticker), asked.now);
  const { from, to } = proven ?? {};
  const isRange = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from <= to;
  if (isRange && most.from <= from && to <= most.to) return undefined;
  return `proven is ${shown(proven)}; it must lie within ${shown(most)}, what was asked for and is over`;
}
