import { isCryptoPair } from '../../core/calendar/calendars.ts';
import { assetClassOf } from '../../core/instrument/asset-class.ts';
import type { Category, Member } from '../../core/universe/member.ts';
import { shown } from '../../core/shown.ts';
import { fieldsOf } from '../fields.ts';
import { parsed, refuse } from './parse.ts';
import type { AssetKind } from './request.ts';
import { symbolOf, tickerOf } from './symbols.ts';

/** The exchange of what only brokers deal in. */
const OTC = 'OTC';

interface Asset {
  readonly ticker: string;
  readonly name: string | null;
  readonly exchange: string | null;
}

/** The tickers in a list of assets that a feed of exchanges has bars of. Throws `bad-answer` (retryable). */
export function listedTickers(body: string): readonly string[] {
  return assetsIn(body, 'us_equity')
    .filter(({ exchange }) => exchange !== OTC)
    .map(({ ticker }) => ticker);
}

/**
 * The members in a list of assets of a kind that belong to some categories. Of shares it does not tell which are funds, nor
 * of any how long it has been listed. Throws `bad-answer` (retryable).
 */
export function membersIn(body: string, kind: AssetKind, categories: readonly Category[]): Member[] {
  return assetsIn(body, kind)
    .filter((asset) => categories.includes(categoryOf(asset, kind)))
    .map((asset) => ({
      ...{ ...asset, type: kind === 'crypto' ? 'crypto' : null },
      ...{ listed: null, delisted: null, source: 'alpaca' },
    }));
}

function categoryOf({ exchange }: Asset, kind: AssetKind): Category {
  if (kind === 'crypto') return 'crypto';
  return exchange === OTC ? 'otc' : 'us_equities';
}

/** `active` assets that can be traded: of what brokers only deal in, the delisted stay active. */
function assetsIn(body: string, kind: AssetKind): Asset[] {
  const assets = parsed(body);
  if (!Array.isArray(assets)) return refuse(`its assets are ${shown(assets)}`);
  return assets.map(fieldsOf).flatMap(({ symbol, name, status, tradable, exchange }) => {
    if (typeof symbol !== 'string') return refuse(`an asset has the symbol ${shown(symbol)}`);
    if (status !== 'active' || tradable !== true || !isOf(kind, symbol)) return [];
    return { ticker: tickerOf(symbol), name: textIn(name), exchange: textIn(exchange) };
  });
}

/** Some symbols, such as those of rights when issued, are written like nothing that a calendar is known of, or like another. */
function isOf(kind: AssetKind, symbol: string): boolean {
  const ticker = tickerOf(symbol);
  const isKnown = kind === 'crypto' ? isCryptoPair(ticker) : assetClassOf(ticker) === 'us-shares';
  return isKnown && symbolOf(ticker) === symbol;
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
