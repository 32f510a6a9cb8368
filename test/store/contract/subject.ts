import { rounds } from '../../needs.ts';
import type { BarStore } from '../../../src/store/store.ts';
import type { SeriesState } from '../../../src/store/scan.ts';

/** A store under test: empty, over its own data. */
export interface StoreUnderTest {
  readonly store: BarStore;
  /** Another store object over the same data, as another thread or process would open it, under the lock of a lease or not. */
  reopen(lock?: string): BarStore;
  /** As another process opens it; of a store that is shared. */
  readonly url?: string;
  destroy(): Promise<void>;
  /** How often what holds of any answers is tried, where each takes long. Default: `RUNS`. */
  readonly runs?: number;
}

export const RUNS = rounds(25);

/** What another store object over the same data knows of a series. */
export async function stateOf(subject: StoreUnderTest, key: string): Promise<SeriesState | undefined> {
  return (await subject.reopen().scan()).series.get(key);
}
