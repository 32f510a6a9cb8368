import { describe, expect, it } from 'vitest';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { type PartialBar, sessionsInPart } from '../../../src/core/checks/partial-bars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';

const NYSE = calendarById('XNYS');
const HOUR = 3_600_000;
const FROM = parseDay('2024-03-04');

/** Sessions of seven hours, and how many of these lack a half in each. */
function inPart(lacking: readonly number[]): string[] {
  const days = NYSE.sessions({ from: FROM, to: FROM + 60 }).slice(0, lacking.length);
  const partial: PartialBar[] = [];
  const bars = days.flatMap((day, i) => {
    const { open } = NYSE.session(day);
    return Array.from({ length: 7 }, (_, hour) => {
      const ts = open + hour * HOUR;
      if (hour < (lacking[i] as number)) partial.push({ ts, lacks: 0.5 });
      return { ts, open: 1, high: 1, low: 1, close: 1, volume: 1, vwap: null, trades: null };
    });
  });
  return sessionsInPart(barsOf(bars), partial, { interval: '1h', calendar: NYSE }).map(formatDay);
}

describe('sessions with bars that lack rows', () => {
  it.each([
    ['where the others lack none', [0, 0, 1, 0, 0], ['2024-03-06']],
    ['where most of the others lack none', [0, 1, 1, 0, 0, 0], ['2024-03-05', '2024-03-06']],
    ['not where most of the others lack some', [1, 1, 2, 1, 0], []],
    ['alone, where at least half of the rows came', [1], ['2024-03-04']],
    ['of few, where these are full', [6, 0, 0], ['2024-03-04']],
    ['none that lacks none', [0, 0, 0, 0, 0], []],
  ])('%s', (_, lacking, days) => {
    expect(inPart(lacking)).toEqual(days);
  });

  it('are days without a session never', () => {
    const bar = { open: 1, high: 1, low: 1, close: 1, volume: 1, vwap: null, trades: null };
    const ts = Date.parse('2024-03-09T15:00:00Z');
    const partial = [{ ts, lacks: 0.5 }];
    expect(sessionsInPart(barsOf([{ ...bar, ts }]), partial, { interval: '1h', calendar: NYSE })).toEqual([]);
  });

  it('are days of a pair too', () => {
    const calendar = calendarById('24-7');
    const bar = { open: 1, high: 1, low: 1, close: 1, volume: 1, vwap: null, trades: null };
    const bars = Array.from({ length: 6 }, (_, i) => ({ ...bar, ts: (FROM + i) * 24 * HOUR }));
    const partial = [{ ts: (FROM + 2) * 24 * HOUR, lacks: 1 / 24 }];
    expect(sessionsInPart(barsOf(bars), partial, { interval: '1d', calendar })).toEqual([FROM + 2]);
    // By itself it says nothing where hardly an hour came.
    const alone = [{ ts: FROM * 24 * HOUR, lacks: 21 / 24 }];
    expect(sessionsInPart(barsOf(bars.slice(0, 1)), alone, { interval: '1d', calendar })).toEqual([]);
  });
});
