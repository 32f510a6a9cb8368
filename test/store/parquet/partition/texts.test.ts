import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isTextAt, placeIn, textAt, textsOf } from '../../../../src/store/parquet/partition/texts.ts';

const SORTED = fc.uniqueArray(fc.string({ maxLength: 4 })).map((texts) => texts.toSorted());

it('gives every text back, and finds its place', () => {
  fc.assert(
    fc.property(SORTED, (all) => {
      const texts = textsOf(all);
      for (const [i, text] of all.entries())
        expect([textAt(texts, i), placeIn(texts, text), isTextAt(texts, i, text)]).toEqual([text, i, true]);
    }),
  );
});

it('finds no text that is not there', () => {
  fc.assert(
    fc.property(SORTED, fc.string({ maxLength: 4 }), fc.nat(20), (all, text, i) => {
      const texts = textsOf(all);
      expect(isTextAt(texts, i, text)).toBe(all[i] === text);
      if (!all.includes(text)) expect(placeIn(texts, text)).toBeUndefined();
    }),
  );
});
