import { type History, type HistoryOptions, openHistory } from '../index.ts';
import { assertStoreExists } from '../terminal.ts';

/** Opens a store that has to be there: a slip of the pen in `--store` is no empty store. Throws `usage`. */
export async function openExisting(options: HistoryOptions): Promise<History> {
  await assertStoreExists(options.store);
  return openHistory(options);
}
