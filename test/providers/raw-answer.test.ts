import { expect, it } from 'vitest';
import { barsOf } from '../../src/core/bars/bar-builder.ts';
import { UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { rawAnswer } from '../../src/providers/raw-answer.ts';

const range = { from: parseDay('2026-11-16'), to: parseDay('2026-12-01') };
const bars = barsOf([]);

it('speaks of all that was asked for and is over, and of no session that is not', () => {
  const during = rawAnswer('ALFA', { range, now: Date.parse('2026-11-20T17:00:00Z') }, bars);
  expect(during.proven).toEqual({ from: range.from, to: parseDay('2026-11-20') });
  expect(rawAnswer('ALFA', { range, now: Date.parse('2026-12-05T00:00:00Z') }, bars).proven).toEqual(range);
});

it('is raw and says nothing else but what is known', () => {
  const now = Date.parse('2026-12-05T00:00:00Z');
  expect(rawAnswer('ALFA', { range, now }, bars, { dropped: 2, delistedOn: range.to })).toEqual({
    ...{ bars, proven: range, wireBasis: 'raw', identity: UNKNOWN_IDENTITY },
    ...{ unusable: [], explained: [], actions: [], delistedOn: range.to, dropped: 2 },
  });
});
