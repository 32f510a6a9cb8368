import { type Quota, type QuotaStanding, isPaced, unusedAt } from '../../core/plan/quota.ts';
import { CELL, createGateState } from '../../providers/http/gate-state.ts';
import { lookIntoQuota, openQuotaFile } from '../../providers/http/quota-file.ts';
import { type QuotaKeeper, startQuotaKeeper } from '../../providers/http/quota-keeper.ts';
import { type KeeperClocks, standingIn } from '../../providers/http/quota-lease.ts';
import type { Gate } from '../../providers/http/gate.ts';
import type { QuotaPlace } from '../../providers/http/quota-owner.ts';
import { DEFAULT_POLICY, type GatePolicy, openSharedGate } from '../../providers/http/shared-gate.ts';
import type { SharedWithThreads } from '../runner.ts';

/** What a run sent to its provider. */
export interface TrafficCounts {
  /** Requests sent, retries included. */
  readonly sent: number;
  readonly retries: number;
  /** Times the provider asked to slow down. */
  readonly throttles: number;
}

/** How the requests of a run get on at this moment. */
export interface TrafficNow extends TrafficCounts {
  /** How long nothing is sent because the provider asked to slow down, in ms; 0: it is sent. */
  readonly pausedMs: number;
  /** The limit that the provider showed by its refusals, where it declares none; null: none is known. */
  readonly learned: Quota | null;
  /** What all processes have used of the key's quotas. */
  readonly standing: QuotaStanding;
}

/** The requests of one run, as all its threads send them. */
export interface Traffic {
  readonly shared: SharedWithThreads;
  /** The gate as this thread passes it. */
  readonly gate: Gate;
  /** Lets no further request through; those that wait fail with `cancelled`. */
  cancel(): void;
  counts(): TrafficCounts;
  now(): TrafficNow;
  /** Gives back what was reserved of the quota and not used. */
  close(): Promise<void>;
}

export interface TrafficOptions {
  readonly quotas: readonly Quota[];
  /** What all processes of the key share; undefined for a provider that sends nothing. */
  readonly quotaFile: QuotaPlace | undefined;
  readonly clocks: KeeperClocks;
  /** Default `DEFAULT_POLICY`. */
  readonly policy?: GatePolicy;
}

/** Opens the gate of a run. Throws `store-unusable` where the quota's file cannot be kept. */
export async function openTraffic(options: TrafficOptions): Promise<Traffic> {
  const { quotas, quotaFile, clocks } = options;
  const policy: GatePolicy = { ...(options.policy ?? DEFAULT_POLICY), windows: quotas.filter(isPaced) };
  const state = createGateState(clocks.gate());
  const keeper: QuotaKeeper | undefined =
    quotaFile === undefined
      ? undefined
      : await startQuotaKeeper(state, quotas, await openQuotaFile(quotaFile), clocks);
  const counts = (cells: Float64Array): TrafficCounts => ({
    sent: cells[CELL.sent] ?? 0,
    retries: cells[CELL.retries] ?? 0,
    throttles: cells[CELL.throttles] ?? 0,
  });
  return {
    shared: { gate: state.shared, policy },
    gate: openSharedGate(state, policy, clocks.gate),
    cancel: () => state.alone((cells) => void (cells[CELL.cancelled] = 1)),
    counts: () => state.alone(counts),
    now: () => {
      const [wall, at] = [clocks.wall(), clocks.gate()];
      return {
        ...state.alone((cells) => ({
          ...counts(cells),
          pausedMs: Math.max(0, (cells[CELL.pausedUntil] ?? 0) - at),
          learned: learnedLimit(cells),
        })),
        standing:
          quotaFile === undefined ? unusedAt(wall) : standingIn(lookIntoQuota(quotaFile), quotas, wall),
      };
    },
    close: async () => keeper?.stop(),
  };
}

function learnedLimit(cells: Float64Array): Quota | null {
  const requests = cells[CELL.learnedRequests] ?? 0;
  return requests > 0 ? { requests, perMs: cells[CELL.learnedPerMs] ?? 0 } : null;
}
