import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { chart, market, seconds } from './charts.ts';

describe('meta', () => {
  it('tells how the market stands, split-adjusted', () => {
    const { meta } = chart('NAMI.T', '2026-09-01T00:00:00Z', '2026-09-05T00:00:00Z');
    const [last] = market.rows('NAMI.T', '1d', { from: parseDay('2026-11-20'), to: parseDay('2026-11-21') });
    const [before] = market.rows('NAMI.T', '1d', {
      from: parseDay('2026-08-31'),
      to: parseDay('2026-09-01'),
    });
    expect(meta).toMatchObject({
      currency: 'JPY',
      exchangeName: 'JPX',
      timezone: 'JST',
      gmtoffset: 32_400,
      firstTradeDate: seconds('2010-01-04T00:00:00Z'),
      regularMarketTime: seconds('2026-11-20T06:30:00Z'),
      regularMarketPrice: last?.close,
      chartPreviousClose: (before?.close ?? 0) / 2,
    });
  });

  it('has the offset of now, not of the bars', () => {
    const winter = chart('BRVO.PA', '2026-07-01T00:00:00Z', '2026-07-02T00:00:00Z');
    expect(winter.meta).toMatchObject({ gmtoffset: 3600, timezone: 'CET' });
    const summer = chart(
      'BRVO.PA',
      '2026-01-05T00:00:00Z',
      '2026-01-06T00:00:00Z',
      '',
      '2026-07-01T12:00:00Z',
    );
    expect(summer.meta).toMatchObject({ gmtoffset: 7200, timezone: 'CEST' });
  });
});
