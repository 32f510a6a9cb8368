import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { CorporateAction } from '../../src/core/bars/bars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { readAdjusted } from '../../src/library/adjusted.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import type { BarStore } from '../../src/store/store.ts';
import { AAPL, coverage, daily, days, NOON, temporaryFolder, update } from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';

/** How a session opens whose prices do not contradict that there was a split. */
const SHOWN = { open: 50, low: 50 };

/** A store of a week of AAPL, each close 100, new for each test: nobody has answered for its splits and dividends. */
export let root: string;
export let store: BarStore;
let remove: () => Promise<void>;

/** Has each test of a file begin with a store of that week. */
export function beginAnswered(): void {
  beforeEach(async () => {
    ({ path: root, remove } = await temporaryFolder());
    store = openParquetStore(join(root, 'store'));
    const learned = coverage({ present: [days('2026-02-23', '2026-02-28')] });
    const week = ['2026-02-23', '2026-02-24', '2026-02-25', '2026-02-26', '2026-02-27'];
    await store.upsert(
      update(
        week.map((day) => daily(day, { close: 100, ...(day === '2026-02-25' && SHOWN) })),
        { learned },
      ),
    );
  });
  afterEach(() => remove());
}

export const split = { kind: 'split', exDay: parseDay('2026-02-25'), ratio: 2 } satisfies CorporateAction;
export const dividend = {
  kind: 'dividend',
  exDay: parseDay('2026-02-27'),
  amount: 10,
} satisfies CorporateAction;
export const answered = (actions: CorporateAction[], from = '2026-02-20', to = '2026-02-28'): Promise<void> =>
  tellActions(store, 'AAPL', actions, days(from, to), 'sample', NOON);
export const closes = async (options: Parameters<typeof readAdjusted>[2]): Promise<number[]> =>
  (await readAdjusted(store, AAPL, options)).map(({ close }) => close);
