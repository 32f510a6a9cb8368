import { describe, expect, it } from 'vitest';
import { meant, valuesOf } from './meant.ts';

describe('a setting', () => {
  it.each([
    [{ timeout: 5 }, 'backfill.config.json: --timeout 5: say the unit, such as 5s or 5ms'],
    [{ timeout: '5' }, 'backfill.config.json: --timeout 5: say the unit, such as 5s or 5ms'],
    [{ days: 1.5 }, 'backfill.config.json: --days 1.5: must be a whole number of at least 1'],
    [{ days: '1e3' }, 'backfill.config.json: --days 1e3: must be a whole number'],
    [{ 'rate-limit': 5 }, 'backfill.config.json: --rate-limit "5" is no rate'],
    [{ interval: '1day' }, 'backfill.config.json: --interval 1day: there is no such interval'],
    [{ provider: 'yaho' }, 'backfill.config.json: there is no provider "yaho"'],
    [{ start: '2024-02-30' }, 'backfill.config.json: --start "2024-02-30" is not a date'],
    [{ json: 'maybe' }, 'backfill.config.json: the setting json is "maybe"; it must be true or false'],
    [{ store: { a: 1 } }, 'backfill.config.json: the setting store is {"a":1}; it must be a text'],
    [{ store: null }, 'backfill.config.json: the setting store is null; it must be a text'],
    [{ store: 5 }, 'backfill.config.json: the setting store is 5; it must be a text'],
    [{ store: true }, 'backfill.config.json: the setting store is true; it must be a text'],
    [{ store: ['a', 'b'] }, 'backfill.config.json: the setting store is ["a","b"]; it must be a text'],
    [{ state: 5 }, 'backfill.config.json: the setting state is 5; it must be a text'],
    [{ tickers: 600519 }, 'backfill.config.json: the setting tickers is 600519; it must be a text'],
    [{ tickers: ['AAPL', 700] }, 'the setting tickers is ["AAPL",700]; it must be a text'],
    [{ days: true }, 'backfill.config.json: the setting days is true; it must be a text or a number'],
    [{ days: [5] }, 'backfill.config.json: the setting days is [5]; it must be a text or a number'],
    [{ interval: ['1d', null] }, 'the setting interval is ["1d",null]; it must be a text or a number'],
    [{ json: [true] }, 'backfill.config.json: the setting json is [true]; it must be true or false'],
    [{ json: null }, 'backfill.config.json: the setting json is null; it must be true or false'],
    [{ store: '' }, 'backfill.config.json: the setting store is empty'],
    [{ tickers: [] }, 'backfill.config.json: the setting tickers is []'],
  ])('%j is judged as an option is, and says where it stands', (settings, message) => {
    expect(() => meant('', settings)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) as string }),
    );
  });

  it('gives way to the command line, and a range to any other range', () => {
    expect(valuesOf('--timeout 5s', { timeout: 5 })).toMatchObject({ timeout: 5000 });
    expect(valuesOf('--start 2024-01-02', { days: 3 })).toMatchObject({
      start: '2024-01-02',
      days: undefined,
    });
    expect(valuesOf('export --out x.csv', { format: 'ndjson' })).toMatchObject({ format: undefined });
    expect(valuesOf('--resume', { reset: true, 'no-gaps': true })).toMatchObject({
      reset: false,
      noGaps: false,
    });
    expect(valuesOf('', { json: 1, quiet: 'off' })).toMatchObject({ json: true, quiet: false });
    expect(valuesOf('', { interval: ['1d', '1h'], tickers: ['A', 'B'] })).toMatchObject({
      interval: ['1d', '1h'],
      tickers: 'A,B',
    });
  });

  it('is not heeded where only the user’s own words will do', () => {
    expect(valuesOf('forget AAPL', { start: '2024-01-02', interval: '5m' })).toMatchObject({
      start: undefined,
      interval: undefined,
    });
    expect(valuesOf('forget', { tickers: 'AAPL', all: true, yes: true })).toMatchObject({
      tickers: undefined,
      all: false,
      yes: false,
    });
    expect(valuesOf('doctor', { fix: true })).toMatchObject({ fix: false });
  });
});
