import { Engine } from '../../src/library/engine.ts';
import type { BarStore } from '../../src/store/store.ts';

/** An engine that runs nothing: its callers only write. */
export function engineOf(store: BarStore): Engine {
  const none = (): Promise<never> => Promise.reject(new Error('nothing runs here'));
  return new Engine(store, { openTraffic: none, openPool: none });
}
