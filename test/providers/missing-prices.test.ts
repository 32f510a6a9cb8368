import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { missingPrices } from '../../src/providers/missing-prices.ts';
import type { BarAnswer } from '../../src/providers/provider.ts';
import { parseChart } from '../../src/providers/yahoo/parse.ts';
import { stopAfterEach, SHARES, ask, range } from './alpaca/asked.ts';
import { NO_ACTIONS } from './alpaca/serving.ts';
import { chartResult } from './yahoo/chart.ts';

stopAfterEach();

describe('a row of which prices are missing', () => {
  const none = Number.NaN;
  it.each([
    [[1, 1, 1, 1], null],
    [[none, none, none, none], 'empty'],
    [[1, 1, 1, none], 'its close is missing'],
    [[none, 1, 1, none], 'its open and close are missing'],
  ] as const)('(%j) is no bar: %j', ([open, high, low, close], why) => {
    expect(missingPrices(open, high, low, close)).toBe(why);
  });

  it('is wrong for Alpaca, and empty only without any', async () => {
    const at = (day: string, prices: object): object => ({ t: `${day}T05:00:00Z`, v: 10, ...prices });
    const rows = [
      at('2023-01-03', { o: 1, h: 1, l: 1 }),
      at('2023-01-04', { o: 1, h: 1, l: 1, c: null }),
      at('2023-01-05', { o: null, h: null, l: null, c: null }),
    ];
    const { parts } = await ask({ interval: '1d', range: range('2023-01-03', '2023-01-05') }, ({ path }) => ({
      body: path === SHARES ? JSON.stringify({ bars: { AAPL: rows }, next_page_token: null }) : NO_ACTIONS,
    }));
    const { answer } = parts.get('AAPL') as { answer: BarAnswer };
    expect(answer.unusable.map(({ reason }) => reason)).toEqual([
      'its close is missing',
      'its close is missing',
      'empty',
    ]);
    expect(answer.bars).toHaveLength(0);
  });

  it.each([
    [['open', 'close'], 'its open and close are missing'],
    [['open', 'high', 'low', 'close'], 'empty'],
  ])('is wrong for Yahoo, and empty only without any: %j', (missing, reason) => {
    const calendar = calendarFor('AAPL');
    const now = Date.parse('2025-01-16T02:00:00Z');
    const result = chartResult({ rows: [['2025-01-14T14:30:00Z', 10]] });
    const gone = Object.fromEntries(missing.map((name) => [name, [none]]));
    const altered = { ...result, columns: { ...result.columns, ...gone } };
    const { unusable } = parseChart(altered, {
      ...{ interval: '1d', calendar, now },
      range: { from: parseDay('2025-01-14'), to: parseDay('2025-01-15') },
      settled: calendar.lastSettled(now, 0),
    });
    expect(unusable.map((row) => row.reason)).toEqual([reason]);
  });
});
