import { openTraffic } from '../backfill/run/traffic.ts';
import { formatDay } from '../core/session/day.ts';
import { todayOf } from '../core/universe/category.ts';
import type { Member } from '../core/universe/member.ts';
import type { DiscoverRequest } from '../providers/discovery.ts';
import { monotonicNow } from '../providers/http/gate-state.ts';
import { openPublicList } from '../providers/listings/open-list.ts';
import { INDEX_CATEGORIES } from '../providers/listings/public-lists.ts';
import type { BarStore } from '../store/store.ts';
import { providersOf } from './chain-options.ts';
import type { Engine } from './engine.ts';
import type { HistoryOptions } from './history.ts';
import { listUrl } from './list-url.ts';

/** What a public list says now. Its requests count against nobody's quota. Throws `network`, `bad-answer` and their like. */
export async function askPublicList(
  name: string,
  asked: DiscoverRequest,
  options: HistoryOptions,
  timeoutMs = providersOf(options)[0].timeoutMs,
): Promise<readonly Member[]> {
  const clocks = { wall: Date.now, gate: monotonicNow };
  const traffic = await openTraffic({ quotas: [], quotaFile: undefined, clocks });
  try {
    const { gate } = traffic.begin();
    const lister = openPublicList(name, { url: listUrl(name, options), timeoutMs }, gate);
    return await lister.discover(asked);
  } finally {
    await traffic.close();
  }
}

/** The members of a public index, for its first use; where it `keeps` them, in the store too. */
export async function fetchList(
  name: string,
  tools: {
    readonly options: HistoryOptions;
    readonly engine: Engine;
    readonly store: BarStore;
    /** ms since the epoch. */
    readonly now: number;
    readonly keeps: boolean;
  },
): Promise<readonly Member[]> {
  const { options, engine, store, now, keeps } = tools;
  const members = await askPublicList(name, { categories: [], asOf: null, now }, options);
  const { today } = todayOf(INDEX_CATEGORIES, now);
  const head = { name, date: formatDay(today), source: listUrl(name, options) ?? name };
  if (keeps) await engine.write([], () => store.saveUniverse(head, members));
  return members;
}
