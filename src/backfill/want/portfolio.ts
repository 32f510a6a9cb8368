/**
 * The portfolio that a user is given to make his own: 40 large companies and funds from five exchanges, with a currency pair,
 * two coins and an index, so that every kind of calendar is in it.
 */
export const PORTFOLIO_TEXT = `# Your portfolio: the tickers of a run that names none, and of --tickers portfolio.
#
# This file is yours. It was written once, as an example of 40; edit it as you like, nothing changes it again.
# Tickers stand between spaces, commas or lines, and what follows a # is a comment. They are spelt as on Yahoo, because
# that names the exchange. Without this file the next run writes the example again.

# New York and Nasdaq. A share class stands after a dash.
AAPL MSFT GOOGL AMZN NVDA META TSLA BRK-B JPM V
JNJ WMT PG XOM KO DIS IBM CAT
SPY QQQ                                  # funds

AIR.PA MC.PA OR.PA TTE.PA SAN.PA BNP.PA  # Paris
SAP.DE SIE.DE ALV.DE BMW.DE              # Xetra
HSBA.L AZN.L SHEL.L                      # London, in pence
7203.T 6758.T 9984.T                     # Tokyo

BTC-USD ETH-USD                          # crypto trades every day
EURUSD=X                                 # currencies from Monday to Friday
^GSPC                                    # an index: the S&P 500
`;
