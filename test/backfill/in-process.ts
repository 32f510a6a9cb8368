import type { BackfillTools } from '../../src/backfill/backfill.ts';
import { runTask } from '../../src/backfill/task/run-task.ts';
import { SharedStaging } from '../../src/backfill/run/shared-staging.ts';
import { stagedAs } from '../../src/backfill/run/staged-source.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type { BarStore } from '../../src/store/store.ts';
import { trafficOfOnlyRun } from './only-run.ts';

/** Tools of a run whose tasks run in this thread, one at a time. */
export function toolsInProcess(provider: Provider, store: BarStore, now: () => number): BackfillTools {
  const clocks = { wall: now, gate: now };
  const source = stagedAs({ id: provider.capabilities.id });
  return {
    store,
    acquire: () => store.acquire(),
    staging: new SharedStaging(),
    capabilities: provider.capabilities,
    editionOf: (ticker) => provider.editionOf?.(ticker) ?? null,
    ownListOf: (ticker) => provider.ownListOf?.(ticker) ?? null,
    context: { storeUrl: store.url, provider: { id: provider.capabilities.id } },
    startRunner: async () => ({
      traffic: await trafficOfOnlyRun({ clocks }),
      capacity: 1,
      deaths: 0,
      workers: 1,
      run: ({ task, now: at, told }) =>
        runTask(task, at, { provider, store, gate: OPEN_GATE, source, elapsed: () => 0 }, told),
      abandon: () => undefined,
      close: () => Promise.resolve(),
    }),
    clock: now,
  };
}
