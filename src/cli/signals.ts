import { constants } from 'node:os';
import { clearBottom, tell } from './output.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface SignalStop {
  /** Aborted by the first signal. */
  readonly stop: AbortSignal;
  /** Exit code of the signal that came: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP. */
  readonly signal: () => number;
  readonly release: () => void;
}

/**
 * The first SIGINT, SIGTERM or SIGHUP asks for a soft stop. The second ends the process as if nobody had listened:
 * re-raised, because `process.exit` may abort while native code runs in a thread.
 */
export function stopOnSignal(): SignalStop {
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
    tell('Stopping: finishing what is in flight (again: at once).');
    controller.abort();
  };
  const release = (): void => {
    for (const signal of SIGNALS) process.off(signal, listen);
  };
  for (const signal of SIGNALS) process.on(signal, listen);
  return { stop: controller.signal, signal: () => 128 + constants.signals[came], release };
}
