import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeQueue } from '../../../src/core/bars/time-queue.ts';

describe('a queue of places by time', () => {
  it('gives what is due at the earliest time, all places of it at once and in order', () => {
    const queue = new TimeQueue();
    for (const [place, time] of [
      [3, 20],
      [1, 10],
      [2, 20],
      [0, 10],
      [4, 15],
    ] as const)
      queue.add(place, time);
    expect(queue.take()).toEqual({ time: 10, places: [0, 1] });
    expect(queue.take()).toEqual({ time: 15, places: [4] });
    expect(queue.take()).toEqual({ time: 20, places: [2, 3] });
    expect(queue.take()).toBeUndefined();
  });

  it('takes a place for a time that was taken already as one of its own', () => {
    const queue = new TimeQueue();
    queue.add(0, 10);
    queue.take();
    queue.add(1, 10);
    expect(queue.take()).toEqual({ time: 10, places: [1] });
    expect(queue.take()).toBeUndefined();
  });

  it('gives the times of many in their order, whatever is added as they are taken', () => {
    const time = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(fc.array(fc.array(time, { minLength: 1, maxLength: 12 }), { maxLength: 12 }), (columns) => {
        const ascending = columns.map((times) => times.toSorted((a, b) => a - b));
        const queue = new TimeQueue();
        const at = ascending.map((times, place) => (queue.add(place, times[0] as number), 0));
        const given: [number, number][] = [];
        for (let due = queue.take(); due !== undefined; due = queue.take())
          for (const place of due.places) {
            given.push([due.time, place]);
            const next = ascending[place]?.[(at[place] = (at[place] ?? 0) + 1)];
            if (next !== undefined) queue.add(place, next);
          }
        expect(given.map(([due]) => due)).toEqual(columns.flat().toSorted((a, b) => a - b));
        for (const [place, times] of ascending.entries())
          expect(given.filter((one) => one[1] === place).map(([due]) => due)).toEqual(times);
      }),
    );
  });
});
