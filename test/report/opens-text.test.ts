import { describe, expect, it } from 'vitest';
import { opensText } from '../../src/report/opens-text.ts';

const HOUR = 3_600_000;
/** By the clock of this machine, wherever it is. */
const NOON = new Date(2026, 10, 27, 12, 0).getTime();

const opening = (inMs: number): string => opensText({ at: NOON + inMs, inMs, isTomorrow: false });

describe('when a quota opens again', () => {
  it.each([
    [2 * HOUR, 'at 14:00 (in 2h)'],
    [HOUR + 30_000, 'at 13:01 (in 1h 30s)'],
    [12 * HOUR, 'at 00:00 tomorrow (in 12h)'],
    [36 * HOUR, 'at 00:00 on 2026-11-29 (in 1 day 12h)'],
  ])('in %i ms is said %s', (inMs, text) => {
    expect(opening(inMs)).toBe(text);
  });
});
