import { isCryptoPair, pairOf } from '../core/calendar/calendars.ts';
import { ASSET_CLASSES, assetClassOf } from '../core/instrument/asset-class.ts';
import type { Interval } from '../core/session/interval.ts';
import type { Capabilities } from './provider.ts';

/** Whether a provider has instruments of a ticker's class. */
export function servesClassOf(
  ticker: string,
  { serves = ASSET_CLASSES }: Pick<Capabilities, 'serves'>,
): boolean {
  return serves.includes(assetClassOf(ticker));
}

/** Whether a provider has bars of an interval of a ticker's class, where it has such instruments. */
export function servesIntervalOf(
  ticker: string,
  interval: Interval,
  { intervals }: Pick<Capabilities, 'intervals'>,
): boolean {
  return intervals[interval]?.serves?.includes(assetClassOf(ticker)) ?? true;
}

/** Whether a provider has crypto pairs that are quoted as a ticker is; of what is no pair it has no say. */
export function servesQuoteOf(ticker: string, { cryptoQuotes }: Pick<Capabilities, 'cryptoQuotes'>): boolean {
  return cryptoQuotes === undefined || !isCryptoPair(ticker) || cryptoQuotes.includes(pairOf(ticker)[1]);
}
