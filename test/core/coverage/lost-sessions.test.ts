import { describe, expect, it } from 'vitest';
import { lostIn, newlyLostDays } from '../../../src/core/coverage/lost-sessions.ts';
import { absence, days } from '../../store/fixtures.ts';

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
    expect(newlyLostDays(lost, known({ reason: 'rejected', provider: 'yahoo' }), 'yahoo')).toEqual(rest);
    expect(newlyLostDays(lost, known({ reason: 'rejected', provider: 'csv' }), 'yahoo')).toEqual([week]);
    expect(newlyLostDays(lost, known({ reason: 'vendor-empty', provider: 'yahoo' }), 'yahoo')).toEqual([
      week,
    ]);
  });
});
