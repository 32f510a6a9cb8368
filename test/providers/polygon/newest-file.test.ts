import { afterEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { filesThatAnswer, listOf, packed, stopFiles } from './flat-serving.ts';

// A file that is refused beside a listing may be older than the plan reaches, or the plan has none: the newest one tells.

afterEach(stopFiles);

const NOW = Date.parse('2026-11-20T17:00:00Z');

const file = (date: string): string => `us_stocks_sip/day_aggs_v1/2026/11/${date}.csv.gz`;

const bar = (key: string): Buffer =>
  packed([`AAPL,1,7,7,7,7,${Date.parse(`${key.slice(-17, -7)}T05:00:00Z`)}000000,1`]);

describe('a refusal of a file of a market', () => {
  const OPEN = '2026-11-17';
  // That of the day before is whole in the afternoon.
  const NEWEST = '2026-11-18';
  const market = (provider: Provider, date: string) =>
    provider
      .fetchMarket?.({ interval: '1d', session: parseDay(date), now: NOW })
      .catch((error: unknown) => error);

  /** Files of which those from a day on are given, or none. */
  function filesSince(first: string | null) {
    return filesThatAnswer(({ key }) => {
      if (key === '') return { body: listOf([]) };
      return first === null || key < file(first) ? { status: 403 } : { status: 206, body: bar(key) };
    });
  }

  it('is of all where the newest is refused too, and is found out once', async () => {
    const { provider, asked } = await filesSince(null);
    const none = { code: 'not-entitled', scope: 'endpoint', retryable: false };
    expect(await market(provider, '2026-11-13')).toMatchObject({
      ...none,
      message: `polygon lists its files and gives none of them, neither ${file('2026-11-13')} nor the newest: the plan has none; --tier says what the plan is`,
    });
    expect(asked.map(({ key }) => key)).toEqual([file('2026-11-13'), '', file(NEWEST)]);
    expect(asked[2]?.headers.range).toBe('bytes=0-0');
    // Of the newest one itself nothing more is asked.
    expect(await market(provider, NEWEST)).toMatchObject(none);
    expect(asked.slice(3).map(({ key }) => key)).toEqual([file(NEWEST)]);
  });

  it('is of that day where the newest is given: neither is asked about again', async () => {
    const { provider, asked } = await filesSince(OPEN);
    const that = { code: 'not-entitled', scope: 'series', retryable: false };
    expect(await market(provider, '2026-11-13')).toMatchObject(that);
    expect(asked.map(({ key }) => key)).toEqual([file('2026-11-13'), '', file(NEWEST)]);
    expect(await market(provider, '2026-11-16')).toMatchObject(that);
    expect(asked.slice(3).map(({ key }) => key)).toEqual([file('2026-11-16')]);
  });

  it('is of that day where another one was given', async () => {
    const { provider, asked } = await filesThatAnswer(({ key }) => {
      if (key === '') return { body: listOf([]) };
      return key < file(OPEN) ? { status: 403 } : { body: bar(key) };
    });
    expect(await market(provider, OPEN)).toMatchObject({ asOf: NOW });
    expect(await market(provider, '2026-11-16')).toMatchObject({ code: 'not-entitled', scope: 'series' });
    expect(asked.map(({ key }) => key)).toEqual([file(OPEN), file('2026-11-16'), '']);
  });

  it('is of that day where the newest is not there, and of nobody where that is not said', async () => {
    for (const [status, error] of [
      [404, { code: 'not-entitled', scope: 'series' }],
      [503, { retryable: true }],
    ] as const) {
      const { provider } = await filesThatAnswer(({ key }) => {
        if (key === '') return { body: listOf([]) };
        return { status: key === file(NEWEST) ? status : 403 };
      });
      expect(await market(provider, '2026-11-13')).toMatchObject(error);
    }
  });
});
