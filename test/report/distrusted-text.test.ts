import { expect, it } from 'vitest';
import { damagedAnswerLine, distrustedLines } from '../../src/report/distrusted-text.ts';

it('says for each reason what counts, what is asked for, and what makes the files whole again', () => {
  const files = ['a', 'b', 'c'].map((path) => ({ path, reason: 'it says nothing of itself' }));
  expect(distrustedLines(files)).toEqual([
    'not believed: a, b, and 1 more: it says nothing of itself. Their rows count, and sessions without one are asked for ' +
      'again; backfill doctor --fix writes anew what they say of themselves',
  ]);
  expect(distrustedLines(files.slice(0, 1))).toEqual([
    'not believed: a: it says nothing of itself. Its rows count, and sessions without one are asked for again; ' +
      'backfill doctor --fix writes anew what it says of itself',
  ]);
});

it('names an answer for a whole market that was damaged, and says that it is asked for again', () => {
  const path = 'staging/1d_2026-02-23_sample-1_1.slice';
  expect(damagedAnswerLine({ path, reason: 'rows of it are not as they were written' })).toBe(
    `set aside ${path}: rows of it are not as they were written; what is wanted of it is asked for again`,
  );
});
