import { pairOf } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { grouped } from '../../core/grouped.ts';
import { ASSET_CLASSES, assetClassesText } from '../../core/instrument/asset-class.ts';
import type { NotServed } from '../../core/plan/plan.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { Capabilities } from '../../providers/provider.ts';
import { servesClassOf, servesQuoteOf } from '../../providers/serves.ts';
import type { WantedOf } from './wanted.ts';

/** Tickers by whether a provider can have them; all of them, in their order. */
export interface Parted {
  readonly served: readonly string[];
  /** Those that are not asked for, as they would be unknown, by the reason. */
  readonly notServed: readonly NotServed[];
}

/** Parts tickers. Throws `invalid-ticker` where the provider can have none of them, unless they are part of a universe. */
export function partServed(
  tickers: readonly string[],
  capabilities: Capabilities,
  { isPart = false }: Pick<WantedOf, 'isPart'> = {},
): Parted {
  const reasons = tickers.map((ticker) => [ticker, whyNotServed(ticker, capabilities)] as const);
  const served = reasons.flatMap(([ticker, why]) => (why === undefined ? [ticker] : []));
  const strange = reasons.flatMap(([ticker, why]) => (why === undefined ? [] : { ticker, why }));
  const notServed = [...grouped(strange, ({ why }) => why.kind)].map(([, group]): NotServed => {
    const [{ why }] = group as [(typeof group)[number]];
    return { provider: capabilities.id, tickers: group.map(({ ticker }) => ticker), why: why.words };
  });
  const [first] = notServed;
  if (first === undefined || served.length > 0 || isPart) return { served, notServed };
  const [stranger, ...strangers] = first.tickers;
  const others = strangers.length === 0 ? '' : ` (nor ${strangers.length} more)`;
  throw new BackfillError(
    'invalid-ticker',
    `provider "${first.provider}" has no ${stranger}${others}: ${first.why}`,
  );
}

/** Tickers that, at some of the intervals, none of several providers can have: by what the first has instead. */
export function servedByNone(
  tickers: readonly string[],
  intervals: readonly Interval[],
  all: readonly Capabilities[],
): readonly NotServed[] {
  const isHad = (ticker: string, interval: Interval): boolean =>
    all.some((one) => one.intervals[interval] !== undefined && isServed(ticker, one));
  const had = new Set(tickers.filter((ticker) => intervals.every((interval) => isHad(ticker, interval))));
  const [first] = all;
  const none = tickers.filter((ticker) => !had.has(ticker));
  if (first === undefined || none.length === 0) return [];
  const { notServed } = partServed(none, first, { isPart: true });
  const named = new Set(notServed.flatMap((one) => one.tickers));
  const rest = none.filter((ticker) => !named.has(ticker));
  const why = `none of ${all.map(({ id }) => id).join(', ')} has it at ${intervals.join(', ')}`;
  return [...notServed, ...(rest.length === 0 ? [] : [{ provider: first.id, tickers: rest, why }])];
}

/** Whether a provider can have a ticker. */
export function isServed(ticker: string, capabilities: Capabilities): boolean {
  return whyNotServed(ticker, capabilities) === undefined;
}

/** Why a provider cannot have a ticker, and the same of all that it cannot have for a reason of that kind. */
interface Why {
  readonly kind: string;
  readonly words: string;
}

function whyNotServed(ticker: string, capabilities: Capabilities): Why | undefined {
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
    ? undefined
    : { kind: `sign ${sign}`, words: `it has none with ${sign}: ${notInTickers[sign]}` };
}
