// How a ticker names its calendar. Source: the suffix tables of Yahoo Help SLN2310 and yfinance 93eb4c2
// (Apache-2.0); index symbols checked against their daily histories, or by their exchange.

/** Index symbols (and some listed like shares) by the calendar that they follow. */
export const INDICES: Readonly<Record<string, string>> = {
  XNYS: '^GSPC ^DJI ^NYA ^RUT ^VIX ^XAX ^SP500TR ^IXIC ^NDX ^SOX ^TNX ^TYX ^FVX ^IRX',
  XPAR: '^FCHI ^SBF120 ^N100 ^STOXX50E',
  XAMS: '^AEX',
  XBRU: '^BFX',
  XETR: '^GDAXI ^MDAXI ^TECDAX ^SDAXI',
  XLON: '^FTSE ^FTMC',
  XSWX: '^SSMI ^STOXX',
  XMIL: 'FTSEMIB.MI',
  XMAD: '^IBEX',
  XTSE: '^GSPTSE',
  XTKS: '^N225',
  XHKG: '^HSI ^HSCE',
  XASX: '^AXJO ^AORD',
  XSTO: '^OMX ^OMXS30',
  XCSE: '^OMXC25 ^OMXC20',
  XHEL: '^OMXH25 ^OMXHPI',
  XOSL: '^OSEAX OSEBX.OL',
  XWBO: '^ATX',
  XLIS: 'PSI20.LS',
  XDUB: '^ISEQ',
  ASEX: 'GD.AT',
  XWAR: 'WIG20.WA ^WIG20',
  XPRA: '^PX',
  XBUD: '^BUX.BD',
  XIST: 'XU100.IS',
  XJSE: '^J203.JO ^JN0U.JO',
  XTAE: '^TA125.TA TA35.TA',
  XSAU: '^TASI.SR',
  XBOM: '^BSESN ^NSEI ^NSEBANK',
  XKRX: '^KS11 ^KQ11',
  XTAI: '^TWII',
  XSHG: '000001.SS 399001.SZ',
  XSES: '^STI',
  XKLS: '^KLSE',
  XIDX: '^JKSE',
  XBKK: '^SET.BK',
  XPHS: 'PSEI.PS',
  XNZE: '^NZ50',
  BVMF: '^BVSP',
  XMEX: '^MXX',
  XBUE: '^MERV',
  XSGO: '^IPSA',
  XLIM: '^SPBLPGPT',
};

/** Exchange suffixes, the part of a ticker after its last dot, by the calendar that they follow. */
export const SUFFIXES: Readonly<Record<string, string>> = {
  XPAR: 'PA',
  XAMS: 'AS',
  XBRU: 'BR',
  XLIS: 'LS',
  XDUB: 'IR',
  // Xetra, and the German floors (Frankfurt, Berlin, …): the same days, but longer hours of their own.
  XETR: 'DE F BE BM DU HM HA MU SG',
  // London, and its International Order Book and Cboe UK: the same days, but hours of their own.
  XLON: 'L IL XC',
  // Zurich, and its blue chips until 2019.
  XSWX: 'SW VX',
  XWBO: 'VI',
  XSTO: 'ST',
  XCSE: 'CO',
  XHEL: 'HE',
  XICE: 'IC',
  XOSL: 'OL',
  XWAR: 'WA',
  XPRA: 'PR',
  XBUD: 'BD',
  ASEX: 'AT',
  XIST: 'IS',
  XTAE: 'TA',
  XSAU: 'SR',
  XJSE: 'JO',
  // Toronto, TSX Venture, the Canadian Securities Exchange and Cboe Canada.
  XTSE: 'TO V CN NE',
  BVMF: 'SA',
  XMEX: 'MX',
  XBUE: 'BA',
  XSGO: 'SN',
  XBOG: 'CL',
  XLIM: 'LM',
  XTKS: 'T',
  XHKG: 'HK',
  // Shanghai and Shenzhen.
  XSHG: 'SS SZ',
  // The Korea Exchange and KOSDAQ.
  XKRX: 'KS KQ',
  // Taiwan and the Taipei Exchange.
  XTAI: 'TW TWO',
  XSES: 'SI',
  // Bombay and the National Stock Exchange of India.
  XBOM: 'BO NS',
  XIDX: 'JK',
  XKLS: 'KL',
  XBKK: 'BK',
  XPHS: 'PS',
  // Sydney, and Cboe Australia: the same days, but hours of its own.
  XASX: 'AX XA',
  XNZE: 'NZ',
  // Milan, and EuroTLX: the same days, but hours of its own.
  XMIL: 'MI TI',
  XMAD: 'MC',
  // Exchanges whose calendar is not here. Futures by contract, in Chicago and New York.
  'weekdays:America/New_York': 'CBT CME CMX NYB NYM',
  'weekdays:America/Caracas': 'CR',
  'weekdays:Africa/Cairo': 'CA',
  'weekdays:Asia/Colombo': 'CM',
  'weekdays:Asia/Dubai': 'AE',
  'weekdays:Asia/Ho_Chi_Minh': 'VN',
  'weekdays:Asia/Karachi': 'KA',
  'weekdays:Asia/Kuwait': 'KW',
  'weekdays:Asia/Qatar': 'QA',
  // Cboe Europe: each share keeps the days of its home exchange.
  'weekdays:Europe/Amsterdam': 'XD',
  'weekdays:Europe/Bucharest': 'RO',
  // Aquis.
  'weekdays:Europe/London': 'AQ',
  'weekdays:Europe/Moscow': 'ME',
  // Euronext as a whole.
  'weekdays:Europe/Paris': 'NX',
  'weekdays:Europe/Riga': 'RG',
  'weekdays:Europe/Tallinn': 'TL',
  'weekdays:Europe/Vilnius': 'VS',
};

/** The calendar of continuous futures (`CL=F`): products differ in their holidays, so that it is advice. */
export const FUTURES = 'weekdays:America/New_York';

/**
 * Quote currencies that make `BASE-QUOTE` a crypto pair: `BTC-USD` is one, the share classes `BRK-B` and `BAC-PL` are none.
 * (So nothing of three letters that begins with P, R, U or W is among them: `PLN`, `RON`, `UAH`.)
 */
export const CRYPTO_QUOTES =
  'USD USDT USDC EUR GBP JPY CAD AUD CHF INR KRW CNY HKD TRY BTC ETH BNB FDUSD TUSD BUSD USD1 DAI EURI BRL MXN ARS ZAR CZK COP ' +
  'SOL DOGE XRP TRX';

/**
 * A ticker of the United States: up to five letters, then perhaps what kind of share it is: a class (`BRK-B`), a preferred
 * share (`BAC-PL`), warrants, units, rights or shares when issued (`-WT`, `-UN`, `-RT`, `-WI`, `-WTA`). Local codes of
 * other exchanges (`000001`, `7203`, `A005930`) are none.
 */
export const US_TICKER = /^[A-Z]{1,5}([-/_]([A-Z]{1,2}|[PRUW][A-Z]{2}))?$/;

/**
 * An option contract as OCC writes it and Yahoo does: the underlying's root, the day on which it expires, call or put, and the
 * strike in thousandths (`AAPL251219C00200000`). Source: OCC's Options Symbology Initiative, 2010.
 */
export const OPTION_CONTRACT = /^[A-Z]{1,5}\d?\d{6}[CP]\d{8}$/;
