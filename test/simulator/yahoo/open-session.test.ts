import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { ask, resultOf } from '../chart.ts';
import { NOW, chart, column, market, seconds } from './charts.ts';

describe('the session that still trades', () => {
  const now = '2026-11-20T16:00:30.500Z';
  const day = { from: parseDay('2026-11-20'), to: parseDay('2026-11-21') };

  it('is the last row, as far as it got, stamped with the current second', () => {
    const result = chart('ALFA', '2026-11-19T00:00:00Z', '2026-11-21T00:00:00Z', '', now);
    expect(result.timestamp).toEqual([seconds('2026-11-19T14:30:00Z'), seconds('2026-11-20T16:00:30Z')]);
    const minutes = market.rows('ALFA', '1m', day).slice(0, 90);
    expect(column(result, 'open')[1]).toBe(Math.fround(minutes[0]?.open ?? 0));
    expect(column(result, 'close')[1]).toBe(Math.fround(minutes[89]?.close ?? 0));
    expect(column(result, 'volume')[1]).toBe(minutes.reduce((sum, { volume }) => sum + (volume ?? 0), 0));
    expect(result.meta).toMatchObject({ regularMarketTime: seconds('2026-11-20T16:00:30Z') });
  });

  it('ends an intraday answer with the bar of this moment', () => {
    const path = `/v8/finance/chart/ALFA?period1=${seconds('2026-11-20T15:30:00Z')}&period2=${seconds('2026-11-21T00:00:00Z')}&interval=1h`;
    const result = resultOf(ask(market, path, now));
    expect(result.timestamp).toEqual([seconds('2026-11-20T16:00:30Z')]);
    const minutes = market.rows('ALFA', '1m', day).slice(60, 90);
    expect(column(result, 'open')).toEqual([Math.fround(minutes[0]?.open ?? 0)]);
  });

  it('has the whole bar before the lunch break while that lasts', () => {
    const path = `/v8/finance/chart/KUMO.T?period1=${seconds('2026-11-19T00:00:00Z')}&period2=${seconds('2026-11-20T00:00:00Z')}&interval=1h`;
    const stamps = (at: string): readonly number[] | undefined => resultOf(ask(market, path, at)).timestamp;
    const [nine, ten, eleven] = [0, 1, 2].map((hour) => seconds(`2026-11-19T0${hour}:00:00Z`));
    expect(stamps('2026-11-19T02:45:00Z')).toEqual([nine, ten, eleven]);
    expect(stamps('2026-11-19T02:20:00Z')).toEqual([nine, ten, seconds('2026-11-19T02:20:00Z')]);
  });

  it('is not shown where the period ends before now, nor before it opens', () => {
    expect(chart('ALFA', '2026-11-20T00:00:00Z', '2026-11-20T15:00:00Z', '', now).timestamp).toBeUndefined();
    expect(chart('ALFA', '2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z', '', NOW).timestamp).toBeUndefined();
  });

  it('has its final row from the close on', () => {
    const result = chart('ALFA', '2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z', '', '2026-11-20T21:00:00Z');
    const [row] = market.rows('ALFA', '1d', day);
    expect(result.timestamp).toEqual([seconds('2026-11-20T14:30:00Z')]);
    expect(column(result, 'close')).toEqual([Math.fround(row?.close ?? 0)]);
  });
});
