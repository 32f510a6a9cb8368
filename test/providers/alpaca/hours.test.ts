import { describe, expect, it } from 'vitest';
import type { BarAnswer } from '../../../src/providers/provider.ts';
import { NO_ACTIONS, type Reply, type Request } from './serving.ts';
import { stopAfterEach, SHARES, ask, range } from './asked.ts';

stopAfterEach();

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

  const answerTo = async (rows: object[]): Promise<BarAnswer> => {
    const { parts } = await ask(asking, replying(rows));
    return (parts.get('AAPL') as { answer: BarAnswer }).answer;
  };
  const rowsAt = (...times: string[]): ReturnType<typeof half>[] =>
    times.map((at, i) => half(`2023-01-03T${at}:00Z`, 100 + i));

  it('count a row once that comes twice, and do without an order', async () => {
    const [first, second, third, fourth] = rowsAt('14:30', '15:00', '15:30', '16:00');
    const { bars, partial } = await answerTo([first, fourth, second, second, third, first] as object[]);
    expect([...bars.open, ...bars.close, ...bars.volume]).toEqual([100, 102, 102, 104, 20, 20]);
    expect(partial).toEqual([]);
  });

  const crossed = { ...half('2023-01-03T15:30:00Z', 102), h: 90 };
  const tenfold = { ...half('2023-01-03T15:30:00Z', 10_200), h: 10_300, l: 10_100 };
  const other = half('2023-01-03T15:30:00Z', 105);
  it.each([
    ['is impossible', [crossed], 1, 'high 90 is below low 101'],
    ['is in another unit', [tenfold], 1, '100 times'],
    ['is contradicted', [half('2023-01-03T15:30:00Z', 102), other], 2, 'another row has the same stamp'],
  ])('are none where a row %s, which is told', async (_, wrong, told, reason) => {
    const sound = rowsAt('14:30', '15:00', '16:00', '16:30', '17:00');
    const { bars, unusable, partial } = await answerTo([...sound, ...wrong]);
    expect([...bars.ts].map((ts) => new Date(ts).toISOString().slice(11, 16))).toEqual(['14:30', '16:30']);
    expect(partial).toEqual([]);
    expect(unusable).toHaveLength(told);
    for (const one of unusable)
      expect(one).toMatchObject({
        ts: Date.parse('2023-01-03T15:30:00Z'),
        reason: expect.stringContaining(reason),
        row: { ts: Date.parse('2023-01-03T15:30:00Z') },
      });
  });

  it('are joined of rows that a listed split of 1:100 parts', async () => {
    const split = {
      ...{ symbol: 'AAPL', old_rate: 100, new_rate: 1, ex_date: '2023-01-04', process_date: '2023-01-04' },
      ...{ old_cusip: '1', new_cusip: '2', id: 'one' },
    };
    const rows = [
      ...['14:30', '15:00'].map((at) => half(`2023-01-03T${at}:00Z`, 3)),
      ...['14:30', '15:00', '15:30', '16:00'].map((at) => half(`2023-01-04T${at}:00Z`, 300)),
    ];
    const answers = async (splits: object[]): Promise<BarAnswer> => {
      const { parts } = await ask({ ...asking, range: range('2023-01-03', '2023-01-05') }, ({ path }) =>
        path === SHARES
          ? barsOf(rows)
          : {
              body: JSON.stringify({ corporate_actions: { reverse_splits: splits }, next_page_token: null }),
            },
      );
      return (parts.get('AAPL') as { answer: BarAnswer }).answer;
    };
    expect(await answers([split])).toMatchObject({ unusable: [], bars: { length: 3 } });
    expect((await answers([])).unusable).toHaveLength(2);
  });

  it('say of which of them a row did not come, but for the last half hour, which is alone', async () => {
    const { bars, partial } = await answerTo(rowsAt('14:30', '15:00', '16:00', '20:30'));
    expect(bars.length).toBe(3);
    expect(partial).toEqual([{ ts: Date.parse('2023-01-03T15:30:00Z'), lacks: 0.5 }]);
  });
});
