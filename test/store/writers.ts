import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bundled } from '../bundled.ts';

const CHILD = fileURLToPath(bundled('test/store/writer-child.ts'));

/** Rows of each version that such a writer stores. */
export const WRITTEN_ROWS = 1500;

/** Moments from 0 to 1, the same every time. */
export function* moments(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

/** A process that writes a store again and again. */
export interface WritingChild {
  readonly child: ChildProcess;
  /** The last version that it was told is stored. */
  readonly last: () => number;
}

/** Processes that write, of which none outlives a test. */
export class WritingChildren {
  #children: ChildProcess[] = [];

  /** Starts one from a version on, and waits until that is stored. */
  async start(url: string, first: number): Promise<WritingChild> {
    const child = spawn(process.execPath, [CHILD, url, `${first}`], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#children.push(child);
    let last = first - 1;
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the writer ended with ${code}`)));
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
        if (line !== 'held') last = Number(line);
        if (line === `${first}`) resolve();
      });
    });
    return { child, last: () => last };
  }

  async end(): Promise<void> {
    const own = this.#children;
    this.#children = [];
    await Promise.all(own.map(kill));
  }
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}
