import { pairOf } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { grouped } from '../../core/grouped.ts';
import { ASSET_CLASSES, assetClassesText } from '../../core/instrument/asset-class.ts';
import type { NotServed } from '../../core/plan/plan.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { Capabilities } from '../../providers/provider.ts';
import { servesClassOf, servesIntervalOf, servesQuoteOf } from '../../providers/serves.ts';
import type { WantedOf } from './wanted.ts';

/** Tickers by whether a provider can have them; all of them, in their order. */
export interface Parted {
  readonly served: readonly string[];
  /** Those that are not asked for, as they would be unknown, by the reason. */
  readonly notServed: readonly NotServed[];
}

/**
 * Parts tickers. One of which the provider has bars of some of the intervals only is served, and not served of the others.
 * Throws `invalid-ticker` where the provider can have none of them, unless they are part of a universe.
 */
export function partServed(
  tickers: readonly string[],
  intervals: readonly Interval[],
  capabilities: Capabilities,
  { isPart = false }: Pick<WantedOf, 'isPart'> = {},
): Parted {
  const reasons = tickers.map((ticker) => [ticker, whyNotServed(ticker, intervals, capabilities)] as const);
  const isAnyServed = (why?: Why): boolean =>
    why === undefined || (why.intervals !== undefined && why.intervals.length < intervals.length);
  const served = reasons.flatMap(([ticker, why]) => (isAnyServed(why) ? [ticker] : []));
  const strange = reasons.flatMap(([ticker, why]) => (why === undefined ? [] : { ticker, why }));
  const notServed = [...grouped(strange, ({ why }) => why.kind)].map(([, group]): NotServed => {
    const [{ why }] = group as [(typeof group)[number]];
    return {
      ...{ provider: capabilities.id, tickers: group.map(({ ticker }) => ticker), why: why.words },
      ...(why.intervals && { intervals: why.intervals }),
    };
  });
  const [first] = notServed;
  if (first === undefined || served.length > 0 || isPart) return { served, notServed };
  const [stranger, ...strangers] = first.tickers;
  const others = strangers.length === 0 ? '' : ` (nor ${strangers.length} more)`;
  throw new BackfillError(
    'invalid-ticker',
    `provider "${first.provider}" has no ${barsOf(first)}${stranger}${others}: ${first.why}`,
  );
}

/** `1m, 5m bars of `, or nothing of what it cannot have at all. */
function barsOf({ intervals }: NotServed): string {
  return intervals === undefined ? '' : `${intervals.join(', ')} bars of `;
}

/** Tickers that, at some of the intervals, none of several providers can have: by what the first has instead. */
export function servedByNone(
  tickers: readonly string[],
  intervals: readonly Interval[],
  all: readonly Capabilities[],
): readonly NotServed[] {
  const isHad = (ticker: string, interval: Interval): boolean =>
    all.some((one) => isServedAt(ticker, interval, one));
  const had = new Set(tickers.filter((ticker) => intervals.every((interval) => isHad(ticker, interval))));
  const [first] = all;
  const none = tickers.filter((ticker) => !had.has(ticker));
  if (first === undefined || none.length === 0) return [];
  const { notServed } = partServed(none, [], first, { isPart: true });
  const named = new Set(notServed.flatMap((one) => one.tickers));
  const rest = none.filter((ticker) => !named.has(ticker));
  const why = `none of ${all.map(({ id }) => id).join(', ')} has it at ${intervals.join(', ')}`;
  return [...notServed, ...(rest.length === 0 ? [] : [{ provider: first.id, tickers: rest, why }])];
}

/** Whether a provider can have a ticker at an interval. */
export function isServedAt(ticker: string, interval: Interval, capabilities: Capabilities): boolean {
  return (
    capabilities.intervals[interval] !== undefined &&
    whyNotServed(ticker, [interval], capabilities) === undefined
  );
}

/** Whether a provider can have a ticker, be it at some interval only. */
export function isServed(ticker: string, capabilities: Capabilities): boolean {
  return whyNotServed(ticker, [], capabilities) === undefined;
}

/** Why a provider cannot have a ticker, and the same of all that it cannot have for a reason of that kind. */
interface Why {
  readonly kind: string;
  readonly words: string;
  /** Of which of the intervals it cannot. Default: whatever the interval. */
  readonly intervals?: readonly Interval[];
}

function whyNotServed(
  ticker: string,
  intervals: readonly Interval[],
  capabilities: Capabilities,
): Why | undefined {
  const { serves = ASSET_CLASSES, cryptoQuotes = [], notInTickers = {} } = capabilities;
  if (!servesClassOf(ticker, capabilities))
    return { kind: 'class', words: `it serves ${assetClassesText(serves, cryptoQuotes[0])}` };
  if (!servesQuoteOf(ticker, capabilities)) {
    const alike = `${pairOf(ticker)[0]}-${cryptoQuotes[0]}`;
    const words = `its pairs are quoted in ${cryptoQuotes.join(', ')}, such as ${alike}`;
    return { kind: 'quote', words };
  }
  const sign = Object.keys(notInTickers).find((one) => ticker.includes(one));
  return sign === undefined
    ? whyNotOf(intervals, ticker, capabilities)
    : { kind: `sign ${sign}`, words: `it has none with ${sign}: ${notInTickers[sign]}` };
}

/** Why it has no bars of some of the intervals, of a ticker that it has. */
function whyNotOf(
  intervals: readonly Interval[],
  ticker: string,
  capabilities: Capabilities,
): Why | undefined {
  const lacking = intervals.filter((interval) => !servesIntervalOf(ticker, interval, capabilities));
  const [first] = lacking;
  if (first === undefined) return undefined;
  const { serves = [] } = capabilities.intervals[first] ?? {};
  const words = `it has those of ${assetClassesText(serves, capabilities.cryptoQuotes?.[0])} only`;
  return { kind: `intervals ${lacking.join()}`, words, intervals: lacking };
}
