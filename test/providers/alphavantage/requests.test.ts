import { describe, expect, it } from 'vitest';
import { TIERS } from '../../../src/providers/alphavantage/settings.ts';
import { quotaText } from '../../../src/core/plan/quota.ts';
import { assertConfigured, capabilitiesOf } from '../../../src/providers/registry.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { KEY, NOW, alphavantageBeside, dates } from './serving.ts';

const ROW = '2026-05-15,1,1,1,1,1\n';
const BODIES: Readonly<Record<string, string>> = {
  SPLITS: 'effective_date,split_factor\n2026-08-01,2.0\n2026-05-14,4.0000\n2020-01-02,3.0\n',
  DIVIDENDS:
    'ex_dividend_date,declaration_date,record_date,payment_date,amount\n2026-05-13,2026-04-28,None,None,0.25\n',
  TIME_SERIES_INTRADAY: 'timestamp,open,high,low,close,volume\n2026-05-15 09:30:00,1,1,1,1,1\n',
  TIME_SERIES_DAILY_ADJUSTED:
    'timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\n2026-05-15,1,1,1,1,1,1,0.0000,4.0\n2026-05-14,4,4,4,4,1,1,0.2500,1.0\n',
};

/** The queries that bars are asked for by, as far as they differ. */
async function queriesFor(
  ticker: string,
  { tier, from = '2026-05-11', interval = '1d' }: { tier: string; from?: string; interval?: Interval },
) {
  const { provider, asked } = await alphavantageBeside(
    (query) => BODIES[query.get('function') ?? ''] ?? `timestamp,open,high,low,close,volume\n${ROW}`,
    { tier },
  );
  const answer = await provider.fetchBars({
    series: { ticker, interval },
    range: dates(from, '2026-05-15'),
    now: NOW,
  });
  const queries = asked.map((query) => {
    expect([query.get('apikey'), query.get('datatype')]).toEqual([KEY, 'csv']);
    query.delete('apikey');
    query.delete('datatype');
    return [...query].map((part) => part.join('=')).join(' ');
  });
  return { queries, answer };
}

describe('what is asked', () => {
  it('with a free key: raw bars, the newest, and their splits and dividends apart', async () => {
    const { queries, answer } = await queriesFor('BRK-B', { tier: 'free', from: '2026-01-05' });
    expect(queries).toEqual([
      'function=SPLITS symbol=BRK-B',
      'function=DIVIDENDS symbol=BRK-B',
      'function=TIME_SERIES_DAILY symbol=BRK-B outputsize=compact',
    ]);
    // Announced, and long past.
    expect(answer.actions).toMatchObject([
      { kind: 'dividend', amount: 0.25 },
      { kind: 'split', ratio: 4 },
    ]);
  });

  it('with a key that is paid for: bars with their splits and dividends, all or the newest', async () => {
    const { queries, answer } = await queriesFor('IBM', { tier: '75', from: '2026-01-05' });
    expect(queries).toEqual(['function=TIME_SERIES_DAILY_ADJUSTED symbol=IBM outputsize=compact']);
    expect(answer.actions).toMatchObject([
      { kind: 'dividend', amount: 0.25 },
      { kind: 'split', ratio: 4 },
    ]);
    expect([...answer.bars.close]).toEqual([4, 1]);
    expect((await queriesFor('IBM', { tier: 'legacy', from: '2020-01-02' })).queries).toEqual([
      'function=TIME_SERIES_DAILY_ADJUSTED symbol=IBM outputsize=full',
    ]);
  });

  it('of pairs: daily bars, and no splits', async () => {
    expect((await queriesFor('EURUSD=X', { tier: 'free' })).queries).toEqual([
      'function=FX_DAILY from_symbol=EUR to_symbol=USD outputsize=compact',
    ]);
    expect((await queriesFor('BTC-EUR', { tier: 'free' })).queries).toEqual([
      'function=DIGITAL_CURRENCY_DAILY symbol=BTC market=EUR',
    ]);
    await expect(queriesFor('BTC-EUR', { tier: '75', interval: '5m' })).rejects.toMatchObject({
      code: 'unsupported-interval',
    });
  });

  it('of minutes: raw ones of the session, a month at a time', async () => {
    const { queries } = await queriesFor('IBM', { tier: '75', interval: '15m', from: '2026-04-29' }).catch(
      (error: unknown) => error as never,
    );
    expect(queries.slice(2)).toEqual(
      ['2026-04', '2026-05'].map(
        (month) =>
          `function=TIME_SERIES_INTRADAY symbol=IBM interval=15min month=${month} outputsize=full adjusted=false extended_hours=false`,
      ),
    );
  });
});

describe('the tiers', () => {
  it('have their quotas, and offer what is theirs: hours, which begin on the clock hour, none', () => {
    const told = [...TIERS.keys()].map((tier) => {
      const { quotas, intervals, listsTickers } = capabilitiesOf({ id: 'alphavantage', settings: { tier } });
      return [tier, quotaText(quotas), Object.keys(intervals).join(' '), listsTickers];
    });
    expect(told).toEqual([
      ['free', '25 req/day and 1 req/s', '1d', false],
      ['legacy', '5 req/min and 500 req/day', '1d', false],
      ...['75', '150', '300', '600', '1,200'].map((rate) => [
        rate.replace(',', ''),
        `${rate} req/min`,
        '1m 5m 15m 1d',
        true,
      ]),
    ]);
  });

  it('are these: another is refused with them', () => {
    expect(() => assertConfigured({ id: 'alphavantage', settings: { tier: 'gold' } })).toThrow(
      'provider alphavantage: setting tier is "gold"; it must be one of free, legacy, 75, 150, 300, 600, 1200',
    );
  });
});
