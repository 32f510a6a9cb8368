import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Quota, isPaced } from '../core/quota.ts';
import { CELL, createGateState } from '../providers/http/gate-state.ts';
import { openQuotaFile } from '../providers/http/quota-file.ts';
import { type KeeperClocks, type QuotaKeeper, startQuotaKeeper } from '../providers/http/quota-keeper.ts';
import type { ProviderConfig } from '../providers/provider.ts';
import { DEFAULT_POLICY, type GatePolicy } from '../providers/http/shared-gate.ts';
import type { SharedWithThreads } from './runner.ts';

/** What a run sent to its provider. */
export interface TrafficCounts {
  /** Requests sent, retries included. */
  readonly sent: number;
  readonly retries: number;
  /** Times the provider asked to slow down. */
  readonly throttles: number;
}

/** The requests of one run, as all its threads send them. */
export interface Traffic {
  readonly shared: SharedWithThreads;
  /** Lets no further request through; those that wait fail with `cancelled`. */
  cancel(): void;
  counts(): TrafficCounts;
  /** Gives back what was reserved of the quota and not used. */
  close(): Promise<void>;
}

export interface TrafficOptions {
  readonly quotas: readonly Quota[];
  /** File that all processes of the key share; undefined for a provider that sends nothing. */
  readonly quotaFile: string | undefined;
  readonly clocks: KeeperClocks;
  /** Default `DEFAULT_POLICY`. */
  readonly policy?: GatePolicy;
}

/**
 * The file in which all processes of this machine that use one key at one provider share its quota. A key is known by
 * a hash only.
 */
export function quotaFileOf(stateFolder: string, { id, url = '' }: ProviderConfig): string {
  const hash = createHash('sha256').update(`${id}\n${url}`).digest('hex').slice(0, 16);
  return join(stateFolder, 'quota', `${id}-${hash}.json`);
}

/** Opens the gate of a run. Throws `store-unusable` where the quota's file cannot be kept. */
export async function openTraffic(options: TrafficOptions): Promise<Traffic> {
  const { quotas, quotaFile, clocks, policy = DEFAULT_POLICY } = options;
  const state = createGateState(clocks.gate());
  const keeper: QuotaKeeper | undefined =
    quotaFile === undefined
      ? undefined
      : await startQuotaKeeper(state, quotas, await openQuotaFile(quotaFile), clocks);
  return {
    shared: { gate: state.shared, policy: { ...policy, windows: quotas.filter(isPaced) } },
    cancel: () => state.alone((cells) => void (cells[CELL.cancelled] = 1)),
    counts: () =>
      state.alone((cells) => ({
        sent: cells[CELL.sent] ?? 0,
        retries: cells[CELL.retries] ?? 0,
        throttles: cells[CELL.throttles] ?? 0,
      })),
    close: async () => keeper?.stop(),
  };
}
