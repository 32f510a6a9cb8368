import { describe, expect, it } from 'vitest';
import { marketOf } from './folders.ts';
import { tickerOf } from './named.ts';

describe('a place in the name of a file', () => {
  it.each([
    ['nasdaq_aapl', 'AAPL'],
    ['Nasdaq_AAPL', 'AAPL'],
    ['NASDAQ_aapl', 'AAPL'],
    ['nasdaq_daily_aapl', 'AAPL'],
    ['xetr_sap', 'SAP.DE'],
    ['nyse_ibm', 'IBM'],
    ['bats_t', 'T'],
    ['amex_spy', 'SPY'],
    ['NYSE_BRK.B', 'BRK-B'],
    ['binance_btcusdt_d', 'BTC-USDT'],
    ['oanda_eurusd', 'EURUSD=X'],
    ['fx_idc_eurusd', 'EURUSD=X'],
    ['SAP_de', 'SAP.DE'],
    ['Sap_De', 'SAP.DE'],
    ['sap_de_2020_2024', 'SAP.DE'],
    ['SAP_2020_DE', 'SAP.DE'],
    ['SAP.DE_XETRA', 'SAP.DE'],
    ['BRK.B_US', 'BRK-B'],
    ['AAPL_nasdaq', 'AAPL'],
    ['aapl_T', 'AAPL.T'],
    ['AAPL.XNAS', 'AAPL'],
    ['SAP.xetr', 'SAP.DE'],
    ['BRK_B_data', 'BRK-B'],
    ['btc_usd', 'BTC-USD'],
    ['eur_usd', 'EURUSD=X'],
    ['dat_ascii_eurusd_m1_202401', 'EURUSD=X'],
    ['000001_SS', '000001.SS'],
    ['AAPL_h1', 'AAPL'],
    ['HK_0700', '0700.HK'],
    ['hk_0700', '0700.HK'],
    ['HK_0700_data', '0700.HK'],
    ['daily_HK_0700_2020', '0700.HK'],
    ['T_7203', '7203.T'],
    ['TW_2330', '2330.TW'],
    ['SZ_000001', '000001.SZ'],
    ['SS_600519', '600519.SS'],
    ['US_AAPL', 'AAPL'],
    ['US_BRK.B_1d', 'BRK-B'],
    ['USA_AAPL', 'AAPL'],
    ['UK_VOD', 'VOD.L'],
    ['JP_7203', '7203.T'],
    ['T_2013', 'T'],
    ['T_US', 'T'],
    ['DE_RAW', 'DE'],
    ['F_Ford', 'F'],
    ['IT_Gartner', 'IT'],
    ['UK_data', 'UK'],
  ])('%s stands for %s', (stem, ticker) => {
    expect(tickerOf(stem)).toBe(ticker);
  });

  it.each(
    (
      'vod_l lse_vod LSE_vod VOD_LN vod_ln AIR_FP ASML_NA ENI_IM SAN_SM SAP_GY BP_LN VOD_LN_Equity VOLVB_SS EURONEXT_AIR ' +
      'euronext_air XKRX_005930 SAP_DE_XYZ SAP_XYZ_DE AAPL_as_of NASDAQ_100 NYSE_COMPOSITES SAP.DE_LSE brk_b BRK_b 2020_HK ' +
      'DE_SAP de_sap L_VOD PA_AIR TO_RY to_ry AX_BHP NS_RELIANCE T_1440 t_7203 us_aapl US_aapl us_tech US_500 UK_100 JP_SONY ' +
      'SH_600519 CN_600519 KR_005930 FR_AIR us_stocks US_data USA_data HK_007 HK_0700_XYZ ' +
      'nasdaq NASDAQ XNAS_data _GSPC __GSPC_1d MSFT.O MSFT.OQ IBM.N msft.o SPY.P 1 12'
    ).split(' '),
  )('%s tells no ticker', (stem) => {
    const text = 'date,open,high,low,close,volume\n2024-01-08,1,1,1,1,1\n';
    const market = marketOf({ [`${stem}.csv`]: text, 'IBM.csv': text });
    expect(market.tickers()).toEqual(['IBM']);
  });

  it('is no letter of Reuters in a column of tickers either', () => {
    const rows = ['MSFT.O', 'KO.N', 'BRK.B'].map((name) => `${name},2024-01-08,1,1,1,1,1\n`);
    const market = marketOf({ 'prices.csv': `ticker,date,open,high,low,close,volume\n${rows.join('')}` });
    expect(market.tickers()).toEqual(['BRK-B']);
  });

  it('is not left out where the whole name is a symbol with a blank', () => {
    for (const name of ['VOD LN', 'SAP DE', 'nasdaq aapl', 'AAPL US Equity', 'DAILY_AAPL', 'Yahoo_AAPL'])
      expect(
        marketOf({
          'IBM.csv': 'date,open,high,low,close\n2024-01-08,1,1,1,1\n',
          [`${name}.csv`]: 'date,open,high,low,close\n2024-01-08,1,1,1,1\n',
        }).tickers(),
      ).toEqual(['IBM']);
  });

  it('never makes two instruments of one name in another case', () => {
    const places = 'DE L LN T TO US UK NASDAQ XETR LSE BIT ICE B A D DATA 2020 H1'.split(' ');
    for (const place of places)
      for (const name of [`SAP_${place}`, `${place}_SAP`, `SAP_${place}_2020`, `DAILY_SAP_${place}`]) {
        const [first = '', ...rest] = name.split('_');
        const written = [
          name,
          name.toLowerCase(),
          [first, ...rest.map((one) => one.toLowerCase())].join('_'),
        ];
        const tickers = new Set(written.map((stem) => tickerOf(stem) ?? null));
        for (const none of [null, 'DAILY', 'DATA']) tickers.delete(none);
        expect([name, [...tickers]]).toEqual([name, [...tickers].slice(0, 1)]);
      }
  });
});

describe('what stands behind the first part of a name', () => {
  it.each([
    ['hist_AAPL', 'AAPL'],
    ['eod_aapl', 'AAPL'],
    ['AAPL_eod', 'AAPL'],
    ['EOD', 'EOD'],
    ['EOD_data', 'EOD'],
    ['AAPL_ETF', 'AAPL'],
    ['SAP_XYZ', 'SAP'],
    ['T_raw', 'T'],
    ['GE_CLEANED', 'GE'],
    ['GM_MAR', 'GM'],
    ['GE_part_one', 'GE'],
    ['GE_1440', 'GE'],
    ['GE_2020', 'GE'],
    ['AAPL_365', 'AAPL'],
    ['V_Visa', 'V'],
    ['ge_holdings', 'GE'],
    ['EURUSD_BID', 'EURUSD=X'],
    ['XBTUSD_1440', 'BTC-USD'],
  ])('leaves %s to be %s', (stem, ticker) => {
    expect(tickerOf(stem)).toBe(ticker);
  });

  it.each(
    (
      'D_AAPL d_aapl D_EURUSD D_GBPJPY d_btcusdt SPOT_BTCUSDT AAPL_GOOGL my_IBM stk_IBM H1_SAP GE_365 IBM_500000 EOD_AAPL WIKI_AAPL ' +
      'ETF_SPY HIST_AAPL QUANDL_AAPL TIME_SERIES_DAILY FX_DAILY DIGITAL_CURRENCY_DAILY BINANCE_1d CRYPTO_data D_BRK.B'
    ).split(' '),
  )('leaves %s untold', (stem) => {
    const text = 'date,open,high,low,close,volume\n2024-01-08,1,1,1,1,1\n';
    expect(marketOf({ [`${stem}.csv`]: text, 'IBM.csv': text }).tickers()).toEqual(['IBM']);
  });

  it('is named where it may be the ticker', () => {
    const text = 'date,open,high,low,close,volume\n2024-01-08,1,1,1,1,1\n';
    expect(marketOf({ 'D_AAPL.csv': text, 'HK_0700.csv': text, 'HK_0005.csv': text }).unread.refused).toEqual(
      [
        expect.objectContaining({
          reason: 'its "D" or its "AAPL" may be the ticker; rename it as that is written (AIR.PA)',
        }),
      ],
    );
  });
});

describe('a name of MetaTrader', () => {
  it.each([
    ['AAPL1440', 'AAPL'],
    ['aapl1440', 'AAPL'],
    ['XAUUSD1440', 'XAUUSD'],
    ['XAUUSD60', 'XAUUSD'],
    ['eurusd1440', 'EURUSD=X'],
    ['US301440', 'US30'],
    ['NAS1001440', 'NAS100'],
    ['BTCUSD60', 'BTC-USD'],
    ['US30', 'US30'],
    ['GER30', 'GER30'],
    ['UK100', 'UK100'],
    ['SP500', 'SP500'],
    ['1440', '1440'],
    ['GBPJPY240', undefined],
    ['EURUSD30', undefined],
    ['MSFT10080', undefined],
    ['AAPL60', undefined],
    ['AAPL15', undefined],
    ['AAPL5', undefined],
  ])('%s stands for %s', (stem, ticker) => {
    expect(tickerOf(stem)).toBe(ticker);
  });
});

describe('endings that are written twice', () => {
  it('are no part of the ticker', () => {
    const text = 'date,open,high,low,close,volume\n2024-01-08,1,1,1,1,1\n';
    const files = Object.fromEntries(
      ['AAPL.csv.csv', 'MSFT.txt.csv', 'KO.xlsx.csv', 'BRK.B.csv.csv'].map((name) => [name, text]),
    );
    expect(marketOf(files).tickers()).toEqual(['AAPL', 'BRK-B', 'KO', 'MSFT']);
  });
});
