import type { BarStore } from '../store.ts';
import { TableStore } from '../tables/store.ts';
import { questPlace } from './place.ts';
import { QuestServer } from './server.ts';
import { QuestTables } from './tables.ts';

/**
 * A store in a QuestDB server: see `questPlace` for its URL. Nothing is asked of the server before the first call. `lock`: of the
 * `Lease` that its commits are made under, of who holds it for them. Default: its own, while it has one.
 */
export function openQuestStore(url: string, lock?: string): BarStore {
  return new TableStore(new QuestTables(new QuestServer(questPlace(url)), lock));
}
