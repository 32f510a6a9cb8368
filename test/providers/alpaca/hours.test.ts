import { describe, expect, it } from 'vitest';
import type { BarAnswer } from '../../../src/providers/provider.ts';
import { NO_ACTIONS, type Reply, type Request } from './serving.ts';
import { SHARES, ask, range } from './asked.ts';

describe('bars of an hour', () => {
  const half = (t: string, o: number): object => ({ t, o, h: o + 2, l: o - 1, c: o + 1, v: 10 });
  const barsOf = (rows: object[]) => ({
    body: JSON.stringify({ bars: { AAPL: rows }, next_page_token: null }),
  });
  const replying =
    (rows: object[]) =>
    (request: Request): Reply =>
      request.path === SHARES ? barsOf(rows) : { body: NO_ACTIONS };
  const asking = { interval: '1h', range: range('2023-01-03', '2023-01-04') } as const;

  it('begin at the open, joined of half hours, without those before and after the session', async () => {
    const rows = ['14:00', '14:30', '15:00', '15:30', '20:30', '21:00'].map((at, i) =>
      half(`2023-01-03T${at}:00Z`, 10 * i),
    );
    const { shares, parts } = await ask(asking, replying(rows));
    expect(shares[0]?.get('timeframe')).toBe('30Min');
    const { answer } = parts.get('AAPL') as { answer: BarAnswer };
    expect([...answer.bars.ts].map((ts) => new Date(ts).toISOString().slice(11, 16))).toEqual([
      '14:30',
      '15:30',
      '20:30',
    ]);
    expect([...answer.bars.open, ...answer.bars.close, ...answer.bars.volume]).toEqual([
      10, 30, 40, 21, 31, 41, 20, 10, 10,
    ]);
    expect(answer).toMatchObject({ dropped: 2, offGrid: 0 });
  });

  it.each([
    ['twice', ['14:30', '14:30']],
    ['in no order', ['15:00', '14:30']],
  ])('are not joined of rows that come %s', async (_, times) => {
    const { parts } = await ask(asking, replying(times.map((at) => half(`2023-01-03T${at}:00Z`, 10))));
    expect(parts.get('AAPL')).toMatchObject({ error: { code: 'bad-answer', retryable: true } });
  });
});
