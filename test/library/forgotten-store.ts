import { afterEach, beforeEach } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import {
  AAPL_5M,
  APPLE,
  NOON,
  WEEK,
  absence,
  at,
  coverage,
  days,
  temporaryFolder,
  update,
} from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import { tellActions } from '../store/told-actions.ts';

export const MSFT = { ticker: 'MSFT', interval: '1d' } as const;
export const NOW = Date.UTC(2026, 2, 3, 12);

/** A store of three series with all that one can know, new for each test. */
export let root: string;
let remove: () => Promise<void>;
export let store: BarStore;
export let history: ReturnType<typeof openHistory>;

/** Has each test of a file begin with a store of its own. */
export function beginStored(): void {
  beforeEach(async () => {
    ({ path: root, remove } = await temporaryFolder());
    store = openStore(root);
    history = openHistory({ store: root, clock: () => NOW });
    const learned = coverage({
      present: [days('2026-02-23', '2026-02-28')],
      provisional: [days('2026-02-27', '2026-02-28')],
      unconfirmed: [{ ...days('2026-02-27', '2026-02-28'), since: NOON }],
      absent: [
        absence(days('2026-02-17', '2026-02-20'), { reason: 'halted', note: 'a note', attempts: 3 }),
        absence(days('2026-02-20', '2026-02-23'), { reason: 'vendor-empty', nextRetryAt: NOON + 5 }),
      ],
    });
    await store.upsert(update(WEEK, { learned, identity: APPLE, topUps: 7 }));
    await store.upsert(
      update(WEEK, { series: MSFT, learned: coverage({ present: [days('2026-02-23', '2026-02-28')] }) }),
    );
    const bars = [at('2025-12-31T14:30Z'), at('2026-01-02T14:30Z'), at('2026-01-02T14:35Z')];
    const present = [days('2025-12-31', '2026-01-03')];
    await store.upsert(update(bars, { series: AAPL_5M, learned: coverage({ present }) }));
    const split = { kind: 'split', exDay: days('2026-02-24', '2026-02-25').from, ratio: 2 } as const;
    const dividend = { kind: 'dividend', exDay: split.exDay + 1, amount: 0.25 } as const;
    await tellActions(store, 'AAPL', [split, dividend], days('2026-02-01', '2026-03-01'), 'sample', NOON);
    await history.changeActions('AAPL', { withdraw: '2026-02-25,dividend' });
  });
  afterEach(() => remove());
}

/** All that the store says: bars of every series, knowledge, books of actions, the export and the report. */
export async function everything(): Promise<unknown> {
  const scan = await store.scan();
  const bars = [];
  for (const { series } of scan.series.values()) bars.push(await rowsIn(store, series));
  let text = '';
  await history.export({ to: async (more) => void (text += more) });
  const report = await history.coverage({});
  const books = [await store.readActionBook('AAPL'), await store.readActionBook('MSFT')];
  return { series: [...scan.series], actions: [...scan.actions], bars, books, text, report };
}
