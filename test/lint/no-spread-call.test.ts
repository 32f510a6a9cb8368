import { describe, expect, it } from 'vitest';
import { lintFolder } from './linted.ts';

const linted = lintFolder();

/** The lines of a file that the project's linter takes for such a call. */
function found(tree: string, lines: readonly string[]): string[] {
  return linted(`${tree}/sample.ts`, lines, 'no-spread-call');
}

const OVERFLOWING = [
  'Math.max(...data);',
  'Math.min(0, ...data.map((x) => x + 1));',
  'data.push(...more);',
  'data?.push(...more);',
  'String.fromCharCode(...data);',
  'Math.max.apply(null, data);',
  'Array.prototype.push.apply(data, more);',
  'Reflect.apply(Math.max, null, data);',
  'new Date(...data);',
  'log(first, ...rest);',
].toSorted();

describe('the linter', () => {
  it.each(['src', 'workers', 'bench'])('refuses a list as the arguments of a call in %s', (tree) => {
    expect(found(tree, OVERFLOWING)).toEqual(OVERFLOWING);
  });

  it('bears spreads into arrays, objects and sets, and rest parameters', () => {
    const fine = [
      'f([...data]);',
      'new Map([...data]);',
      'g({ ...one });',
      'function h(...all) { return all; }',
    ];
    expect(found('src', fine)).toEqual([]);
    expect(found('test', OVERFLOWING)).toEqual([]);
  });
});
