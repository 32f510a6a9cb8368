import { type Quota, isPaced, unusedAt } from '../../core/plan/quota.ts';
import {
  CELL,
  type GateState,
  RUN,
  createGateState,
  createRunCells,
} from '../../providers/http/gate-state.ts';
import { openQuotaFile } from '../../providers/http/quota-file.ts';
import type { QuotaBook } from '../../providers/http/quota-record.ts';
import { type QuotaKeeper, startQuotaKeeper } from '../../providers/http/quota-keeper.ts';
import { type KeeperClocks, standingIn } from '../../providers/http/quota-lease.ts';
import type { Gate } from '../../providers/http/gate.ts';
import type { QuotaPlace } from '../../providers/http/quota-owner.ts';
import { DEFAULT_POLICY, type GatePolicy, openSharedGate } from '../../providers/http/shared-gate.ts';
import type { SentBeyond, SharedWithThreads, Traffic } from '../runner.ts';

/** The gate of a key in this process, and what keeps its quota: those of all runs that live at once. */
export interface SharedTraffic {
  /** Whether it lets nothing through any more: the provider is down, or the quota used up. */
  isSpent(): boolean;
  /** The requests of one more run, of which nothing is sent yet. */
  begin(): RunTraffic;
  /** What keeps the quota from being kept; undefined: nothing does. */
  failure(): unknown;
  /** How long nobody could ask because the record of its quota was not to be had, in all, ms. */
  awayMs(): number;
  /** Gives back what was reserved of the quota and not used. Throws what kept it from being kept. */
  close(): Promise<void>;
}

/** The requests of one run, as threads of this process send them. */
export interface RunTraffic extends Traffic {
  readonly shared: SharedWithThreads;
  /** The gate as this thread passes it. */
  readonly gate: Gate;
}

/** The same, with its part in the gate, which is closed when the last run that passes it lets go. */
export interface OpenTraffic extends RunTraffic {
  /** Throws what kept the quota from being kept. */
  close(): Promise<void>;
}

export interface TrafficOptions {
  readonly quotas: readonly Quota[];
  /** What all processes of the key share; undefined for a provider that sends nothing. */
  readonly quotaFile: QuotaPlace | undefined;
  /** Opens the record in which several machines share it, instead. Default: the file has it. */
  readonly openShared?: (() => Promise<QuotaBook>) | undefined;
  readonly clocks: KeeperClocks;
  /** Default `DEFAULT_POLICY`. */
  readonly policy?: GatePolicy;
}

/** Opens the gate of a key. Throws `store-unusable` where the quota's file cannot be kept, and what `openShared` throws. */
export async function openTraffic(options: TrafficOptions): Promise<SharedTraffic> {
  const { quotas } = options;
  const book = await openBook(options);
  const clocks = { ...options.clocks, ...(book && { wall: book.wall }) };
  const policy: GatePolicy = { ...(options.policy ?? DEFAULT_POLICY), windows: quotas.filter(isPaced) };
  const state = createGateState(clocks.gate());
  const keeper = book && (await keeperOf(state, quotas, book, clocks));
  return {
    isSpent: () =>
      state.alone((cells) => [CELL.down, CELL.exhausted, CELL.usedUp].some((cell) => (cells[cell] ?? 0) > 0)),
    begin: () => {
      const run = createRunCells();
      return {
        shared: { gate: state.shared, run, policy },
        gate: openSharedGate({ state, run }, policy, clocks.gate),
        cancel: () => state.alone(() => void (run[RUN.cancelled] = 1)),
        now: () => {
          const [wall, at] = [clocks.wall(), clocks.gate()];
          return {
            ...state.alone((cells) => ({
              sent: run[RUN.sent] ?? 0,
              succeeded: (run[RUN.answers] ?? 0) - (run[RUN.refusals] ?? 0),
              retries: run[RUN.retries] ?? 0,
              throttles: run[RUN.throttles] ?? 0,
              bytesReceived: run[RUN.received] ?? 0,
              beyond: sentBeyond(run),
              pausedMs: Math.max(0, (cells[CELL.pausedUntil] ?? 0) - at),
              learned: learnedLimit(cells),
            })),
            standing: book === undefined ? unusedAt(wall) : standingIn(book.look(), quotas, wall),
          };
        },
      };
    },
    failure: () => keeper?.failure(),
    awayMs: () => book?.awayMs?.() ?? 0,
    close: async () => keeper?.stop(),
  };
}

async function keeperOf(
  state: GateState,
  quotas: readonly Quota[],
  book: QuotaBook,
  clocks: KeeperClocks,
): Promise<QuotaKeeper> {
  try {
    return await startQuotaKeeper(state, quotas, book, clocks);
  } catch (error) {
    await book.close();
    throw error;
  }
}

async function openBook({ quotaFile, openShared, clocks }: TrafficOptions): Promise<QuotaBook | undefined> {
  if (openShared !== undefined) return openShared();
  return quotaFile && openQuotaFile(quotaFile, clocks.wall);
}

function sentBeyond(run: Float64Array): SentBeyond {
  const of = (cell: number): number => run[cell] ?? 0;
  const { pages, isolation, secondAsks, retries, throttled } = RUN;
  return {
    ...{ pages: of(pages), isolation: of(isolation), secondAsks: of(secondAsks) },
    ...{ retries: of(retries), throttled: of(throttled) },
  };
}

function learnedLimit(cells: Float64Array): Quota | null {
  const requests = cells[CELL.learnedRequests] ?? 0;
  return requests > 0 ? { requests, perMs: cells[CELL.learnedPerMs] ?? 0 } : null;
}
