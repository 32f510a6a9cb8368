import { describe, expect, it } from 'vitest';
import { fetchingAnyMinutes, fetchingMinutes } from '../../../src/backfill/want/ask-again.ts';
import { parseDay } from '../../../src/core/session/day.ts';

const NOW = Date.parse('2026-11-20T23:00:00Z');
const DAYS = { from: parseDay('2026-11-16'), to: parseDay('2026-11-21') };
const YEARS_AGO = { from: parseDay('2020-11-16'), to: parseDay('2020-11-21') };
const range = '--interval 1m --start 2026-11-16 --end 2026-11-20';
const then = '--interval 1m --start 2020-11-16 --end 2020-11-20';

describe('the command that fetches minutes to derive from', () => {
  it.each([
    ['the provider that is named', 'AAPL', 'yahoo', undefined, `yahoo --tickers AAPL ${range}`],
    ['the one of those that are stored', 'AAPL', 'yahoo', 'polygon', `polygon --tickers AAPL ${range}`],
    ['another one where a tier has none', 'AAPL', 'alphavantage', 'yahoo', `yahoo --tickers AAPL ${range}`],
    [
      'the folder of files',
      'AAPL',
      'csv',
      undefined,
      `csv --provider-url csv=FOLDER --basis BASIS --tickers AAPL ${range}, FOLDER being that of its files and BASIS what their prices are (raw or split-adjusted)`,
    ],
    [
      'a module',
      'AAPL',
      'yahoo',
      'own',
      `FILE --tickers AAPL ${range}, FILE being the module of the provider own`,
    ],
    [
      'none that has no such tickers',
      'AAPL',
      'binance',
      undefined,
      `NAME --tickers AAPL ${range}, NAME being one that has them (yahoo, alpaca, polygon)`,
    ],
    [
      'none that has none',
      'EURUSD=X',
      'alphavantage',
      'alphavantage',
      `NAME --tickers EURUSD=X ${range}, NAME being one that has them (yahoo, polygon)`,
    ],
  ] as const)('asks %s', (_, ticker, id, source, expected) => {
    expect(fetchingMinutes(ticker, DAYS, { config: { id }, source, now: NOW })).toBe(
      `backfill --provider ${expected}`,
    );
  });

  it('asks a tier for what it has minutes of alone', () => {
    const config = { id: 'alphavantage', settings: { tier: '75' } };
    const asked = (ticker: string): string => fetchingMinutes(ticker, DAYS, { config, now: NOW });
    expect(asked('AAPL')).toBe(`backfill --provider alphavantage --tickers AAPL ${range}`);
    expect(asked('EURUSD=X')).toMatch(`--provider NAME --tickers EURUSD=X ${range}, NAME being`);
  });

  it('asks nobody for days that are out of reach', () => {
    const asked = fetchingMinutes('AAPL', YEARS_AGO, { config: { id: 'yahoo' }, source: 'yahoo', now: NOW });
    expect(asked).toMatch(`backfill --provider NAME --tickers AAPL ${then}, NAME being one that has them (`);
    expect(asked).not.toContain('yahoo');
  });

  it('has the range that is asked for where no ticker is', () => {
    const config = { id: 'yahoo' };
    expect(fetchingAnyMinutes(config, { start: '2026-11-16', end: '2026-11-20' })).toBe(
      `backfill --provider yahoo ${range}`,
    );
    expect(fetchingAnyMinutes({ id: 'alphavantage' }, { days: 5 })).toBe(
      'backfill --provider NAME --interval 1m --days 5, NAME being one that has them (yahoo, alpaca, binance, polygon)',
    );
  });
});
