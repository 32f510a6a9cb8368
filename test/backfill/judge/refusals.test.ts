import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertAgreement } from '../../../src/backfill/judge/agreement.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { formatDay } from '../../../src/core/session/day.ts';
import { SESSIONS, bars, received, stored, want } from '../received.ts';
import { comparisonOf } from '../../core/rows.ts';
import { judgement } from './repeated-bars.ts';

describe('a refusal', () => {
  it('names the session of the exchange’s clock, not the UTC day', () => {
    const sydney = calendarById('XASX');
    const days = sydney.sessions({ from: SESSIONS[0] ?? 0, to: (SESSIONS[0] ?? 0) + 10 });
    const hours = days.map((day) => ({ ...stored(day, 100), ts: sydney.session(day).open - 3_600_000 }));
    // The last one agrees, so that not the whole series is to go.
    const apart = hours.map((bar, i) => (i === hours.length - 1 ? bar : { ...bar, close: 120 + i * 10 }));
    const heard = received({
      calendar: sydney,
      want: want({ series: { ticker: 'BHP.AX', interval: '1h' }, calendar: 'XASX' }),
    });
    expect(() => assertAgreement(heard, comparisonOf(hours, apart), () => false)).toThrow(
      `--start ${formatDay(days[0] ?? 0)} --end ${formatDay(days.at(-2) ?? 0)} --interval 1h`,
    );
  });

  it('is about the whole series where nothing that was compared agrees', () => {
    const all = bars([100, 101, 102, 103]);
    const others = all.map((bar, i) => ({ ...bar, close: 300 + 40 * i }));
    expect(() => assertAgreement(received(), comparisonOf(all, others), () => false)).toThrow(
      'if the stored ones are wrong: backfill forget AAPL --interval 1d, then run again',
    );
  });

  it('has no hole in it, whatever the closes are', () => {
    const close = fc.oneof(
      fc.constantFrom(100, 100, 100, 100.005, 99.7, 50, 25, 151, 1e-4, -3, Number.NaN),
      fc.double({ min: 90, max: 110, noNaN: true }),
    );
    fc.assert(
      fc.property(
        fc.array(close, { maxLength: 30 }),
        fc.boolean(),
        fc.boolean(),
        (closes, replaces, isLast) => {
          const message =
            judgement(closes, { replaces, isLast })?.message ?? 'backfill forget AAPL --interval 1d';
          expect(message).not.toMatch(/undefined|NaN|null|\(\)|  |--start --|--start $|of \D*\(/);
          expect(message).toMatch(
            /backfill forget AAPL .*--interval 1d|the provider changed \d+ stored bars/,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
