import { Presets, SingleBar } from 'cli-progress';
import type { BackfillEvent, Task } from '../index.ts';
import { formatDuration, progressText } from '../index.ts';
import { tell } from './output.ts';

/** Plain lines come this often where there is no terminal. */
const LINE_EVERY_MS = 10_000;

export interface Progress {
  show(event: BackfillEvent): void;
  end(): void;
}

/** Progress on stderr: a live bar on a terminal, a plain line every 10 s elsewhere. */
export function startProgress(isTerminal: boolean, clock: () => number): Progress {
  return isTerminal ? liveBar(clock) : plainLines(clock);
}

export const NO_PROGRESS: Progress = { show: () => undefined, end: () => undefined };

function liveBar(clock: () => number): Progress {
  const track = tracker(clock);
  const bar = new SingleBar(
    {
      format: '{text} {bar} ETA: {left} {rate} bars/s',
      barsize: 20,
      hideCursor: true,
      clearOnComplete: true,
      fps: 10,
    },
    Presets.shades_classic,
  );
  return {
    show: (event) => {
      track.note(event);
      if (event.type === 'planned' && track.total > 0) {
        bar.start(track.total, 0, { text: '', left: '?', rate: '0' });
      } else if (event.type === 'finished') {
        bar.update(track.done, { text: track.text(), left: track.left(), rate: track.rate() });
      }
    },
    end: () => bar.stop(),
  };
}

function plainLines(clock: () => number): Progress {
  const track = tracker(clock);
  let last = clock();
  return {
    show: (event) => {
      track.note(event);
      if (event.type !== 'finished' || clock() - last < LINE_EVERY_MS) return;
      last = clock();
      tell(`${track.text()} ETA: ${track.left()} ${track.rate()} bars/s`);
    },
    end: () => undefined,
  };
}

/** What a run has done so far. */
function tracker(clock: () => number) {
  const started = clock();
  let total = 0;
  let done = 0;
  let bars = 0;
  let latest: Task | undefined;
  return {
    note(event: BackfillEvent): void {
      if (event.type === 'planned') total = event.plan.tasks.length;
      if (event.type !== 'finished') return;
      done = event.done;
      latest = event.task;
      if (event.result.ok) bars += event.result.report.bars;
    },
    get total() {
      return total;
    },
    get done() {
      return done;
    },
    text: () => (latest === undefined ? '' : progressText(latest, done, total)),
    left: () => (done === 0 ? '?' : formatDuration(((clock() - started) / done) * (total - done))),
    rate: () => String(Math.round((bars * 1000) / Math.max(1, clock() - started))),
  };
}
