import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { HEADING, filesThatAnswer, packed, stopFiles } from './flat-serving.ts';

afterEach(stopFiles);

const SESSION = {
  series: { ticker: 'AAPL', interval: '1d' },
  range: { from: parseDay('2026-11-17'), to: parseDay('2026-11-18') },
  now: Date.parse('2026-11-20T17:00:00Z'),
} as const;

const GOOD = packed([`AAPL,1,7,7,7,7,${Date.parse('2026-11-17T05:00:00Z')}000000,1`]);
const HALF = GOOD.subarray(0, GOOD.length / 2);
const NOTHING = Buffer.alloc(0);

/** Longer than a wrong answer may take that is read no further than to its first wrong bytes, ms. */
const LONG = 10_000;

const HUGE_BYTES = 200_000_000;

/** What the connection itself holds of a body that nobody reads. */
const ON_THE_WAY_BYTES = 16_000_000;

/** Sends a body of 200 MB as fast as it is taken, and notes how much of it was. */
async function flood(
  response: ServerResponse,
  start: Buffer,
  filler: Buffer,
  note: (sent: number) => void,
): Promise<void> {
  const gone = once(response, 'close');
  response.write(start);
  for (let sent = 0; sent < HUGE_BYTES && !response.destroyed; sent += filler.length) {
    note(sent);
    if (!response.write(filler)) await Promise.race([once(response, 'drain'), gone]);
  }
  response.end();
}

it.each([
  ['blanks', 'flat', NOTHING, Buffer.alloc(65_536, ' '), /has a line of more than 65536 characters/],
  ['zeros', 'flat', NOTHING, Buffer.alloc(65_536), /has a line of more than 65536 characters/],
  ['blanks where trades are', 'trades', NOTHING, Buffer.alloc(65_536, ' '), /has a line of more than 65536/],
  ['a heading, then blanks', 'flat', Buffer.from(`${HEADING}\n`), Buffer.alloc(65_536, ' '), /has a line of/],
  ['half of a packed file, then blanks', 'flat', HALF, Buffer.alloc(65_536, ' '), /has a line of|not unpack/],
  ['a packed file, then blanks', 'flat', GOOD, Buffer.alloc(65_536, ' '), /does not unpack/],
  ['packed blanks', 'flat', NOTHING, gzipSync(Buffer.alloc(2 ** 24, ' ')), /has a line of more than 65536/],
])(
  'a body of 200 MB that is no file is dropped at its first wrong bytes: %s',
  async (_, source, start, filler, message) => {
    let most = 0;
    const { provider } = await filesThatAnswer(
      () => (response) => void flood(response, start, filler, (sent) => (most = sent)),
      undefined,
      source,
    );
    const series = { ticker: 'AAPL', interval: source === 'trades' ? '1m' : '1d' } as const;
    await expect(provider.fetchBars({ ...SESSION, series })).rejects.toMatchObject({
      ...{ code: 'bad-answer', retryable: true },
      message: expect.stringMatching(message),
    });
    expect(most).toBeLessThan(ON_THE_WAY_BYTES);
  },
  LONG,
);

/** What comes of a body that begins so and then stands still, with 500 ms for each part of it. */
async function stalledAfter(start: Buffer): Promise<unknown> {
  const { provider } = await filesThatAnswer(
    () => (response) => {
      response.flushHeaders();
      if (start.length > 0) response.write(start);
    },
    ...[undefined, 'flat', 500],
  );
  return provider.fetchBars(SESSION).catch((error: unknown) => error);
}

it.each([
  ['its head', NOTHING],
  ['one byte', GOOD.subarray(0, 1)],
  ['half of a packed file', HALF],
  ['a packed file', GOOD],
  ['a heading', Buffer.from(`${HEADING}\n`)],
  ['a begun line', Buffer.from(HEADING.slice(0, 9))],
  ['a few blanks', Buffer.alloc(1000, ' ')],
])(
  'a body that stands still ends by the time-out: after %s',
  async (_, start) => {
    expect(await stalledAfter(start)).toMatchObject({ code: 'timeout', retryable: true });
  },
  LONG,
);

it.each([
  ['bytes that do not unpack', Buffer.concat([GOOD.subarray(0, 10), Buffer.alloc(100, 0xff)])],
  ['a packed row that is none', packed(['AAPL,1'])],
  ['a packed heading of something else', gzipSync('a,b\n1,2\n')],
  ['a line without end', Buffer.alloc(100_000, ' ')],
])(
  'a body that stands still behind its first wrong bytes is not waited for: %s',
  async (_, start) => {
    expect(await stalledAfter(start)).toMatchObject({ code: 'bad-answer', retryable: true });
  },
  LONG,
);
