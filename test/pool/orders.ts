import type { TaskOrder } from '../../src/backfill/runner.ts';
import { parseDay } from '../../src/core/session/day.ts';

/** An order whose ticker decides what a misbehaving entry does. */
export function orderFor(ticker: string): TaskOrder {
  const range = { from: parseDay('2025-06-02'), to: parseDay('2025-06-07') };
  return {
    task: {
      id: ticker,
      wants: [
        {
          ...{ id: ticker, series: { ticker, interval: '1d' }, calendar: 'XNYS' },
          ...{ range, gaps: [range], sessions: 5 },
        },
      ],
      requests: 1,
      partitions: [ticker],
    },
    context: { storeUrl: '/nowhere', provider: { id: 'sample' } },
    now: 0,
  };
}
