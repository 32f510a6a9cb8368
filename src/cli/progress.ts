import { type BackfillEvent, type Quota } from '../index.ts';
import { progressLine, progressText, watchRun } from '../terminal.ts';
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

/**
 * Progress on stderr from when the work begins: a line that is written again and again on a terminal, a plain line
 * every 10 s elsewhere (a pipe, `CI`, `TERM=dumb`). `stop` says that the run was told to stop.
 */
export function startProgress(quotas: readonly Quota[], stop: AbortSignal): Progress {
  const { stderr } = process;
  const isLive = stderr.isTTY && !process.env['CI'] && process.env['TERM'] !== 'dumb';
  const watch = watchRun(quotas, Date.now);
  let timer: NodeJS.Timeout | undefined;
  let close = (): void => undefined;
  const begin = (): void => {
    if (!isLive) {
      timer = setInterval(() => tell(progressText(watch.now(), stop.aborted)), LINE_EVERY_MS);
      return;
    }
    const line = openLiveLine(stderr);
    close = keepAtBottom(line);
    const show = (): void => line.show((width) => progressLine(watch.now(), stop.aborted, width));
    show();
    timer = setInterval(show, REDRAW_MS);
  };
  return {
    show: (event) => {
      watch.note(event);
      if (event.type === 'running') begin();
    },
    end: () => {
      clearInterval(timer);
      close();
    },
  };
}
