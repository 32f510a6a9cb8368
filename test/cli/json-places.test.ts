import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placesIn, placeText } from '../../src/cli/json-places.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the places of a JSON text', () => {
  it('tell what is none, as JSON.parse does', () => {
    const written = fc.tuple(fc.json(), fc.constantFrom(0, 1, '\t')).map(([json, blanks]) => {
      return JSON.stringify(JSON.parse(json), null, blanks);
    });
    const spoilt = fc
      .tuple(
        written,
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', ']', '\\', '\u00a0', '1', '-', '.', 'e', '\n', '{'),
      )
      .map(
        ([text, at, sign]) =>
          text.slice(0, at % (text.length + 1)) + sign + text.slice((at % (text.length + 1)) + 1),
      );
    fc.assert(
      fc.property(fc.oneof(written, spoilt, fc.string()), (text) => {
        expect(placesIn(text).wrongAt === undefined).toBe(isJson(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('are those of the fields at its top, the last of one name, and not of those in them', () => {
    const text = '{\n  "a": {"b": [{"c": 1}]},\n  "d\\u0065": null, "a": "x"\n}';
    const { fields } = placesIn(text);
    expect([...fields].map(([name, at]) => [name, placeText(text, at)])).toEqual([
      ['a', 'line 3 column 20'],
      ['de', 'line 3 column 3'],
    ]);
  });

  it.each([
    ['', 0],
    ['{"a": 1,}', 8],
    ['{"a": 1} x', 9],
    ['{"a": 01}', 6],
    ['{"a": truely}', 6],
    ['{"a": "b}', 6],
    ['{"a": [1, 2}', 11],
    ["{'a': 1}", 1],
    ['// why\n{}', 0],
  ])('of %j is the first that cannot stand there', (text, at) => {
    expect(placesIn(text).wrongAt).toBe(at);
  });

  it('are counted in lines of any system', () => {
    expect(['a\r\nb', 'a\nb', 'a\rb'].map((text) => placeText(text, text.length))).toEqual(
      Array.from({ length: 3 }, () => 'line 2 column 2'),
    );
  });
});
