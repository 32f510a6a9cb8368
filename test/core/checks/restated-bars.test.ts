import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../../src/backfill/settle/warnings.ts';
import type { CorporateAction } from '../../../src/core/bars/bars.ts';
import type { RestatedBars } from '../../../src/core/checks/oddity.ts';
import { restatedBars, restatedOddity } from '../../../src/core/checks/restated-bars.ts';
import { startOfDay, utcDayOf } from '../../../src/core/session/day.ts';
import { want } from '../../backfill/received.ts';
import { bar } from '../bars/changed-bars.ts';
import { comparisonOf } from '../rows.ts';

const BEFORE = [101.2, 97.7, 99.1, 104.3, 88.9, 92.4, 95.6, 107.1];
const dayOf = (i: number): number => utcDayOf(bar(i, 1).ts);
const split = (ratio: number, exDay: number): CorporateAction => ({ kind: 'split', exDay, ratio });

/** What is told of bars of which the first so many came back times a ratio. */
function told(
  ratio: number,
  changed: number,
  ...splits: readonly CorporateAction[]
): RestatedBars | undefined {
  const after = BEFORE.map((close, i) => (i < changed ? Number((close * ratio).toFixed(4)) : close));
  const rows = (closes: readonly number[]) => closes.map((close, i) => bar(i, close));
  return restatedBars(comparisonOf(rows(BEFORE), rows(after)).compared, splits, utcDayOf);
}

describe('bars that their source changed by one ratio', () => {
  it('are told with it, up to the last of them', () => {
    expect(told(1.37, 8)).toEqual({ bars: 8, ratio: expect.closeTo(1.37, 4), lastTs: bar(7, 1).ts });
    expect(told(0.5, 5)).toEqual({ bars: 5, ratio: expect.closeTo(0.5, 4), lastTs: bar(4, 1).ts });
    expect(told(1, 8)).toBeUndefined();
  });

  it('are explained by a split of just that ratio that is later than all of them, and by no other', () => {
    expect(told(4, 5, split(4, dayOf(5)))).toBeUndefined();
    expect(told(4, 8, split(4, dayOf(7) + 9))).toBeUndefined();
    expect(told(4, 5, split(2, dayOf(5)))?.bars).toBe(5);
    // Of a split that lies among them those after it would not have changed.
    expect(told(4, 8, split(4, dayOf(5)))?.bars).toBe(8);
  });

  it('are named once a series, in however many pieces it came', () => {
    const pieces = [0, 40].map((from) => {
      const restated = { bars: 20, ratio: from === 0 ? 1.5 : 1.25, lastTs: startOfDay(20_000 + from) };
      return [want(), [restatedOddity(restated, utcDayOf)]] as const;
    });
    for (const odd of [pieces, pieces.toReversed()])
      expect(warningsOf(odd)).toMatchObject([
        {
          ...{ kind: 'restated', session: '2024-11-13' },
          note: '40 final bars up to 2024-11-13 changed by 1.50000, which no split explains: the old ones are kept as revisions',
        },
      ]);
  });
});
