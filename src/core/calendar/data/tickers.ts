// How a ticker names its calendar. Source: the suffix tables of Yahoo Help SLN2310 and yfinance 93eb4c2
// (Apache-2.0); index symbols checked against their daily histories, or by their exchange.

/** Index symbols (and one listed like a share) by the calendar that they follow. */
export const INDICES: Readonly<Record<string, string>> = {
  XNYS: '^GSPC ^DJI ^NYA ^RUT ^VIX ^XAX ^SP500TR ^IXIC ^NDX ^SOX ^TNX ^TYX ^FVX ^IRX',
  XPAR: '^FCHI ^SBF120 ^N100 ^STOXX50E ^STOXX',
  XAMS: '^AEX',
  XBRU: '^BFX',
  XETR: '^GDAXI ^MDAXI ^TECDAX ^SDAXI',
  XLON: '^FTSE ^FTMC',
  XSWX: '^SSMI',
  XMIL: 'FTSEMIB.MI',
  XMAD: '^IBEX',
  XTSE: '^GSPTSE',
  XTKS: '^N225',
  XHKG: '^HSI ^HSCE',
  XASX: '^AXJO ^AORD',
};

/** Exchange suffixes, the part of a ticker after its last dot, by the calendar that they follow. */
export const SUFFIXES: Readonly<Record<string, string>> = {
  XPAR: 'PA',
  XAMS: 'AS',
  XBRU: 'BR',
  // Xetra, and the German floors (Frankfurt, Berlin, …): the same days, but longer hours of their own.
  XETR: 'DE F BE BM DU HM HA MU SG',
  // London, and its International Order Book and Cboe UK: the same days, but hours of their own.
  XLON: 'L IL XC',
  XSWX: 'SW',
  // Toronto, TSX Venture, the Canadian Securities Exchange and Cboe Canada.
  XTSE: 'TO V CN NE',
  XTKS: 'T',
  XHKG: 'HK',
  // Sydney, and Cboe Australia: the same days, but hours of its own.
  XASX: 'AX XA',
  // Milan, and EuroTLX: the same days, but hours of its own.
  XMIL: 'MI TI',
  XMAD: 'MC',
  // Exchanges whose calendar is not here.
  weekdays:
    'LS IR VI ST CO HE OL IC WA PR BD AT IS TA JO SA MX BA SN SS SZ KS KQ TW TWO SI NS BO JK KL BK NZ SR QA RG TL VS CL PS RO',
};

/** Quote currencies that make `BASE-QUOTE` a crypto pair: `BTC-USD` is one, the share classes `BRK-B` and `BAC-PL` are none. */
export const CRYPTO_QUOTES = 'USD USDT USDC EUR GBP JPY CAD AUD CHF INR KRW CNY HKD TRY BTC ETH';
