import { describe, expect, it } from 'vitest';
import { bytesAsFile, bytesAt, viewOf } from '../../../../src/store/parquet/codec/bytes-at.ts';

// In the middle of a larger buffer, as what is read from the pool of Node is.
const room = Uint8Array.from({ length: 20 }, (_, i) => i);
const bytes = room.subarray(5, 15);
const inMemory = bytesAsFile(bytes);
const elsewhere = {
  byteLength: bytes.length,
  slice: (from: number, to?: number) => Promise.resolve(bytes.slice(from, to).buffer),
};

describe('the bytes of a file', () => {
  it.each([
    ['that lies in memory', inMemory],
    ['that is read', elsewhere],
  ])('%s are those that were asked for, and none behind its end', async (_, file) => {
    expect([...(await bytesAt(file, 2, 5))]).toEqual([7, 8, 9]);
    expect([...(await bytesAt(file, 8, 40))]).toEqual([13, 14]);
    expect(viewOf(await bytesAt(file, 2, 5)).getUint8(1)).toBe(8);
  });

  it('are no copy where it lies in memory, unless somebody asks for a buffer of his own', async () => {
    const part = await bytesAt(inMemory, 2, 5);
    expect(part.buffer).toBe(room.buffer);
    const own = await inMemory.slice(2, 5);
    expect(own).not.toBe(room.buffer);
    expect([...new Uint8Array(own)]).toEqual([7, 8, 9]);
  });
});
