import type { Gate } from '../../providers/http/gate.ts';
import type { Provider } from '../../providers/provider.ts';
import type { BarStore } from '../../store/store.ts';

/** What a task works with; a worker keeps them open between tasks. */
export interface TaskTools {
  readonly provider: Provider;
  readonly store: BarStore;
  /** How the provider's answers are named in staging, see `stagedAs`. */
  readonly source: string;
  /** See `RunContext.before`. */
  readonly before?: readonly string[];
  /** The gate that the provider's requests pass. */
  readonly gate: Gate;
  /** Monotonic ms, for the durations in the report. */
  readonly elapsed: () => number;
}
