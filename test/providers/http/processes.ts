import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { type Quota, isPaced } from '../../../src/core/plan/quota.ts';
import {
  CELL,
  type GateState,
  createGateState,
  createRunCells,
} from '../../../src/providers/http/gate-state.ts';
import type { Gate } from '../../../src/providers/http/gate.ts';
import { openQuotaFile } from '../../../src/providers/http/quota-file.ts';
import type { QuotaBook } from '../../../src/providers/http/quota-record.ts';
import { startQuotaKeeper } from '../../../src/providers/http/quota-keeper.ts';
import { DEFAULT_POLICY, openSharedGate } from '../../../src/providers/http/shared-gate.ts';

/** One process as far as a quota can tell: a gate of its own over the record that all share. */
export interface GatedProcess {
  readonly gate: Gate;
  readonly state: GateState;
  /** Ends it politely: what it reserved and did not use is given back. */
  stop(): Promise<void>;
}

/** Processes of one key on this machine, in a time that passes only when it is told to. */
export async function openMachine(startsAt: number) {
  const folder = await mkdtemp(join(tmpdir(), 'backfill-quota-'));
  const path = join(folder, 'quota', 'key.json');
  vi.useFakeTimers({ now: startsAt, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  const running = new Set<GatedProcess>();
  const clock = (): number => Date.now();

  /** `isRemote`: as if others were on other machines. `lagMs`: how long the answer to a change of the record is on its way. */
  const startProcess = async (
    quotas: readonly Quota[],
    isRemote = false,
    lagMs = 0,
  ): Promise<GatedProcess> => {
    const state = createGateState(clock());
    const own = await openQuotaFile({ path, former: [] }, Date.now);
    const file = isRemote ? { ...own, isRemote, change: lagging(own, lagMs) } : own;
    const keeper = await startQuotaKeeper(state, quotas, file, { wall: clock, gate: clock });
    const policy = { ...DEFAULT_POLICY, windows: quotas.filter(isPaced) };
    const one: GatedProcess = {
      state,
      gate: openSharedGate({ state, run: createRunCells() }, policy, clock),
      stop: () => {
        running.delete(one);
        return keeper.stop();
      },
    };
    running.add(one);
    return one;
  };

  /** Lets time pass until something has happened, and gives that. */
  const whileWaiting = async <T>(happening: Promise<T>): Promise<T> => {
    const waiting = new AbortController();
    const over = (): void => waiting.abort();
    happening.then(over, over);
    while (!waiting.signal.aborted) await vi.advanceTimersByTimeAsync(5);
    return happening;
  };

  return {
    path,
    startProcess,
    whileWaiting,
    elapse: (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms),
    /** Nobody gets to run for so long: what was due is late. */
    stall: (ms: number): unknown => vi.setSystemTime(Date.now() + ms),
    /** Sends from a process as fast as its gate lets it, until `until`; notes when in `sent`. */
    send: async ({ gate }: GatedProcess, sent: number[], until: number): Promise<void> => {
      while (clock() < until) {
        await gate.enter();
        sent.push(clock());
      }
    },
    close: async (): Promise<void> => {
      for (const one of running) await whileWaiting(one.stop());
      vi.useRealTimers();
      await rm(folder, { recursive: true });
    },
  };
}

function lagging(book: QuotaBook, ms: number): QuotaBook['change'] {
  return async (work) => {
    const result = await book.change(work);
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    return result;
  };
}

export type Machine = Awaited<ReturnType<typeof openMachine>>;

/** Most requests in any window of `perMs`, whose end is excluded. */
export function mostIn(perMs: number, sent: readonly number[]): number {
  const ascending = sent.toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [i, at] of ascending.entries()) {
    while ((ascending[first] ?? at) <= at - perMs) first++;
    most = Math.max(most, i - first + 1);
  }
  return most;
}

/** A cell of a process's gate. */
export function cell({ state }: GatedProcess, name: keyof typeof CELL): number {
  return state.alone((cells) => cells[CELL[name]] ?? 0);
}
