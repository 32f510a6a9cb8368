import type { ResourceLimits } from 'node:worker_threads';
import { Piscina } from 'piscina';

export interface ThreadOptions {
  /** Module whose default export takes a message and gives its answer; it answers a string with that string. */
  readonly entry: URL;
  /** Messages in work at once. */
  readonly concurrency: number;
  /** `workerData` of the thread. */
  readonly shared: unknown;
  readonly resourceLimits: ResourceLimits;
  /** How long the entry may take to load, in ms. */
  readonly startTimeoutMs: number;
  /** How long a thread that ends may take to be gone, in ms. */
  readonly endTimeoutMs: number;
}

/** One worker thread, from its start to its end. */
export interface Thread {
  /** Resolves when the entry has loaded; stays pending if that never happens. */
  readonly ready: Promise<void>;
  /**
   * Resolves, always, when the thread is gone and nothing of it runs any more, with what happened: the rest of a
   * sentence that begins with the thread. One that is blocked outside JavaScript (a hanging file system) cannot be
   * ended and counts as gone after `endTimeoutMs`.
   */
  readonly ended: Promise<string>;
  /** Whether it has begun to end. It takes no more messages, and those in work may reject or never settle. */
  readonly isEnding: boolean;
  /** The entry's answer. Rejects with what it throws. */
  run(message: unknown): Promise<unknown>;
  /** For how long it had something to do so far, whether a CPU took it or not, ms. */
  activeMs(): number;
  /**
   * Terminates the thread, whatever it does; one that is loading once it has loaded, or after half of `endTimeoutMs`. (Node 20
   * ends the whole process, by an assertion in `CreateRequiredModuleFacade`, where a thread is terminated while it requires an ES
   * module, as Piscina does.)
   */
  end(why: string): void;
}

/** Sent first: a thread whose entry throws, exits or hangs while it loads does not answer. */
const PING = 'ping';

/**
 * Starts a thread; never throws. Each thread is a Piscina pool of its own, because a larger one does not say which
 * thread has which message (so a stuck one could not be ended alone) and, once an entry has failed to load, lets
 * messages wait for ever. Here Piscina carries messages and never replaces the thread.
 */
export function startThread(options: ThreadOptions): Thread {
  const piscina = openPiscina(options);
  const pong = (async () => piscina.run(PING))();
  const worker = piscina.threads[0];

  let isLoaded = false;
  let why: string | undefined;
  let resolveEnded: (why: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    resolveEnded = resolve;
  });
  let endTimer: NodeJS.Timeout | undefined;
  const beginEnd = (reason: string): void => {
    if (why !== undefined) return;
    why = reason;
    clearTimeout(startTimer);
    endTimer = setTimeout(finishEnd, options.endTimeoutMs);
  };
  const finishEnd = (): void => {
    clearTimeout(endTimer);
    resolveEnded(why ?? '');
  };
  const settled = pong.then(
    () => undefined,
    () => undefined,
  );
  const end = (reason: string, loaded = within(settled, options.endTimeoutMs / 2)): void => {
    beginEnd(reason);
    // It could not even be created, because what it shares cannot be cloned.
    if (worker === undefined) finishEnd();
    else void loaded.then(() => piscina.destroy());
  };
  const startTimer = setTimeout(() => {
    end(`did not load within ${options.startTimeoutMs / 1000} s`, Promise.resolve());
  }, options.startTimeoutMs);

  worker?.on('error', (error: unknown) => beginEnd(whyOf(error, isLoaded)));
  worker?.once('exit', (code) => {
    beginEnd(`exited with code ${code}`);
    finishEnd();
  });
  const ready = new Promise<void>((resolve) => {
    pong.then(
      () => {
        clearTimeout(startTimer);
        isLoaded = true;
        if (why === undefined) resolve();
      },
      (error: unknown) => end(`did not load: ${messageOf(error)}`),
    );
  });
  return {
    ready,
    ended,
    get isEnding() {
      return why !== undefined;
    },
    run: (message) => piscina.run(message),
    activeMs: () => worker?.performance.eventLoopUtilization().active ?? 0,
    end: (reason) => end(reason),
  };
}

/** Resolves when something has, or after so many ms. */
function within(done: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void done.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function openPiscina({ entry, concurrency, shared, resourceLimits }: ThreadOptions): Piscina {
  const piscina = new Piscina({
    filename: entry.href,
    // With none as minimum, a thread is created for the first message only, not in place of one that ended.
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: concurrency,
    // A parked thread would not run its timers: keep-alive, time-outs.
    atomics: 'disabled',
    recordTiming: false,
    resourceLimits,
    workerData: shared,
  });
  // The thread's own events say the same, and without a listener it would be thrown.
  piscina.on('error', () => undefined);
  return piscina;
}

function whyOf(error: unknown, isLoaded: boolean): string {
  const isOutOfMemory =
    error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (isOutOfMemory) return 'ran out of memory';
  return `${isLoaded ? 'failed outside a task' : 'did not load'}: ${messageOf(error)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
