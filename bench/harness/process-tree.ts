import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { largest } from '../../src/core/extremes.ts';

/** How often memory is looked at, ms. What a process takes for less than this is seen only if it is alone. */
const EVERY_MS = 40;

export interface PeakWatch {
  /** Ends the watch. Most bytes resident at once; null where the system does not tell (`/proc`). */
  stop(): Promise<number | null>;
}

/**
 * Watches all processes below `parent`, not that one itself. Pages that processes share count in each. A lone process's
 * short peaks are seen as well: the system remembers those.
 */
export function watchPeak(parent: number): PeakWatch {
  let peak = 0;
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const processes = await below(parent);
      const now = await Promise.all(processes.map(memoryOf));
      const together = now.reduce((sum, { resident }) => sum + resident, 0);
      peak = Math.max(peak, together, largest(now.map(({ most }) => most)));
      await sleep(EVERY_MS);
    }
  })();
  return {
    stop: async () => {
      over.abort();
      await watching;
      return peak === 0 ? null : peak;
    },
  };
}

async function below(parent: number): Promise<number[]> {
  const threads = await readdir(`/proc/${parent}/task`).catch(() => []);
  const lists = await Promise.all(threads.map((thread) => textOf(`/proc/${parent}/task/${thread}/children`)));
  const children = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  const deeper = await Promise.all(children.map(below));
  return [...children, ...deeper.flat()];
}

/** Bytes. */
async function memoryOf(pid: number): Promise<{ resident: number; most: number }> {
  const status = await textOf(`/proc/${pid}/status`);
  const bytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { resident: bytes('VmRSS'), most: bytes('VmHWM') };
}

/** Empty where the process is gone. */
function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
