import { type History, type OpenObserver, type RunObserver, type RunSummary, observedBy } from '../index.ts';
import { DASHBOARD, openDashboard } from './dashboard-option.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { METRICS, openMetricsObserver } from './metrics-observer.ts';
import type { ObservedRun } from './observed-run.ts';
import { LOGGED, openRunLog } from './run-log.ts';

/** Options by which runs are watched; `RUN` has them. */
export const OBSERVED = { ...LOGGED, ...METRICS, ...DASHBOARD } as const satisfies Declarations;

/** What a run is told of who watches it. */
export type ObservedValues = ValuesOf<typeof OBSERVED> & ObservedRun;

/** Who watches the runs of a command, until it is closed. */
export interface Observers {
  /** Who is told of runs that belong together; of other ones after them, another call. */
  watch(): RunObserver;
  /** Called once, after the last run, however it ended. Throws nothing. */
  close(): Promise<void>;
}

/** Opens one observer, where the options ask for it. Throws `usage` where it cannot do what they ask. */
type Open = (argv: ObservedValues, history: History) => Promise<OpenObserver | undefined>;

/** In the order in which they are told. */
const OPENERS: readonly Open[] = [openRunLog, openMetricsObserver, openDashboard];

/** Opens those that the options ask for. Throws `usage` where one cannot be had; those before it are closed then. */
export async function openObservers(argv: ObservedValues, history: History): Promise<Observers> {
  const opened: OpenObserver[] = [];
  const close = async (): Promise<void> => {
    for (const one of opened.toReversed()) await one.close();
  };
  try {
    for (const open of OPENERS) {
      const one = await open(argv, history);
      if (one !== undefined) opened.push(one);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { watch: () => observedBy(opened.map((one) => one.watch())), close };
}

/** Carries a run out, and tells whoever watches it how it ended. */
export async function observed(
  observer: RunObserver | undefined,
  run: () => Promise<RunSummary>,
): Promise<RunSummary> {
  try {
    const summary = await run();
    observer?.ended(summary);
    return summary;
  } catch (error) {
    observer?.failed(error);
    throw error;
  }
}
