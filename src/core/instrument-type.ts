import { isCryptoPair } from './calendar/calendars.ts';

/**
 * What an instrument is, in our words (see `Identity`): by the form of its canonical ticker where that tells
 * (`EURUSD=X` fx, `^GSPC` index, `CL=F` future, `BTC-USD` crypto), else as the provider said it; null where neither does.
 */
export function typeOf(ticker: string, said: string | null): string | null {
  if (ticker.endsWith('=X')) return 'fx';
  if (ticker.endsWith('=F')) return 'future';
  if (ticker.startsWith('^')) return 'index';
  return isCryptoPair(ticker) ? 'crypto' : said;
}
