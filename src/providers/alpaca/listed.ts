import { assetClassOf } from '../../core/instrument/asset-class.ts';
import { fieldsOf, parsed, refuse } from './parse.ts';
import { shown } from '../../core/shown.ts';
import { symbolOf, tickerOf } from './symbols.ts';

/**
 * The tickers in a list of assets that a feed of exchanges has bars of: `active` ones that can be traded. (Of those that only
 * brokers deal in, the exchange is `OTC`, and the delisted ones among them stay active.) Throws `bad-answer` (retryable).
 */
export function listedTickers(body: string): readonly string[] {
  const assets = parsed(body);
  if (!Array.isArray(assets)) return refuse(`its assets are ${shown(assets)}`);
  return assets.map(fieldsOf).flatMap(({ symbol, status, tradable, exchange }) => {
    if (typeof symbol !== 'string') return refuse(`an asset has the symbol ${shown(symbol)}`);
    return status === 'active' && tradable === true && exchange !== 'OTC' && isShare(symbol)
      ? [tickerOf(symbol)]
      : [];
  });
}

/** Some symbols, such as those of rights when issued, are written like nothing that a calendar is known of, or like another. */
function isShare(symbol: string): boolean {
  const ticker = tickerOf(symbol);
  return assetClassOf(ticker) === 'us-shares' && symbolOf(ticker) === symbol;
}
