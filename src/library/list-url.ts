import { PUBLIC_LISTS } from '../providers/listings/public-lists.ts';
import type { HistoryOptions } from './history.ts';

/** Where a public list is asked for. */
export function listUrl(name: string, { listUrls = {} }: HistoryOptions): string | undefined {
  return listUrls[name] ?? PUBLIC_LISTS[name]?.url;
}
