import { describe, expect, it } from 'vitest';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import type { Bar, Revision } from '../../../src/core/bars/bars.ts';
import { carriedOut, refuted } from '../../../src/core/bars/carried-out.ts';
import { daily, NOON } from '../../store/fixtures.ts';

/** A version of one bar: its close, and the minute in which it was fetched. */
const bar = (close: number, minute: number): Bar =>
  daily('2026-02-27', { close, fetchedAt: NOON + minute * 60_000 });
const change = (before: Bar, after: Bar): Revision => ({ before, after });
const [A, B, C] = [bar(100, 0), bar(101, 1), bar(102, 2)] as const;

describe('of revisions those', () => {
  it.each<[string, readonly Revision[], readonly Bar[], readonly Revision[]]>([
    ['whose bar is stored as it was did not happen', [change(A, B)], [A], []],
    ['whose bar was replaced did', [change(A, B)], [B], [change(A, B)]],
    ['of which another goes on did', [change(A, B), change(B, C)], [A], [change(A, B), change(B, C)]],
    ['whose bar is forgotten did', [change(A, B)], [], [change(A, B)]],
    ['whose bar came anew with its old values did', [change(A, B)], [bar(100, 9)], [change(A, B)]],
    ['that lead to another that did not happen did', [change(A, B), change(B, C)], [B], [change(A, B)]],
    ['in whose place another happened did not', [change(A, B), change(A, C)], [C], [change(A, C)]],
    ['that happened though a later clock was behind did', [change(A, B), change(A, C)], [B], [change(A, B)]],
    ['that are the last of a bar that is gone did', [change(A, B), change(A, C)], [], [change(A, C)]],
    [
      'of bars that stayed are as they are',
      [{ ...change(A, B), stayed: true }],
      [A],
      [{ ...change(A, B), stayed: true }],
    ],
    [
      'that go back and forth all did',
      [change(A, B), change(B, bar(100, 2))],
      [bar(100, 2)],
      [change(A, B), change(B, bar(100, 2))],
    ],
    [
      'of recorded bars did, whatever is stored',
      [change({ ...A, source: 'recorded' }, B), change({ ...A, source: 'recorded' }, C)],
      [B],
      [change({ ...A, source: 'recorded' }, B), change({ ...A, source: 'recorded' }, C)],
    ],
  ])('%s', (_, revisions, stored, happened) => {
    expect(carriedOut(revisions, storedBarsOf(stored))).toEqual(happened);
  });
});

describe('a revision that is added', () => {
  const recorded = (one: Bar): Bar => ({ ...one, source: 'recorded' });

  it.each<[string, Revision, readonly Revision[], readonly Revision[]]>([
    [
      'takes the place of one of the same bar, which was not replaced then',
      change(A, C),
      [change(A, B)],
      [change(A, B)],
    ],
    ['leaves those of other bars', change(B, C), [change(A, B)], []],
    ['leaves one that stayed', change(A, C), [{ ...change(A, B), stayed: true }], []],
    ['that stayed leaves all', { ...change(A, C), stayed: true }, [change(A, B)], []],
    ['of a recorded bar leaves the others of it', change(recorded(A), C), [change(recorded(A), B)], []],
  ])('%s', (_, added, known, gone) => {
    expect([...refuted(known, [added])]).toEqual(gone);
  });
});
