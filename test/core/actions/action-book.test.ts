import { describe, expect, it } from 'vitest';
import {
  type ActionBook,
  type ActionsTold,
  EMPTY_BOOK,
  MANUAL,
  countLeftOut,
  enterAction,
  addTold,
  isBarred,
  settlePast,
  twinSplits,
  withdrawAction,
} from '../../../src/core/actions/action-book.ts';
import type { CorporateAction } from '../../../src/core/bars/bars.ts';
import { MS_PER_DAY, formatDay, parseDay } from '../../../src/core/session/day.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const DAY = parseDay('2026-02-10');
const split = (ratio: number, days = 0): CorporateAction => ({ kind: 'split', exDay: DAY + days, ratio });
const dividend = (amount: number, days = 0): CorporateAction => ({
  ...{ kind: 'dividend', exDay: DAY + days, amount },
});
const told = (actions: readonly CorporateAction[], change: Partial<ActionsTold> = {}): ActionsTold => ({
  ...{ actions, wouldList: { from: DAY - 1000, to: DAY + 20 } },
  ...{ source: 'yahoo', fetchedAt: NOON, isOwnList: false, ...change },
});
const day = (n: number): Partial<ActionsTold> => ({ fetchedAt: NOON + n * MS_PER_DAY });
/** A book that heard these lists, one a day. */
const heard = (...lists: (readonly CorporateAction[])[]): ActionBook =>
  lists.reduce((book, actions, n) => addTold(book, told(actions, day(n))), EMPTY_BOOK);
const inForce = ({ entries }: ActionBook): CorporateAction[] => entries.map(({ action }) => action);
const past = (book: ActionBook): string[] =>
  book.past.map(
    ({ action, how, by, until }) =>
      `${how} ${action.kind} ${formatDay(action.exDay)} by ${by} on ${formatDay(Math.floor(until / MS_PER_DAY))}`,
  );

const OTHERS = [dividend(0.2, -300), dividend(0.2, -200), dividend(0.2, -100)];
const known = [...OTHERS, split(2)];

describe('a split or dividend that its source no longer lists', () => {
  it('is withdrawn once it was left out on three days', () => {
    expect(inForce(heard(known, OTHERS, OTHERS))).toEqual(known);
    const book = heard(known, OTHERS, OTHERS, OTHERS);
    expect(inForce(book)).toEqual(OTHERS);
    expect(past(book)).toEqual(['withdrawn split 2026-02-10 by yahoo on 2026-03-05']);
    expect(book.doubts).toEqual([]);
  });

  it('is not by three answers of one day', () => {
    const once = told(OTHERS, day(1));
    const book = [once, once, { ...once, fetchedAt: once.fetchedAt + 3_600_000 }].reduce(
      addTold,
      heard(known),
    );
    expect(inForce(book)).toEqual(known);
    expect(book.doubts).toEqual([{ kind: 'split', exDay: DAY, days: [parseDay('2026-03-03')] }]);
  });

  it('is counted anew after it was listed', () => {
    expect(inForce(heard(known, OTHERS, OTHERS, known, OTHERS, OTHERS))).toEqual(known);
    expect(inForce(heard(known, OTHERS, OTHERS, known, OTHERS, OTHERS, OTHERS))).toEqual(OTHERS);
  });

  it('stays in force while others are left out too: such an answer proves nothing', () => {
    const book = heard(known, [], [], [], [], []);
    expect(inForce(book)).toEqual(known);
    expect(book.doubts).toEqual([]);
    expect(inForce(heard(known, OTHERS.slice(1), OTHERS.slice(1), OTHERS.slice(1)))).toEqual(known);
  });

  it('counts only where the answer covers its ex-date', () => {
    const elsewhere = { wouldList: { from: DAY + 1, to: DAY + 20 } };
    const book = [1, 2, 3, 4].reduce(
      (before, n) => addTold(before, told(OTHERS, { ...day(n), ...elsewhere })),
      heard(known),
    );
    expect(inForce(book)).toEqual(known);
  });

  it('is not by another source, whose silence says nothing', () => {
    const book = [1, 2, 3, 4].reduce(
      (before, n) => addTold(before, told([], { ...day(n), source: 'csv', isOwnList: true })),
      heard(known),
    );
    expect(inForce(book)).toEqual(known);
  });

  it('is at once where the list is the user’s own', () => {
    const own = { source: 'csv', isOwnList: true };
    const book = addTold(EMPTY_BOOK, told(known, own));
    expect(inForce(addTold(book, told([OTHERS[0] as CorporateAction], { ...own, ...day(1) })))).toEqual([
      OTHERS[0],
    ]);
  });

  it('is at once where the same one has another ex-date within ten days', () => {
    for (const days of [-10, -3, 3, 10]) {
      const moved = [...OTHERS, split(2, days)];
      const book = heard(known, moved);
      expect(inForce(book)).toEqual(moved);
      expect(past(book)).toEqual(['withdrawn split 2026-02-10 by yahoo on 2026-03-03']);
    }
    expect(inForce(heard(known, [...OTHERS, split(2, 11)]))).toEqual([...known, split(2, 11)]);
    expect(inForce(heard(known, [...OTHERS, split(3, 3)]))).toEqual([...known, split(3, 3)]);
    expect(inForce(heard(known, [...OTHERS, dividend(2, 3)]))).toEqual([...known, dividend(2, 3)]);
  });

  it('is at once though the right split was known beside the wrong one', () => {
    const both = [...OTHERS, split(2), split(2, 3)];
    expect(inForce(heard(both, [...OTHERS, split(2, 3)]))).toEqual([...OTHERS, split(2, 3)]);
  });

  it('is not moved to a dividend that was known beside it', () => {
    const weekly = [dividend(0.1, 0), dividend(0.1, 7), dividend(0.1, 14)];
    const book = heard(weekly, [dividend(0.1, 0), dividend(0.1, 14)]);
    expect(inForce(book)).toEqual(weekly);
    expect(book.doubts).toHaveLength(1);
  });

  it('each needs one of its own to be moved to', () => {
    const pair = [dividend(0.1, 0), dividend(0.1, 5)];
    const book = heard(pair, [dividend(0.1, 3)]);
    expect(past(book)).toEqual(['withdrawn dividend 2026-02-10 by yahoo on 2026-03-03']);
    expect(inForce(book)).toEqual([dividend(0.1, 3), dividend(0.1, 5)]);
  });

  it('comes back when it is listed again, and its withdrawal stays told', () => {
    const book = heard(known, OTHERS, OTHERS, OTHERS, known);
    expect(inForce(book)).toEqual(known);
    expect(past(book)).toHaveLength(1);
  });

  it('is only counted in an answer that is refused', () => {
    const moved = told([...OTHERS, split(2, 3)], day(1));
    expect(countLeftOut(heard(known), moved)).toEqual(heard(known));
    const silent = countLeftOut(heard(known), told(OTHERS, day(1)));
    expect(silent.doubts).toHaveLength(1);
    expect(inForce(silent)).toEqual(known);
  });
});

describe('another value of the same ex-date', () => {
  it('takes its place, and the old one is kept with its time', () => {
    const book = heard(known, [...OTHERS, split(3)]);
    expect(inForce(book)).toEqual([...OTHERS, split(3)]);
    expect(book.past).toEqual([
      {
        ...{ action: split(2), source: 'yahoo', fetchedAt: NOON },
        ...{ how: 'replaced', until: NOON + MS_PER_DAY, by: 'yahoo', settled: [] },
      },
    ]);
  });

  it('is none within the noise of a wire', () => {
    const book = heard([split(1.5)], [split(1.5 * (1 + 5e-7))]);
    expect(book.past).toEqual([]);
    expect(inForce(book)).toEqual([split(1.5)]);
  });

  it('begins right above the noise of a wire', () => {
    const book = heard([split(1.5)], [split(1.5 * (1 + 2e-6))]);
    expect(inForce(book)).toEqual([split(1.5 * (1 + 2e-6))]);
    expect(book.past).toMatchObject([{ action: split(1.5) }]);
  });

  it('may be of another currency', () => {
    const foreign = { ...dividend(0.3), currency: 'USD' } as CorporateAction;
    expect(inForce(heard([foreign], [dividend(0.3)]))).toEqual([dividend(0.3)]);
  });
});

describe('what a user enters', () => {
  it('is in force, outlives what providers leave out and say otherwise, and replaces theirs', () => {
    const book = enterAction(heard(known), split(4), NOON + 1);
    expect(inForce(book)).toEqual([...OTHERS, split(4)]);
    expect(book.past).toMatchObject([{ how: 'replaced', by: MANUAL, action: split(2) }]);
    const later = [known, OTHERS, OTHERS, OTHERS, OTHERS].reduce(
      (before, list, n) => addTold(before, told(list, day(n))),
      book,
    );
    expect(inForce(later)).toEqual([...OTHERS, split(4)]);
    expect(later.entries.at(-1)?.source).toBe(MANUAL);
  });

  it('makes its own what a provider knows', () => {
    const book = enterAction(heard(known, OTHERS), split(2), NOON + 1);
    expect(book).toMatchObject({ past: [], doubts: [] });
    expect(book.entries.at(-1)).toEqual({ action: split(2), source: MANUAL, fetchedAt: NOON + 1 });
  });
});

describe('what a user withdraws', () => {
  it('stays withdrawn though a provider lists it again, but not another value', () => {
    const book = withdrawAction(heard(known), { kind: 'split', exDay: DAY }, NOON + 1) ?? EMPTY_BOOK;
    expect(inForce(book)).toEqual(OTHERS);
    const later = addTold(book, told(known, day(1)));
    expect(inForce(later)).toEqual(OTHERS);
    expect(isBarred(later, split(2))).toBe(true);
    expect(inForce(addTold(later, told([...OTHERS, split(3)], day(2))))).toEqual([...OTHERS, split(3)]);
  });

  it('is brought back by hand', () => {
    const book = withdrawAction(heard(known), { kind: 'split', exDay: DAY }, NOON + 1) ?? EMPTY_BOOK;
    const again = enterAction(book, split(2), NOON + 2);
    expect(inForce(addTold(again, told(OTHERS, day(1))))).toEqual(known);
  });

  it('must be there', () => {
    expect(withdrawAction(heard(known), { kind: 'split', exDay: DAY + 1 }, NOON)).toBeUndefined();
    expect(withdrawAction(heard(known), { kind: 'dividend', exDay: DAY }, NOON)).toBeUndefined();
  });
});

it('What stored bars are known to be right without is told by interval', () => {
  const book = heard(known, OTHERS, OTHERS, OTHERS);
  const once = settlePast(settlePast(book, book.past, '1d'), book.past, '1h');
  expect(once.past.map(({ settled }) => settled)).toEqual([['1d', '1h']]);
  expect(settlePast(once, book.past, '1d')).toEqual(once);
});

it('Two splits alike within ten days are told as one too many', () => {
  expect(twinSplits(heard([split(2), split(2, 10), split(3, 3), dividend(2, 4)]))).toEqual([
    [split(2), split(2, 10)],
  ]);
  expect(twinSplits(heard([split(2), split(2, 11)]))).toEqual([]);
});

describe('a split or dividend that another source told first', () => {
  const ofA = (...actions: CorporateAction[]): ActionBook =>
    addTold(EMPTY_BOOK, told(actions, { source: 'a' }));
  const fromB = (...actions: CorporateAction[]): ActionsTold => told(actions, { ...day(1), source: 'b' });

  it.each([
    ['of another value', [split(2)], [split(3)], [split(2)]],
    ['printed otherwise', [split(4 / 3)], [split(1.3333)], [split(4 / 3)]],
    ['ten days off', [split(2)], [split(2, 10)], [split(2)]],
    ['a few days off', [dividend(0.22)], [dividend(0.2203, -4)], [dividend(0.22)]],
  ])('counts as it was told where this one has it %s', (_, first, second, counts) => {
    const book = addTold(ofA(...first), fromB(...second));
    expect(inForce(book)).toEqual(counts);
    expect(book.past).toEqual([]);
    expect(inForce(addTold(book, told(first, { ...day(2), source: 'a' })))).toEqual(counts);
  });

  it.each([
    ['eleven days off', [split(2)], [split(2, 11)]],
    ['of another ratio a day off', [split(2)], [split(2.01, 1)]],
    ['five days off', [dividend(0.22)], [dividend(0.22, 5)]],
  ])('is another one %s', (_, first, second) => {
    expect(inForce(addTold(ofA(...first), fromB(...second)))).toEqual([...first, ...second]);
  });

  it('is another one beside it where this one lists both', () => {
    expect(inForce(addTold(ofA(dividend(0.22)), fromB(dividend(0.22), dividend(0.22, 3))))).toEqual([
      dividend(0.22),
      dividend(0.22, 3),
    ]);
  });

  it('is moved by its own source still, to the day that this one has', () => {
    const book = addTold(ofA(split(2)), fromB(split(2, 1)));
    const moved = addTold(book, told([split(2, 1)], { ...day(2), source: 'a' }));
    expect(inForce(moved)).toEqual([split(2, 1)]);
  });

  it('gives way to the user’s own list', () => {
    const own = told([split(3)], { ...day(1), source: 'csv', isOwnList: true });
    expect(inForce(addTold(ofA(split(2)), own))).toEqual([split(3)]);
  });
});
