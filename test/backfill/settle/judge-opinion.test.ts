import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import type { Oddity } from '../../../src/core/checks/oddity.ts';
import type { ComparedSession } from '../../../src/backfill/compared-sessions.ts';
import type { SeriesReport } from '../../../src/backfill/runner.ts';
import { judgeOpinion } from '../../../src/backfill/settle/judge-opinion.ts';

const ODD = '2017-03-17';
const [BEFORE, DAY, AFTER] = ['2017-03-16', ODD, '2017-03-20'].map(parseDay) as [number, number, number];

/** One daily bar as polygon's is stored and as csv answers it. */
const bar = (session: number, stored: number, answered: number, more = {}): ComparedSession => ({
  ...{ session, compared: 1, changed: stored === answered ? 0 : 1, source: 'polygon' },
  worst: Math.abs(answered / stored - 1),
  stored: { open: stored, firstClose: stored, close: stored },
  answered: { open: answered, firstClose: answered, close: answered },
  ...more,
});

const said = (kind: Oddity['kind'], sessions: readonly ComparedSession[], to = DAY + 1) => {
  const about = { ticker: 'MSFT', interval: '1d', session: ODD, kind };
  const report = { sessions } as unknown as SeriesReport;
  const { says, note } = judgeOpinion(about, 'csv', { from: BEFORE, to }, { ok: true, report });
  return [says, note];
};

describe('a second opinion of a step between two sessions', () => {
  it('contradicts it where the session is the same and the one before is not', () => {
    expect(said('basis-flip', [bar(BEFORE, 16.16, 64.64), bar(DAY, 64.87, 64.87)])).toEqual([
      'other',
      'csv has 64.87 too, but 64.64 the session before, where polygon has 16.16: csv shows no such step',
    ]);
  });

  it('contradicts it where the session itself is another, and by another step', () => {
    expect(said('jump', [bar(BEFORE, 64.64, 64.64), bar(DAY, 130, 65)])).toEqual([
      'other',
      'csv has 65, where polygon has 130, and 64.64 the session before too: csv shows no such step',
    ]);
    expect(said('jump', [bar(BEFORE, 10, 20), bar(DAY, 60, 60)])).toEqual([
      'other',
      'csv has 60 too, but 20 the session before, where polygon has 10: csv shows a step of 3 times',
    ]);
  });

  it('contradicts a split that does not show where the other shows it', () => {
    expect(said('basis-flip', [bar(BEFORE, 16.16, 64.64), bar(DAY, 16.2, 16.2)])).toEqual([
      'other',
      'csv has 16.2 too, but 64.64 the session before, where polygon has 16.16: csv shows a step of 0.251 times',
    ]);
  });

  it('reads it off the open where the close does not show it', () => {
    const opened = (open: number) => ({ open, firstClose: 64.9, close: 64.9 });
    const odd = bar(DAY, 64.9, 64.9, { stored: opened(130), answered: opened(64.7), changed: 1 });
    expect(said('jump', [bar(BEFORE, 64.64, 64.64), odd])).toEqual([
      'other',
      'csv has an open of 64.7, where polygon has 130, and 64.64 the session before too: csv shows no such step',
    ]);
  });

  it('confirms it where the other has the same step, be it with other volumes', () => {
    expect(said('basis-flip', [bar(BEFORE, 16.16, 16.16), bar(DAY, 64.87, 64.87)])).toEqual([
      'same',
      'csv has the same step',
    ]);
    expect(said('jump', [bar(BEFORE, 16.16, 16.16, { changed: 1 }), bar(DAY, 64.87, 64.87)])).toEqual([
      'other',
      'csv has the same step, though 1 of 2 bars are others there (0 % at most)',
    ]);
  });

  it('is none of a step inside a session', () => {
    const inside = bar(DAY, 64.9, 70.2, { compared: 78, changed: 40, worst: 0.5 });
    expect(said('jump', [bar(BEFORE, 64.64, 64.64, { compared: 78 }), inside])).toEqual([
      'other',
      '40 of 156 bars are others at csv (50 % at most)',
    ]);
  });

  it('confirms nothing where the other lacks one of the two', () => {
    expect(said('basis-flip', [bar(DAY, 64.87, 64.87)])).toEqual([
      'no-bar',
      'csv has 64.87 too, but no bar of the session before',
    ]);
    expect(said('basis-flip', [bar(BEFORE, 16.16, 16.16)])).toEqual(['no-bar', 'csv has no bar of it']);
  });

  it('holds a spike against the session after it too', () => {
    const until = AFTER + 1;
    const up = [bar(BEFORE, 50, 50), bar(DAY, 70, 70)];
    expect(said('spike', [...up, bar(AFTER, 50, 50)], until)).toEqual(['same', 'csv has the same step']);
    expect(said('spike', [...up, bar(AFTER, 50, 70.5)], until)).toEqual([
      'other',
      'csv has 70 too, but 70.5 the session after, where polygon has 50: csv shows no such step',
    ]);
    expect(said('spike', up, until)).toEqual(['no-bar', 'csv has 70 too, but no bar of the session after']);
  });

  it('holds a repeated bar against the one that it repeats', () => {
    expect(said('repeat', [bar(BEFORE, 16.2, 16.2), bar(DAY, 16.2, 16.2)])).toEqual([
      'same',
      'csv has the same, and of the session before too',
    ]);
    expect(said('repeat', [bar(BEFORE, 16.2, 15.9), bar(DAY, 16.2, 16.2)])).toEqual([
      'other',
      '1 of 2 bars are others at csv (1.9 % at most)',
    ]);
  });
});
