import type { BackfillEvent, ForgetStep, Quota } from '../index.ts';
import { forgetStepText, progressLine, progressText, watchRun } from '../terminal.ts';
import { openLiveLine } from './live-line.ts';
import { keepAtBottom, tell } from './output.ts';

/** How often the line of a terminal is written again, in ms. */
const REDRAW_MS = 200;

/** Plain lines come this often where there is no terminal. */
const LINE_EVERY_MS = 10_000;

export interface Progress {
  show(event: BackfillEvent): void;
  end(): void;
}

export const NO_PROGRESS: Progress = { show: () => undefined, end: () => undefined };

/** Does what `forget` and `restore` do, with progress on stderr as that of a run. */
export function counting<T>(work: (onProgress: (step: ForgetStep) => void) => Promise<T>): Promise<T> {
  return showingSteps(forgetStepText, work);
}

/** The same of any work that tells how far it has come. */
export async function showingSteps<Step, T>(
  textOf: (step: Step) => string,
  work: (onStep: (step: Step) => void) => Promise<T>,
): Promise<T> {
  let last: Step | undefined;
  let end = (): void => undefined;
  const note = (step: Step): void => {
    const isFirst = last === undefined;
    last = step;
    if (isFirst) end = keepShowing(() => textOf(last ?? step));
  };
  try {
    return await work(note);
  } finally {
    end();
  }
}

/**
 * Progress on stderr from when the work begins: a line that is written again and again on a terminal, a plain line
 * every 10 s elsewhere (a pipe, `CI`, `TERM=dumb`). `stop` says that the run was told to stop.
 */
export function startProgress(quotas: readonly Quota[], stop: AbortSignal): Progress {
  const watch = watchRun(quotas, Date.now);
  let end = (): void => undefined;
  return {
    show: (event) => {
      watch.note(event);
      if (event.type !== 'running') return;
      // What is asked for again begins again.
      end();
      end = keepShowing((width) =>
        width === undefined
          ? progressText(watch.now(), stop.aborted)
          : progressLine(watch.now(), stop.aborted, width),
      );
    },
    end: () => end(),
  };
}

/** Shows a text until the function that it gives is called. `text` is told how wide a terminal is; elsewhere nothing. */
function keepShowing(text: (width?: number) => string): () => void {
  const { stderr } = process;
  const isLive = stderr.isTTY && !process.env['CI'] && process.env['TERM'] !== 'dumb';
  if (!isLive) {
    const timer = setInterval(() => tell(text()), LINE_EVERY_MS);
    return () => clearInterval(timer);
  }
  const line = openLiveLine(stderr);
  const close = keepAtBottom(line);
  const show = (): void => line.show(text);
  show();
  const timer = setInterval(show, REDRAW_MS);
  return () => {
    clearInterval(timer);
    close();
  };
}
