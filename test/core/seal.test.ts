import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sealed, sealOfText, unsealed } from '../../src/core/seal.ts';

const documents = fc.dictionary(fc.string(), fc.jsonValue()).map((one) => {
  const { seal: _, ...document } = JSON.parse(JSON.stringify(one)) as Record<string, unknown>;
  return document;
});

describe('a document with a seal', () => {
  it('is whole as it was written, however it is laid out', () => {
    fc.assert(
      fc.property(documents, fc.constantFrom(undefined, 1, '\t'), (document, indent) => {
        const text = JSON.stringify(sealed(document), null, indent);
        expect(unsealed(JSON.parse(text))).toEqual({ document, seal: 'whole' });
      }),
    );
  });

  it('is broken once any of it is another', () => {
    fc.assert(
      fc.property(documents, documents, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        const { seal } = sealed(one);
        expect(unsealed({ ...other, seal })).toEqual({ document: other, seal: 'broken' });
      }),
    );
  });

  it('has none where nobody sealed it, and is none where it is no object', () => {
    expect(unsealed({ a: 1 })).toEqual({ document: { a: 1 }, seal: 'none' });
    for (const other of [null, 1, 'text', [1], undefined]) expect(unsealed(other)).toBeUndefined();
  });
});

it('a text with another character has another seal', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }),
      fc.nat(),
      fc.integer({ min: 1, max: 0xff }),
      (text, at, bits) => {
        const i = at % text.length;
        const other = text.slice(0, i) + String.fromCharCode(text.charCodeAt(i) ^ bits) + text.slice(i + 1);
        expect(sealOfText(other)).not.toBe(sealOfText(text));
        expect(sealOfText(text)).toMatch(/^[\da-f]{8}$/);
      },
    ),
  );
});
