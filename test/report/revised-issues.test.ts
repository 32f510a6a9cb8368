import { expect, it } from 'vitest';
import type { Revision } from '../../src/core/bars/bars.ts';
import { utcDayOf } from '../../src/core/session/day.ts';
import { revisedIssues, revisedLine } from '../../src/report/revised-issues.ts';
import { daily } from '../store/fixtures.ts';

it('what endpoints of one provider had otherwise is told together, and what another had apart', () => {
  const revision = (date: string, source: string): Revision => ({
    before: daily(date, { close: 101, source: 'polygon' }),
    after: daily(date, { close: 102, source }),
  });
  const revisions = [
    revision('2026-02-23', 'polygon/flat'),
    revision('2026-02-24', 'polygon'),
    revision('2026-02-25', 'yahoo'),
  ];
  const issues = revisedIssues({ ticker: 'AAPL', interval: '1d' }, revisions, utcDayOf);
  expect(issues.map(revisedLine)).toEqual([
    'AAPL 1d 2026-02-23 to 2026-02-24 polygon: 2 bars changed (close), the first: close 101 became 102',
    'AAPL 1d 2026-02-25 yahoo: 1 bar changed: close 101 became 102',
  ]);
});
