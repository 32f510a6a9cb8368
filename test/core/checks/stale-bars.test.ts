import { describe, expect, it } from 'vitest';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { barsOf, storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import { sourceAt } from '../../../src/core/bars/columns.ts';
import { type StaleSession, staleSessions } from '../../../src/core/checks/stale-bars.ts';
import { utcDayOf } from '../../../src/core/session/day.ts';
import { at } from '../../store/fixtures.ts';

const made = { source: 'derived-1m' };
const [FIRST, SECOND] = ['2026-02-23T14:30Z', '2026-02-23T15:30Z'];

function stale(stored: readonly Bar[], now: readonly Bar[], step = 0): StaleSession[] {
  const bars = storedBarsOf(stored);
  return staleSessions({
    ...{ stored: bars, made: barsOf(now) },
    ...{ isMade: (i) => sourceAt(bars, i) === 'derived-1m', sessionOf: utcDayOf, stepAt: () => step },
  });
}

describe('bars that were made of finer ones', () => {
  const both = [at(FIRST, made), at(SECOND, made)];

  it('are stale where a value is another one beyond the precision of a wire', () => {
    expect(stale(both, [at(FIRST), at(SECOND, { close: 101 * (1 + 1e-7) })])).toEqual([]);
    expect(stale(both, [at(FIRST, { close: 101.5 }), at(SECOND, { volume: 7 })])).toEqual([
      {
        ...{ session: utcDayOf(Date.parse(FIRST)), ts: Date.parse(FIRST), bars: 2, isMendable: true },
        what: 'close 101 would be 101.5',
      },
    ]);
  });

  it('are not where a volume is known no better', () => {
    const now = [at(FIRST, { volume: 1_000_009 }), at(SECOND)];
    expect(stale(both, now, 20)).toEqual([]);
    expect(stale(both, now)).toMatchObject([{ what: 'volume 1000000 would be 1000009' }]);
  });

  it('are where one lacks that was traded in', () => {
    expect(stale([at(FIRST, made)], [at(FIRST), at(SECOND, { volume: 0 })])).toEqual([]);
    expect(stale([at(FIRST, made)], [at(FIRST), at(SECOND)])).toMatchObject([
      { what: 'it lacks the bar', ts: Date.parse(SECOND), isMendable: true },
    ]);
  });

  it('cannot be mended where there is one too many, and nothing else', () => {
    const what = 'nothing makes the bar';
    expect(stale(both, [at(FIRST)])).toMatchObject([{ what, isMendable: false, bars: 1 }]);
    expect(stale(both, [at(SECOND, { open: 1 })])).toMatchObject([{ what, isMendable: true, bars: 2 }]);
  });

  it('are left alone where one of their session was fetched', () => {
    const mixed = [at(FIRST, made), at(SECOND)];
    expect(stale(mixed, [at(FIRST, { close: 50 }), at(SECOND)])).toEqual([]);
  });
});
