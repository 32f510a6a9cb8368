import { expect, it } from 'vitest';
import { runInNewContext } from 'node:vm';
import { parseAst } from 'rolldown/parseAst';
import { spreads } from '../../workers/spreads.mjs';

const written = (source: string): string => spreads.renderChunk.call({ parse: parseAst }, source).code;

function valueOf(code: string): object {
  const context = { value: {} };
  runInNewContext(code, context);
  return context.value;
}

const LITERALS = [
  ['{ ...x, c: 5 }', '{ __proto__: Object.prototype, ...x, c: 5 }'],
  ['{ ...x, ...y }', '{ __proto__: Object.prototype, ...x, ...y }'],
  ['{ c: 5, ...x }', '{ c: 5, ...x }'],
  ['{ ...x }', '{ ...x }'],
  ['{ ...{ b: 6, c: 7 }, a: 8 }', '{ b: 6, c: 7, a: 8 }'],
  ['{ a: 8, ...{ b: 6 }, ...{ c: 7 } }', '{ a: 8, b: 6, c: 7 }'],
  ['{ ...{ ...x, c: 5 }, d: 6 }', '{ __proto__: Object.prototype, ...x, c: 5, d: 6 }'],
  ['{ ...y, ...{ ...x, c: 5 } }', '{ __proto__: Object.prototype, ...y, ...x, c: 5 }'],
  ['{ ...{ ...{ a: 1 } }, d: { ...x, e: 2 } }', '{ a: 1, d: { __proto__: Object.prototype, ...x, e: 2 } }'],
  ['{ ...(no && { c: 5 }), d: 6 }', '{ __proto__: Object.prototype, ...(no && { c: 5 }), d: 6 }'],
  ['{ ...{}, d: 6 }', '{ __proto__: Object.prototype, ...{}, d: 6 }'],
  ['{ ...{ __proto__: x }, d: 6 }', '{ __proto__: Object.prototype, ...{ __proto__: x }, d: 6 }'],
  ['{ ...x, __proto__: null }', '{ ...x, __proto__: null }'],
  [
    '{ ...{ get c() { return no; } }, d: 6 }',
    '{ __proto__: Object.prototype, ...{ get c() { return no; } }, d: 6 }',
  ],
  ['{ d: 6, ...{ get c() { return no; } } }', '{ d: 6, ...{ get c() { return no; } } }'],
  ['{ ...{ ["__proto__"]: x }, d: 6 }', '{ ["__proto__"]: x, d: 6 }'],
] as const;

const SOURCE = 'const x = { a: 1, b: 2 }, y = { b: 3, c: 4 }, no = false; value = ';

it.each(LITERALS)('%s means the same as %s', (literal, expected) => {
  const code = written(`${SOURCE}${literal};`);

  expect(code).toBe(`${SOURCE}${expected};`);
  const [meant, found] = [valueOf(`${SOURCE}${literal};`), valueOf(code)];
  // In their order, and with what they are.
  expect(Object.entries(Object.getOwnPropertyDescriptors(found))).toEqual(
    Object.entries(Object.getOwnPropertyDescriptors(meant)),
  );
  const isOrdinary = (one: object): boolean => 'hasOwnProperty' in one;
  expect(isOrdinary(found)).toBe(isOrdinary(meant));
});
