/**
 * The universe of a run that names no tickers: an example of 40 large companies and funds from five exchanges,
 * with a currency pair, two coins and an index, so that every kind of calendar is in it.
 */
export const PORTFOLIO: readonly string[] = [
  'AAPL MSFT GOOGL AMZN NVDA META TSLA BRK-B JPM V',
  'JNJ WMT PG XOM KO DIS IBM CAT SPY QQQ',
  'AIR.PA MC.PA OR.PA TTE.PA SAN.PA BNP.PA',
  'SAP.DE SIE.DE ALV.DE BMW.DE',
  'HSBA.L AZN.L SHEL.L',
  '7203.T 6758.T 9984.T',
  'BTC-USD ETH-USD EURUSD=X ^GSPC',
].flatMap((line) => line.split(' '));
