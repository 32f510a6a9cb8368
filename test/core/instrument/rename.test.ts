import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import {
  type Rename,
  contradicted,
  namedSince,
  renameText,
  renamedDaysText,
  renamesOf,
} from '../../../src/core/instrument/rename.ts';

function renamed(from: string, to: string, start: string | null, end: string | null): Rename {
  return { from, to, start: start && parseDay(start), end: end && parseDay(end) } as Rename;
}

const META = renamed('FB', 'META', null, '2022-06-09');
const FOXA = renamed('NWSA', 'FOXA', null, '2013-06-29');
const TFCFA = renamed('FOXA', 'TFCFA', null, '2019-03-19');
const LATER_FOXA = renamed('FOXA', 'FOXB', '2019-03-19', '2030-01-01');

const anyRename = fc.record({
  from: fc.constantFrom('A', 'B', 'C'),
  to: fc.constantFrom('A', 'B', 'C'),
  start: fc.option(fc.nat(20)),
  end: fc.option(fc.integer({ min: 21, max: 40 })),
});

describe('what became of a ticker', () => {
  it('follows its sessions from name to name, newest first', () => {
    expect(renamesOf('NWSA', [FOXA, LATER_FOXA, META, TFCFA])).toEqual([TFCFA, FOXA]);
    expect(renamesOf('FOXA', [FOXA, TFCFA, LATER_FOXA])).toEqual([LATER_FOXA, TFCFA]);
  });

  it('is nothing where it was not renamed', () => {
    expect(renamesOf('META', [META])).toEqual([]);
  });

  it('puts a rename without end first', () => {
    const endless = renamed('FB', 'FBX', '2022-06-09', null);
    expect(renamesOf('FB', [META, endless])).toEqual([endless, META]);
  });

  it('ends for any renames, circles included, and names each once', () => {
    fc.assert(
      fc.property(fc.array(anyRename, { maxLength: 8 }), (renames) => {
        const found = renamesOf('A', renames);
        expect(new Set(found).size).toBe(found.length);
        expect(renames.filter(({ from }) => from === 'A').every((one) => found.includes(one))).toBe(true);
      }),
    );
  });

  it('is said in one line', () => {
    expect(renameText(META)).toBe('FB became META on 2022-06-09');
    expect(renameText(renamed('FB', 'META', null, null))).toBe('FB became META');
  });
});

it.each([
  [null, '2022-06-09', 'before 2022-06-09'],
  ['2008-09-30', '2011-11-17', 'from 2008-09-30 to 2011-11-16'],
  ['2008-09-30', null, 'since 2008-09-30'],
  [null, null, 'at any time'],
])('the sessions of %s to %s are said as %s', (start, end, text) => {
  expect(renamedDaysText(renamed('A', 'B', start, end))).toBe(text);
});

describe('the day since which a ticker is an instrument’s for good', () => {
  it('is that of its last rename', () => {
    expect(namedSince('META', [META])).toBe(parseDay('2022-06-09'));
    const back = renamed('SPWRA', 'SPWR', '2008-09-30', '2011-11-17');
    expect(namedSince('SPWR', [back, renamed('X', 'SPWR', null, '2005-01-03')])).toBe(back.end);
  });

  it('is unknown where no dated rename led to it', () => {
    expect(namedSince('FB', [META])).toBeNull();
    expect(namedSince('META', [renamed('FB', 'META', null, null)])).toBeNull();
  });
});

describe('a rename contradicts an earlier one', () => {
  it('that gave some of the same sessions to another instrument', () => {
    expect(contradicted(renamed('FB', 'FBX', null, '2027-01-04'), [META])).toBe(META);
    expect(contradicted(renamed('FB', 'FBX', '2022-06-08', '2027-01-04'), [META])).toBe(META);
  });

  it('but not one of other sessions, of another ticker, or to the same', () => {
    expect(contradicted(renamed('FB', 'FBX', '2022-06-09', '2027-01-04'), [META])).toBeUndefined();
    expect(contradicted(renamed('FBK', 'FBX', null, null), [META])).toBeUndefined();
    expect(contradicted(META, [META])).toBeUndefined();
    expect(contradicted(renamed('FB', 'META', null, '2022-06-10'), [META])).toBeUndefined();
  });

  it('but not where the sessions went on to the same ticker, or came back', () => {
    const direct = renamed('NWSA', 'TFCFA', '2004-11-12', '2013-06-29');
    expect(contradicted(direct, [FOXA, TFCFA])).toBeUndefined();
    expect(contradicted(direct, [TFCFA, FOXA])).toBe(FOXA);
    const undone = [META, renamed('META', 'FB', null, '2022-06-09')];
    expect(contradicted(renamed('FB', 'MVRS', null, '2022-06-09'), undone)).toBeUndefined();
  });

  it('also where only some of the sessions went on', () => {
    const half = renamed('FOXA', 'TFCFA', null, '2010-01-04');
    expect(contradicted(renamed('NWSA', 'TFCFA', null, '2013-06-29'), [FOXA, half])).toBe(FOXA);
    const lateHalf = renamed('FOXA', 'TFCFA', '2010-01-04', null);
    expect(contradicted(renamed('NWSA', 'TFCFA', null, '2013-06-29'), [FOXA, lateHalf])).toBe(FOXA);
  });
});
