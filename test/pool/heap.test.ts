import { totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { heapOf, memoryOfMachine } from '../../src/pool/heap.ts';

const GB = 2 ** 30;

describe('the heap of a thread', () => {
  it.each([
    [1, 1, 4 * GB, 2048, 16],
    [2, 2, 8 * GB, 2048, 16],
    [4, 4, 24 * GB, 3072, 8],
    [8, 8, 24 * GB, 1536, 4],
    [8, 2, 24 * GB, 1536, 16],
    [8, 0, 24 * GB, 1536, 4],
    [8, 0, 4 * GB, 512, 4],
    [16, 16, 64 * GB, 2048, 4],
    [1, 1, 64 * GB, 4096, 16],
  ])('one of %i, of %i first ones, on a machine of %i bytes has %i MB, %i of them young', (...row) => {
    const [threads, first, bytes, mb, young] = row;
    expect(heapOf(threads, bytes, first)).toEqual({
      maxYoungGenerationSizeMb: young,
      maxOldGenerationSizeMb: mb,
    });
  });

  it('is a part of what the machine has, or a container leaves of it', () => {
    expect(memoryOfMachine()).toBeGreaterThan(0);
    expect(memoryOfMachine()).toBeLessThanOrEqual(totalmem());
  });
});
