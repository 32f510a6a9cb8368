import { describe, expect, it } from 'vitest';
import { barsOf } from '../../../../src/core/bars/bar-builder.ts';
import { BackfillError } from '../../../../src/core/errors.ts';
import { bucketOf } from '../../../../src/core/plan/slice.ts';
import {
  assertWholeSlice,
  decodeBucket,
  encodeEnd,
  encodePiece,
  isEarlierSlice,
  placeOf,
  type SliceFile,
} from '../../../../src/store/parquet/codec/slice-file.ts';
import type { StagedPart } from '../../../../src/store/staging.ts';
import { everyFlip } from '../../../flipped-bits.ts';
import { NOON, daily } from '../../fixtures.ts';

const NAME = 'staging/1d_2026-02-23_sample-1_1.slice';
const BUCKET = bucketOf('AAPL');
const GROUP = { tickers: ['AAPL'], counts: [1], bars: barsOf([daily('2026-02-23')]), said: { answer: 1 } };

function slice(pieces = 1): Buffer {
  const parts = Array.from({ length: pieces }, () => encodePiece([GROUP]));
  const places = parts.map((part, i) => placeOf(i * (parts[0]?.length ?? 0), part));
  return Buffer.concat([...parts, encodeEnd(NAME, { asOf: NOON, tickers: 5 }, places)]);
}

function fileOf(bytes: Uint8Array, name = NAME): SliceFile {
  return { name, size: bytes.length, read: (from, to) => Promise.resolve(bytes.subarray(from, to)) };
}

/** What comes of it: the part, or that it is damaged; anything else fails the test. */
async function outcome(work: Promise<StagedPart | void>): Promise<StagedPart | void | 'damaged'> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-corrupt') return 'damaged';
    throw error;
  }
}

const whole = await decodeBucket(fileOf(slice()), BUCKET);
const asWritten = JSON.stringify(whole);

describe('a file of an answer for a market', () => {
  it('is whole as it was written, in several pieces or none', async () => {
    expect(whole.groups).toHaveLength(1);
    for (const pieces of [0, 1, 3])
      expect(await outcome(assertWholeSlice(fileOf(slice(pieces))))).toBeUndefined();
  });

  it('is damaged with any bit of it flipped, and never gives what it was not given', async () => {
    let other = 0;
    for (const { bytes, where } of everyFlip(slice())) {
      if ((await outcome(assertWholeSlice(fileOf(bytes)))) !== 'damaged') throw new Error(`whole: ${where}`);
      const part = await outcome(decodeBucket(fileOf(bytes), BUCKET));
      // The rest of the file is not read for it.
      if (part !== 'damaged' && JSON.stringify(part) !== asWritten) throw new Error(`false: ${where}`);
      if (part !== 'damaged') other++;
    }
    expect(other).toBeGreaterThan(0);
  }, 120_000);

  it('is damaged cut at any length, or with more behind it', async () => {
    const bytes = slice(2);
    for (let length = 0; length < bytes.length; length++) {
      const cut = fileOf(bytes.subarray(0, length));
      expect(await outcome(assertWholeSlice(cut)), `${length} bytes`).toBe('damaged');
      expect(await outcome(decodeBucket(cut, BUCKET)), `${length} bytes`).toBe('damaged');
    }
    const more = Buffer.concat([bytes, Buffer.alloc(4)]);
    expect(await outcome(assertWholeSlice(fileOf(more)))).toBe('damaged');
  }, 60_000);

  it('is damaged under another name: it is the answer of that session alone', async () => {
    const other = fileOf(slice(), NAME.replace('02-23', '02-24'));
    expect(await outcome(assertWholeSlice(other))).toBe('damaged');
    expect(await outcome(decodeBucket(other, BUCKET))).toBe('damaged');
  });

  it('is damaged where a piece of it is that of another answer', async () => {
    const own = encodePiece([GROUP]);
    const other = encodePiece([{ ...GROUP, bars: barsOf([daily('2026-02-23', { close: 1 })]) }]);
    const mixed = Buffer.concat([other, encodeEnd(NAME, { asOf: NOON, tickers: 5 }, [placeOf(0, own)])]);
    expect(await outcome(assertWholeSlice(fileOf(mixed)))).toBe('damaged');
    expect(await outcome(decodeBucket(fileOf(mixed), BUCKET))).toBe('damaged');
  });

  it('is told from one of an earlier version, which had no digests', async () => {
    const earlier = slice();
    earlier.write('BFS3', earlier.length - 4);
    expect(await isEarlierSlice(fileOf(earlier))).toBe(true);
    expect(await outcome(decodeBucket(fileOf(earlier), BUCKET))).toBe('damaged');
    for (const bytes of [slice(), Buffer.alloc(0), Buffer.from('BFS')])
      expect(await isEarlierSlice(fileOf(bytes))).toBe(false);
  });
});
