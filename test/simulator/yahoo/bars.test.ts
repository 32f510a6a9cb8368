import { describe, expect, it } from 'vitest';
import { formatDay, parseDay, utcDayOf } from '../../../src/core/session/day.ts';
import { isComplete } from '../../../src/market/market.ts';
import { ask, resultOf } from '../chart.ts';
import { NOW, chart, column, market, seconds, tiny } from './charts.ts';

describe('bars on the wire', () => {
  it('are stamped with the open of their session, summer and winter', () => {
    const { timestamp } = chart('ALFA', '2026-03-06T00:00:00Z', '2026-03-10T00:00:00Z');
    expect(timestamp).toEqual([seconds('2026-03-06T14:30:00Z'), seconds('2026-03-09T13:30:00Z')]);
  });

  it('are stamped with local midnight for crypto and currencies', () => {
    const crypto = chart('SMPL-USD', '2026-07-01T00:00:00Z', '2026-07-01T23:00:00Z');
    expect(crypto.timestamp).toEqual([seconds('2026-07-01T00:00:00Z')]);
    const currency = chart('QAAUSD=X', '2026-07-01T12:00:00Z', '2026-07-01T22:00:00Z');
    expect(currency.timestamp).toEqual([seconds('2026-06-30T23:00:00Z')]);
  });

  it('include the one that period1 falls into and the one stamped exactly period2', () => {
    const { timestamp } = chart('ALFA', '2026-03-02T18:00:00Z', '2026-03-04T14:30:00Z');
    expect(timestamp?.map((stamp) => formatDay(utcDayOf(stamp * 1000)))).toEqual([
      '2026-03-02',
      '2026-03-03',
      '2026-03-04',
    ]);
    expect(chart('ALFA', '2026-03-02T21:00:00Z', '2026-03-04T14:29:59Z').timestamp).toHaveLength(1);
  });

  it('are split-adjusted float32 prices and whole volumes', () => {
    const day = { from: parseDay('2014-06-06'), to: parseDay('2014-06-10') };
    const [before, on] = market.rows('ALFA', '1d', day).filter(isComplete);
    const result = chart('ALFA', '2014-06-06T00:00:00Z', '2014-06-10T00:00:00Z');
    expect(column(result, 'close')).toEqual([
      Math.fround((before?.close ?? 0) / 28),
      Math.fround((on?.close ?? 0) / 4),
    ]);
    expect(column(result, 'volume')).toEqual([(before?.volume ?? 0) * 28, (on?.volume ?? 0) * 4]);
  });

  it('are not adjusted for splits that are still to come', () => {
    const from = '2026-11-10T00:00:00Z';
    const before = chart('QUIL', from, '2026-11-11T00:00:00Z', '', '2026-11-15T12:00:00Z');
    const after = chart('QUIL', from, '2026-11-11T00:00:00Z', '', '2026-11-16T12:00:00Z');
    const [raw] = market.rows('QUIL', '1d', { from: parseDay('2026-11-10'), to: parseDay('2026-11-11') });
    expect(column(before, 'close')).toEqual([Math.fround(raw?.close ?? 0)]);
    expect(column(after, 'close')).toEqual([Math.fround((raw?.close ?? 0) / 2)]);
  });

  it('have a close adjusted for dividends too, by what each left of the last price', () => {
    const exDay = parseDay('2024-01-04');
    const { indicators } = tiny(
      [100, 200, 198, 99],
      [
        { kind: 'dividend', exDay, amount: 2 },
        { kind: 'split', exDay: exDay + 1, ratio: 2 },
      ],
    );
    expect(indicators.quote[0]?.['close']).toEqual([50, 100, 99, 99]);
    expect(indicators.adjclose).toEqual([{ adjclose: [Math.fround(49.5), 99, 99, 99] }]);
  });

  it('are null in every column where the market lacks a value', () => {
    const { timestamp, indicators } = tiny([100, null, 101], []);
    expect(timestamp).toHaveLength(3);
    for (const values of [...Object.values(indicators.quote[0] ?? {}), indicators.adjclose?.[0]?.adjclose]) {
      expect(values?.map((value) => value === null)).toEqual([false, true, false]);
    }
  });

  it('have no adjusted close within a day, and a grid that starts at the open', () => {
    const path = `/v8/finance/chart/ALFA?period1=${seconds('2026-11-19T00:00:00Z')}&period2=${seconds('2026-11-20T00:00:00Z')}&interval=60m`;
    const { timestamp, indicators, meta } = resultOf(ask(market, path, NOW));
    expect(Object.keys(indicators)).toEqual(['quote']);
    expect(timestamp?.[0]).toBe(seconds('2026-11-19T14:30:00Z'));
    expect(timestamp).toHaveLength(7);
    expect(meta).toMatchObject({ dataGranularity: '60m', scale: 3 });
  });

  it('reach back from now for a range', () => {
    const { timestamp, meta } = resultOf(ask(market, '/v8/finance/chart/ALFA?range=5d&interval=1d', NOW));
    expect(timestamp).toHaveLength(4);
    expect(meta).toMatchObject({ range: '5d' });
  });

  it('are none for days without trading: no timestamp, empty columns', () => {
    const weekend = chart('ALFA', '2026-03-07T00:00:00Z', '2026-03-08T00:00:00Z', '&events=div|split');
    expect(Object.keys(weekend)).toEqual(['meta', 'indicators']);
    expect(weekend.indicators).toEqual({ quote: [{}], adjclose: [{}] });
    const path = `/v8/finance/chart/ALFA?period1=${seconds('2026-11-14T00:00:00Z')}&period2=${seconds('2026-11-15T00:00:00Z')}&interval=1h`;
    expect(resultOf(ask(market, path, NOW)).indicators).toEqual({ quote: [{}] });
  });
});
