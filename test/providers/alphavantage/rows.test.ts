import { describe, expect, it } from 'vitest';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { answerTo, alphavantageBeside, dates } from './serving.ts';

const HEADING = 'timestamp,open,high,low,close,volume';
const csv = (...lines: string[]): string => [HEADING, ...lines].map((line) => `${line}\n`).join('');
const at = (stamp: string, close = 10): string => `${stamp},${close},${close},${close},${close},100`;
const iso = (ts: Iterable<number>): string[] => [...ts].map((one) => new Date(one).toISOString());

describe('the rows of an answer', () => {
  it('are oldest first, those of the range, in the words of the wire', async () => {
    const body = csv(at('2026-05-18'), at('2026-05-15', 12), at('2026-05-14', 11), at('2026-05-08'));
    const { bars, wireBasis } = await answerTo(body);
    expect(iso(bars.ts)).toEqual(['2026-05-14T00:00:00.000Z', '2026-05-15T00:00:00.000Z']);
    expect([...bars.close]).toEqual([11, 12]);
    expect(wireBasis).toBe('raw');
  });

  it('without any price are empty, and without one or with something else in its place are wrong', async () => {
    const body = csv(
      '2026-05-15,null,10,10,10,1',
      '2026-05-14,Infinity,10,10,10,1',
      '2026-05-13,9,9,9,9,',
      '2026-05-12,null,,-,,1',
    );
    const { bars, unusable } = await answerTo(body);
    expect(unusable.map(({ ts, reason }) => [iso([ts])[0]?.slice(0, 10), reason])).toEqual([
      ['2026-05-12', 'empty'],
      ['2026-05-14', 'no number'],
      ['2026-05-15', 'its open is missing'],
    ]);
    expect([...bars.volume]).toEqual([Number.NaN]);
  });

  it('prove nothing before the first where there are as many as may be', async () => {
    const days = Array.from({ length: 100 }, (_, i) => at(formatDay(parseDay('2026-05-15') - i)));
    const provenBy = async (rows: string[], from: string, tier: string): Promise<string> =>
      formatDay((await answerTo(csv(...rows), { range: dates(from, '2026-05-15'), tier })).proven.from);
    expect(await provenBy(days, '2026-01-05', 'free')).toBe('2026-02-05');
    expect(await provenBy(days.slice(1), '2026-01-05', 'free')).toBe('2026-01-05');
    // For so many sessions all rows are asked for.
    expect(await provenBy(days, '2025-06-02', '75')).toBe('2025-06-02');
  });

  it('prove nothing before the last whole one where the end is lost', async () => {
    const { bars, proven } = await answerTo(csv(at('2026-05-15'), at('2026-05-14')).slice(0, -4));
    expect([formatDay(proven.from), bars.length]).toEqual(['2026-05-15', 1]);
    await expect(answerTo(`${HEADING}\n2026-05-1`)).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('of crypto were once in two currencies', async () => {
    const row = (price: string): Record<string, string> => ({
      '1a. open (CNY)': '99',
      '1b. open (USD)': price,
      '2a. high (CNY)': '99',
      '2b. high (USD)': price,
      '3a. low (CNY)': '99',
      '3b. low (USD)': price,
      '4a. close (CNY)': '99',
      '4b. close (USD)': price,
      '5. volume': '3',
      '6. market cap (USD)': '3',
    });
    const series = { '2026-05-15': row('2'), '2026-05-14': row('1') };
    const body = JSON.stringify({ 'Time Series (Digital Currency Daily)': series });
    expect([...(await answerTo(body, { ticker: 'BTC-USD' })).bars.close]).toEqual([1, 2]);
    expect([...(await answerTo(body, { ticker: 'BTC-CNY' })).bars.close]).toEqual([99, 99]);
  });

  it('of another symbol, as JSON says, are none of ours', async () => {
    const body = JSON.stringify({
      'Meta Data': { '2. Symbol': 'MSFT' },
      'Time Series (Daily)': { '2026-05-15': { '1. open': '1' } },
    });
    await expect(answerTo(body)).rejects.toMatchObject({ code: 'bad-answer', retryable: true });
  });
});

describe('intraday rows', () => {
  const asked = (first: string, last: string) =>
    ({ interval: '5m', range: dates(first, last), now: Date.parse('2026-11-20T12:00:00Z') }) as const;

  it.each([
    ['5min', 1],
    ['15min', undefined],
  ])('of %s, as JSON says, where 5m were asked for', async (interval, bars) => {
    const row = { '1. open': '1', '2. high': '1', '3. low': '1', '4. close': '1', '5. volume': '1' };
    const body = JSON.stringify({
      'Meta Data': { '2. Symbol': 'IBM', '4. Interval': interval },
      [`Time Series (${interval})`]: { '2026-03-06 09:30:00': row },
    });
    const answered = answerTo(body, asked('2026-03-06', '2026-03-09'));
    if (bars !== undefined) expect((await answered).bars.length).toBe(bars);
    else await expect(answered).rejects.toThrow(`its rows are of ${interval}, asked for 5min`);
  });

  it('are by the clock of New York, also in the week in which it changes', async () => {
    const body = csv(at('2026-03-09 09:30:00'), at('2026-03-06 15:55:00'), at('2026-03-06 09:30:00'));
    const { bars } = await answerTo(body, asked('2026-03-06', '2026-03-09'));
    expect(iso(bars.ts)).toEqual([
      '2026-03-06T14:30:00.000Z',
      '2026-03-06T20:55:00.000Z',
      '2026-03-09T13:30:00.000Z',
    ]);
  });

  it('are those of the session, of a half day too', async () => {
    const body = csv(
      ...[at('2025-11-28 13:00:00'), at('2025-11-28 12:55:00'), at('2025-11-28 09:32:00')],
      ...[at('2025-11-28 09:30:00'), at('2025-11-28 09:25:00'), at('2025-11-27 10:00:00')],
    );
    const { bars, dropped, offGrid } = await answerTo(body, asked('2025-11-26', '2025-11-28'));
    expect(iso(bars.ts)).toEqual(['2025-11-28T14:30:00.000Z', '2025-11-28T17:55:00.000Z']);
    expect([dropped, offGrid]).toEqual([4, 1]);
  });

  it('of extended hours are none of the grid, though they lie on it', async () => {
    const times = ['19:55', '16:05', '16:00', '15:55', '12:00', '09:30', '09:25', '09:20', '04:00'];
    const body = csv(...times.map((time) => at(`2026-03-06 ${time}:00`)));
    const { bars, dropped, offGrid } = await answerTo(body, asked('2026-03-06', '2026-03-06'));
    expect(iso(bars.ts).map((one) => one.slice(11, 16))).toEqual(['14:30', '17:00', '20:55']);
    expect([dropped, offGrid]).toEqual([6, 0]);
  });

  it('of extended hours by their ends are refused, though they have one at the open', async () => {
    const times = ['20:00', '16:05', '16:00', '15:55', '09:35', '09:30', '09:25', '04:05'];
    const body = csv(...times.map((time) => at(`2026-03-06 ${time}:00`)));
    await expect(answerTo(body, asked('2026-03-06', '2026-03-06'))).rejects.toMatchObject({
      code: 'bad-answer',
      message: expect.stringMatching(
        /with their ends, it seems: 1 of 1 session has one at 20:00, 0 at 04:00$/,
      ),
    });
  });

  it('of extended hours are by their starts where the hours have begun, whatever the close has', async () => {
    const rows = ['2026-03-06 16:00', '2026-03-06 15:55', '2026-03-05 16:00', '2026-03-05 04:00'];
    const body = csv(...rows.map((stamp) => at(`${stamp}:00`)));
    const { bars } = await answerTo(body, asked('2026-03-05', '2026-03-06'));
    expect(iso(bars.ts)).toEqual(['2026-03-06T20:55:00.000Z']);
  });

  it('that are stamped with the ends of their bars are refused: each would be taken for the next', async () => {
    const ends = csv(at('2026-03-06 16:00:00'), at('2026-03-06 15:55:00'), at('2026-03-06 09:35:00'));
    await expect(answerTo(ends, asked('2026-03-06', '2026-03-06'))).rejects.toMatchObject({
      code: 'bad-answer',
      retryable: false,
    });
  });

  it('come a month at a time; what a cut month does not reach is not proven', async () => {
    const { provider, asked: queries } = await alphavantageBeside(
      (query) =>
        query.get('month') === '2026-04'
          ? csv(at('2026-04-01 09:30:00'))
          : `${csv(at('2026-03-30 09:30:00'))}2026-03`,
      { tier: '75', actions: 'none' },
    );
    const { series, range } = {
      series: { ticker: 'IBM', interval: '5m' },
      range: dates('2026-03-16', '2026-04-02'),
    } as const;
    const { bars, proven, unproven } = await provider.fetchBars({
      series,
      range,
      now: Date.parse('2026-11-20T12:00:00Z'),
    });
    expect(queries.map((query) => query.get('month'))).toEqual(['2026-03', '2026-04']);
    expect(bars.length).toBe(2);
    expect([proven, unproven]).toEqual([dates('2026-03-30', '2026-04-02'), undefined]);
  });
});
