import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { ALL, marketOf } from './folders.ts';
import { tickerOf } from './named.ts';

describe('the name of a file', () => {
  it.each([
    ['AAPL', 'AAPL'],
    ['aapl', 'AAPL'],
    ['AAPL_data', 'AAPL'],
    ['A_data', 'A'],
    ['D_data', 'D'],
    ['DATA_data', 'DATA'],
    ['CBOE_data', 'CBOE'],
    ['SIX_2013', 'SIX'],
    ['BRK.B_data', 'BRK-B'],
    ['RDS.A', 'RDS-A'],
    ['BRK_B', 'BRK-B'],
    ['AAPL_D', 'AAPL'],
    ['600519.SH', '600519.SS'],
    ['2024-01-08_SPY', 'SPY'],
    ['BF-B', 'BF-B'],
    ['AIR.PA', 'AIR.PA'],
    ['^GSPC', '^GSPC'],
    ['CL=F', 'CL=F'],
    ['000001', '000001'],
    ['2330.TW', '2330.TW'],
    ['XOM (1)', 'XOM'],
    ['XOM (12)', 'XOM'],
    ['XOM - Copy', 'XOM'],
    ['XOM - Copy (2)', 'XOM'],
    ['Copy of XOM', 'XOM'],
    ['GM-2015-2020', 'GM'],
    ['GM_2015_2020', 'GM'],
    ['GM-2015-01-01-2020-12-31', 'GM'],
    ['BRK-B-2020', 'BRK-B'],
    ['TSLA-1d', 'TSLA'],
    ['TSLA Historical Data', 'TSLA'],
    ['daily_IBM', 'IBM'],
    ['daily_adjusted_IBM', 'IBM'],
    ['intraday_5min_IBM', 'IBM'],
    ['weekly_IBM', 'IBM'],
    ['table_aapl', 'AAPL'],
    ['BATS_T, 1D', 'T'],
    ['NASDAQ_AAPL, 5', 'AAPL'],
    ['NYSE_BRK.B, 1W', 'BRK-B'],
    ['NASDAQ_AAPL, 1D_a1b2c', 'AAPL'],
    ['TSX_SHOP, 1D', 'SHOP.TO'],
    ['LSE_VOD, 60', 'VOD.L'],
    ['FX_IDC_EURUSD, 1D', 'EURUSD=X'],
    ['BINANCE_BTCUSD, 15', 'BTC-USD'],
    ['SP_SPX, 1D', undefined],
    ['EURONEXT_AIR, 1D', undefined],
    ['NYSE:NBL_data', 'NBL'],
    ['NYSE_NBL', 'NBL'],
    ['ASX:BHP', 'BHP.AX'],
    ['hd.us', 'HD'],
    ['brk-b.us', 'BRK-B'],
    ['vod.uk', 'VOD.L'],
    ['7203.jp', '7203.T'],
    ['BTCUSDT-1m-2024-01', 'BTC-USDT'],
    ['BTCUSDT-1d-2024-01-05', 'BTC-USDT'],
    ['BTCUSDT_1d_2017_2025', 'BTC-USDT'],
    ['BTCBUSD-1m-2022-12-13', 'BTC-BUSD'],
    ['DOGEBUSD-1mo-2022-12', 'DOGE-BUSD'],
    ['1000SATSFDUSD-1m-2024-01', '1000SATS-FDUSD'],
    ['BTCTUSD', 'BTC-TUSD'],
    ['ETHFDUSD', 'ETH-FDUSD'],
    ['BNBUSD', 'BNB-USD'],
    ['AAPL-1d-2024-01', 'AAPL'],
    ['XAUUSD-1d-2024-01', 'XAUUSD'],
    ['Binance_BTCUSDT_d', 'BTC-USDT'],
    ['Bitstamp_BTCUSD_1h', 'BTC-USD'],
    ['Coinbase_ETHUSD_d', 'ETH-USD'],
    ['BTC_USDT', 'BTC-USDT'],
    ['BTC_USD', 'BTC-USD'],
    ['EUR_USD', 'EURUSD=X'],
    ['EUR-USD', 'EURUSD=X'],
    ['EURUSD_h1', 'EURUSD=X'],
    ['EURUSD60', 'EURUSD=X'],
    ['USDJPY1440', 'USDJPY=X'],
    ['EURUSD_M5_202401020000_202401020005', 'EURUSD=X'],
    ['BINANCE_DOTUSD', 'DOT-USD'],
    ['Kraken_XBTUSD_60', 'BTC-USD'],
    ['XBTUSD_1440', 'BTC-USD'],
    ['ETHEUR_1440', 'ETH-EUR'],
    ['DAT_ASCII_EURUSD_M1_202401', 'EURUSD=X'],
    ['DAT_MT_GBPJPY_M1_2023', 'GBPJPY=X'],
    ['DAT_ASCII_SPXUSD_M1_2023', undefined],
    ['no ticker', undefined],
    ['SAP_DE', 'SAP.DE'],
    ['SAP_DE_data', 'SAP.DE'],
    ['SAP_DE_2020_2024', 'SAP.DE'],
    ['SAP_DE-2020', 'SAP.DE'],
    ['daily_SAP_DE', 'SAP.DE'],
    ['sap_de', 'SAP.DE'],
    ['aapl_to_2020', undefined],
    ['AAPL_TO_2020', undefined],
    ['SHOP_TO_2015_2020', 'SHOP.TO'],
    ['SHOP_TO', 'SHOP.TO'],
    ['AIR_PA', 'AIR.PA'],
    ['VOD_L', 'VOD.L'],
    ['VOD_UK', 'VOD.L'],
    ['7203_T', '7203.T'],
    ['0700_HK', '0700.HK'],
    ['VOLV-B_ST', 'VOLV-B.ST'],
    ['AAPL_US', 'AAPL'],
    ['AAPL_NASDAQ', 'AAPL'],
    ['SHOP_TSX', 'SHOP.TO'],
    ['AAPL_1d', 'AAPL'],
    ['AAPL_M', 'AAPL'],
    ['EURUSD_L', 'EURUSD=X'],
    ['AAPL_a', undefined],
    ['AAPL_t', undefined],
    ['aapl_t', undefined],
    ['XNAS_AAPL', 'AAPL'],
    ['XNYS_T', 'T'],
    ['ARCX_SPY_1d', 'SPY'],
    ['XETR_SAP', 'SAP.DE'],
    ['XLON_VOD', 'VOD.L'],
    ['XTSE_SHOP', 'SHOP.TO'],
    ['XPAR_AIR', 'AIR.PA'],
    ['XAMS_ASML, 1D', 'ASML.AS'],
    ['AIR_FR', undefined],
    ['RY_CA', undefined],
    ['air_fr', undefined],
    ['wkn_865985', undefined],
    ['ISIN_US0378331005', undefined],
    ['US0378331005', undefined],
    ['DE0007164600_daily', undefined],
    ['Apple Stock Price History', undefined],
    ['TSLA Stock Price History', 'TSLA'],
    ['aapl historical data', 'AAPL'],
  ])('%s stands for %s', (stem, ticker) => {
    expect(tickerOf(stem)).toBe(ticker);
  });
});

describe('the name that a vendor gives to every download', () => {
  const text = 'date,open,high,low,close,volume\n2024-01-08,1,1,1,1,1\n';

  it.each([
    'HistoricalData_1732700000000',
    'HistoricalData_1732700000000 (1)',
    'HISTORICALDATA_1732700000000',
    'historicaldata_1732700000000',
    'HistoricalQuotes',
    'HistoricalPrices (2)',
    'stockprices',
    'StockData_2024-11-27',
    'download',
    'download (3)',
    'export-2024-11-27',
    'Book1',
    'data_1',
    'data-2',
    'prices2',
    'quotes_1732700000',
    'Yahoo_AAPL',
    'MacroTrends_Data_Download_AAPL',
    'Kursdaten',
    'cotizaciones',
    'historico',
    'Apple Stock Price History',
  ])('%s is no ticker', (stem) => {
    const market = marketOf({ [`${stem}.csv`]: text, 'IBM.csv': text });
    expect(market.tickers()).toEqual(['IBM']);
    expect(market.notes).toEqual([`not read: ${stem}.csv (the name is no ticker)`]);
  });

  it('is none within a zip file, and does not hide a ticker', () => {
    const zip = zipSync({ 'HistoricalData_1732700000000.csv': strToU8(text) });
    const market = marketOf({ 'a.zip': zip, 'b.zip': zipSync({ 'DATA.csv': strToU8(text) }) });
    expect(market.tickers()).toEqual(['DATA']);
    expect(tickerOf('yahoo_AAPL')).toBe('AAPL');
    expect(tickerOf('DATA_1732700000000')).toBe('DATA');
    expect(tickerOf('700')).toBe('700');
  });
});

describe('a column of names', () => {
  const reading = (ticker: string, name: string) => () =>
    marketOf({
      [`${ticker}.csv`]: `date,open,high,low,close,volume,Name\n2024-01-08,1,1,1,1,1,${name}\n2024-01-09,1,1,1,1,1,${name}\n`,
    }).rows(ticker, '1d', ALL);

  it.each([
    ['AAPL', 'MSFT'],
    ['AAPL', 'AMZN'],
    ['AAPL', 'F'],
    ['GOOG', 'GOOGL'],
    ['GOOGL', 'GOOG'],
    ['BRK-B', 'BRK.A'],
    ['BHP.AX', 'RIO.AX'],
    ['VOD.L', 'BARC'],
  ])('refuses the file of %s that says %s in every row', (ticker, name) => {
    expect(reading(ticker, name)).toThrow(
      `is named after ${ticker}, but the column of the name says ${name.replace('.A', name === 'BRK.A' ? '-A' : '.A')} in every row: rename the file, or the column`,
    );
  });

  it.each([
    ['AAPL', 'AAPL'],
    ['AAPL', 'APPLE'],
    ['AAPL', 'Apple Inc.'],
    ['F', 'FORD'],
    ['NVDA', 'NVIDIA'],
    ['BRK-B', 'BRK.B'],
    ['BRK-B', 'BRK'],
    ['BHP.AX', 'BHP'],
    ['BHP', 'BHP.AX'],
    ['^GSPC', 'SPX'],
    ['7203.T', 'TM'],
    ['BTC-USDT', 'BTC'],
  ])('lets the file of %s say %s', (ticker, name) => {
    expect(reading(ticker, name)()).toHaveLength(2);
  });
});
