const PRICES = ['open', 'high', 'low', 'close'] as const;

/**
 * Why a row of these prices, NaN for one that is missing, is no bar, as in `UnusableRow`: `empty` where all are missing, else
 * which are; null where none is.
 */
export function missingPrices(open: number, high: number, low: number, close: number): string | null {
  const values = [open, high, low, close];
  const missing = PRICES.filter((_, i) => Number.isNaN(values[i]));
  if (missing.length === 0) return null;
  if (missing.length === PRICES.length) return 'empty';
  return `its ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
}
