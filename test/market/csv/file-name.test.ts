import { describe, expect, it } from 'vitest';
import { readFileName } from '../../../src/market/csv/file-name.ts';
import { tickerNamed } from '../../../src/market/csv/ticker-name.ts';

function tickerOf(stem: string): string | undefined {
  const name = readFileName(stem);
  return name.kind === 'unknown'
    ? undefined
    : tickerNamed(name.ticker, () => name.kind === 'ticker' && name.isCrypto);
}

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
    ['Binance_BTCUSDT_d', 'BTC-USDT'],
    ['Bitstamp_BTCUSD_1h', 'BTC-USD'],
    ['Coinbase_ETHUSD_d', 'ETH-USD'],
    ['BTC_USDT', 'BTC-USDT'],
    ['BTC_USD', 'BTC-USD'],
    ['EUR_USD', 'EURUSD=X'],
    ['EUR-USD', 'EURUSD=X'],
    ['EURUSD_h1', 'EURUSD=X'],
    ['no ticker', undefined],
  ])('%s stands for %s', (stem, ticker) => {
    expect(tickerOf(stem)).toBe(ticker);
  });
});
