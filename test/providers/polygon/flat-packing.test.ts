import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { filesThatAnswer, packed, stopFiles } from './flat-serving.ts';

afterEach(stopFiles);

const session = {
  series: { ticker: 'AAPL', interval: '1d' },
  range: { from: parseDay('2026-11-17'), to: parseDay('2026-11-18') },
  now: Date.parse('2026-11-20T17:00:00Z'),
} as const;

const GOOD = packed([`AAPL,1,7,7,7,7,${Date.parse('2026-11-17T05:00:00Z')}000000,1`]);

/** Gives parts one after the other, each of them on its way before the next. */
const inTurn =
  (parts: readonly Buffer[]) =>
  async (response: ServerResponse): Promise<void> => {
    for (const part of parts) {
      if (!response.write(part)) await once(response, 'drain');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    response.end();
  };

/** What comes of a file that is sent in these parts; the same whether it is one or each is waited for. */
async function readIn(parts: readonly Buffer[]): Promise<unknown[]> {
  const said: unknown[] = [];
  for (const sent of [parts, [Buffer.concat(parts)]]) {
    const { provider } = await filesThatAnswer(() => (response) => void inTurn(sent)(response));
    const answer = provider.fetchBars(session);
    said.push(await answer.then(({ bars }) => bars.length).catch((error: unknown) => error));
  }
  return said;
}

it.each([
  ['text', Buffer.from('garbage behind the end')],
  ['much of it', Buffer.alloc(2 ** 20, 'garbage ')],
  ['what begins like another member', GOOD.subarray(0, 3)],
  ['half of another member', GOOD.subarray(0, GOOD.length / 2)],
])('a file with bytes behind its end is refused: %s', async (_, behind) => {
  const refused = {
    ...{ code: 'bad-answer', retryable: true },
    message: expect.stringMatching(/2026-11-17\.csv\.gz does not unpack/),
  };
  expect(await readIn([GOOD, behind])).toMatchObject([refused, refused]);
});

it.each([
  ['a few bytes', 20],
  ['much of it', 2 ** 20],
])('a file that is padded with zeros is read: %s', async (_, zeros) => {
  expect(await readIn([GOOD, Buffer.alloc(zeros)])).toEqual([1, 1]);
});

it('a file of two members is read to the end of the second', async () => {
  const more = gzipSync(`AAPL,1,8,8,8,8,${Date.parse('2026-11-17T05:00:00Z')}000000,1\n`);
  expect(await readIn([GOOD, more])).toEqual([2, 2]);
});
