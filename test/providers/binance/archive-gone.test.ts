import { afterEach, describe, expect, it } from 'vitest';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { LACKING, THREE_WEEKS, ask, asking, expectTrue, gone, market } from './archived-market.ts';
import { type Reply, binance, closeAll } from './serving.ts';

afterEach(closeAll);

describe('a file of the archive', () => {
  it.each([404, 403])('that is answered with %d is asked of the API', async (status) => {
    const [answer, asked] = await ask(THREE_WEEKS, {
      reply: (_, path) => (path.startsWith('/data/') ? { status } : {}),
    });
    expect(asked).toEqual(['2024-03.zip.CHECKSUM', 'page', 'page', 'page']);
    expectTrue(answer, THREE_WEEKS);
    expect(answer.notRead).toEqual([LACKING]);
  });

  it('that is not there is no news where the API has nothing either', async () => {
    const before = { ...market, rows: () => [] };
    const [answer, asked] = await ask(THREE_WEEKS, { market: before, reply: gone });
    expect(asked).toEqual(['2024-03.zip.CHECKSUM', 'page']);
    expect([answer.bars.length, answer.notRead]).toEqual([0, undefined]);
  });

  const ofNoUse = (why: string): string =>
    `Binance's archive is of no use (${why}); its months were asked of the API`;

  it.each([
    [500, ofNoUse('it answered 500: (empty)')],
    [503, ofNoUse('it answered 503: (empty)')],
    [429, ofNoUse('it answered 429: (empty)')],
    [401, ofNoUse('it answered 401: (empty)')],
    [302, ofNoUse('it answered 302: (empty)')],
    [0, expect.stringContaining('is of no use (no answer from 127.0.0.1')],
  ])(
    'that is answered with %d again and again is asked of the API, and the archive named',
    async (status, said) => {
      const failed: string[] = [];
      const noted = async ({ code }: { readonly code: string }): Promise<boolean> => failed.push(code) < 0;
      const [answer, asked] = await ask(THREE_WEEKS, {
        reply: (_, path) => (path.startsWith('/data/') ? { status, body: Buffer.alloc(0) } : {}),
        gate: { ...OPEN_GATE, failed: noted, throttled: async () => true },
      });
      const tries = asked.filter((path) => path === '2024-03.zip.CHECKSUM').length;
      expect([tries, asked.length - tries]).toEqual([status === 401 ? 1 : 2, 3]);
      expectTrue(answer, THREE_WEEKS);
      expect(answer.notRead).toEqual([said]);
      // It says nothing of the API.
      expect(failed).toEqual([]);
    },
  );

  it('that is cut off on its way is asked of the API', async () => {
    const [answer, asked] = await ask(THREE_WEEKS, {
      reply: (_, path) => (path.endsWith('.zip') ? { status: 0 } : {}),
    });
    expect(asked).toEqual(['2024-03.zip.CHECKSUM', '2024-03.zip', '2024-03.zip', 'page', 'page', 'page']);
    expectTrue(answer, THREE_WEEKS);
  });

  it('is not asked for any more once three came to nothing', async () => {
    const reply = (_: Reply, path: string): Partial<Reply> =>
      path.startsWith('/data/') ? { status: 0 } : {};
    const { provider, asked } = await binance({ market, reply, gate: OPEN_GATE });
    const ofArchive = (): number => asked.filter((path) => path.startsWith('/data/')).length;
    for (const [month, tries] of [
      ['2024-01', 2],
      ['2024-02', 4],
      ['2024-03', 6],
      ['2024-04', 6],
      ['2024-05', 6],
    ] as const) {
      const request = asking(`${month}-01`, `${month}-25`);
      const answer = await provider.fetchBars(request);
      expectTrue(answer, request);
      expect(answer.notRead).toHaveLength(1);
      expect(ofArchive()).toBe(tries);
    }
  });

  it('does not hide that the API fails as well', async () => {
    for (const [status, code] of [
      [500, 'provider-fault'],
      [429, 'throttled'],
    ] as const)
      await expect(ask(THREE_WEEKS, { reply: () => ({ status }) })).rejects.toMatchObject({
        code,
        retryable: true,
      });
  });
});
