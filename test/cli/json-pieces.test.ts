import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPieces } from '../../src/cli/json-pieces.ts';
import { withDates } from '../../src/report/json-dates.ts';

describe('JSON in pieces', () => {
  it('is, put together, what JSON.stringify writes', () => {
    const value = fc.oneof(
      fc.object({ withNullPrototype: true, withDate: true, withSparseArray: true }),
      fc.array(fc.oneof(fc.object(), fc.constant(undefined))),
      fc.record({ lists: fc.array(fc.object()), absent: fc.constant(undefined), of: fc.array(fc.string()) }),
    );
    fc.assert(
      fc.property(value, (one) => {
        expect([...jsonPieces(one)].join('')).toBe(JSON.stringify(one, withDates));
      }),
    );
    expect([...jsonPieces({})].join('')).toBe('{}');
  });

  it('has each entry of a list at its top by itself, made when it is its turn', () => {
    const made: number[] = [];
    const entry = (number: number): object => ({
      get number() {
        made.push(number);
        return number;
      },
    });
    const pieces = jsonPieces({ series: [entry(1), entry(2)], count: 2 });
    const first = [pieces.next().value, pieces.next().value, pieces.next().value];
    expect([first, made]).toEqual([['{"series":', '[', '{"number":1}'], [1]]);
    expect([...pieces]).toEqual([',{"number":2}', ']', ',"count":2', '}']);
  });
});
