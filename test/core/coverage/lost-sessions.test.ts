import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { lostIn, newlyLostDays } from '../../../src/core/coverage/lost-sessions.ts';
import type { AbsenceReason } from '../../../src/core/coverage/evidence.ts';
import { absence, days } from '../../store/fixtures.ts';

const newYork = calendarById('XNYS');
const week = days('2025-06-02', '2025-06-07');
const invented = [days('2025-06-03', '2025-06-05')];

describe('lost sessions', () => {
  it('are those whose rows were rejected, and those of which only fillers came', () => {
    expect(lostIn([absence(week, { reason: 'rejected' })], [])).toEqual([{ ...week, reason: 'rejected' }]);
    expect(lostIn([absence(week, { reason: 'vendor-empty' })], invented)).toEqual([
      { ...invented[0], reason: 'vendor-empty' },
    ]);
  });

  it('are none where the provider has no row, or nobody traded', () => {
    expect(lostIn([absence(week, { reason: 'vendor-empty' })], [])).toEqual([]);
    for (const reason of ['no-trades', 'delisted', 'not-yet-published', 'doubted'] as const)
      expect(lostIn([absence(week, { reason })], invented)).toEqual([]);
  });

  it('are news but for those that the same provider was known to lack for the same reason', () => {
    const lost = [{ ...week, reason: 'rejected' as const }];
    const known = (change: object) => ({ absent: [absence(days('2025-06-03', '2025-06-05'), change)] });
    const rest = [days('2025-06-02', '2025-06-03'), days('2025-06-05', '2025-06-07')];
    expect(newlyLostDays(lost, known({ reason: 'rejected', provider: 'yahoo' }), 'yahoo', newYork)).toEqual(
      rest,
    );
    expect(newlyLostDays(lost, known({ reason: 'rejected', provider: 'csv' }), 'yahoo', newYork)).toEqual([
      week,
    ]);
    expect(
      newlyLostDays(lost, known({ reason: 'vendor-empty', provider: 'yahoo' }), 'yahoo', newYork),
    ).toEqual([week]);
  });

  it('are no news where one before it in its chain lost them, but for what came of fillers alone', () => {
    const news = (reason: AbsenceReason): unknown =>
      newlyLostDays(
        [{ ...week, reason }],
        { absent: [absence(week, { reason, provider: 'csv' })] },
        'yahoo',
        newYork,
        ['csv'],
      );
    expect(news('rejected')).toEqual([]);
    expect(news('vendor-empty')).toEqual([week]);
  });

  it('are no news where fillers go on, over a week-end too, and news where they begin or what was rejected goes on', () => {
    const next = days('2025-06-09', '2025-06-11');
    const known = (reason: AbsenceReason) => ({ absent: [absence(week, { reason, provider: 'yahoo' })] });
    const news = (reason: AbsenceReason, from = next): unknown =>
      newlyLostDays([{ ...from, reason }], known(reason), 'yahoo', newYork);
    expect(news('vendor-empty')).toEqual([]);
    expect(news('rejected')).toEqual([next]);
    const later = days('2025-06-10', '2025-06-11');
    expect(news('vendor-empty', later)).toEqual([later]);
  });
});
