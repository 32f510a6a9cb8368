import { constants } from 'node:os';
import { BackfillError } from '../index.ts';
import { clearBottom, tell } from './output.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface SignalStop {
  /** Aborted by the first signal. */
  readonly stop: AbortSignal;
  /** Exit code of the signal that came: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP. */
  readonly signal: () => number;
  /** The same for an error that says no more than that it came; throws any other. */
  readonly signalOf: (error: unknown) => number;
  readonly release: () => void;
}

/**
 * The first SIGINT, SIGTERM or SIGHUP asks for a soft stop. The second ends the process as if nobody had listened:
 * re-raised, because `process.exit` may abort while native code runs in a thread. `isBusy`: whether there is anything in flight,
 * of which it is told then. Default: there is.
 */
export function stopOnSignal(isBusy: () => boolean = () => true): SignalStop {
  const controller = new AbortController();
  let came: NodeJS.Signals = 'SIGINT';
  const listen = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      release();
      clearBottom();
      process.kill(process.pid, signal);
      return;
    }
    came = signal;
    if (isBusy()) tell('Stopping: finishing what is in flight (again: at once).');
    controller.abort();
  };
  const release = (): void => {
    for (const signal of SIGNALS) process.off(signal, listen);
  };
  for (const signal of SIGNALS) process.on(signal, listen);
  const signal = (): number => 128 + constants.signals[came];
  const signalOf = (error: unknown): number => {
    if (error instanceof BackfillError && error.code === 'cancelled') return signal();
    throw error;
  };
  return { stop: controller.signal, signal, signalOf, release };
}
