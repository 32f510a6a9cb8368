import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bundled } from '../bundled.ts';
import { kill } from './writers.ts';

const CHILD = fileURLToPath(bundled('test/store/holder-child.ts'));

/** A process that holds a lease and does nothing else. */
export interface HoldingChild {
  readonly child: ChildProcess;
  readonly lock: string;
}

/** Processes that hold leases, of which none outlives a test. */
export class HoldingChildren {
  #children: ChildProcess[] = [];

  /** Starts one, and waits until it holds the lease. `lock`: of the one that it joins. Default: it takes one. */
  async start(url: string, lock?: string): Promise<HoldingChild> {
    const args = [CHILD, url, ...(lock === undefined ? [] : [lock])];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#children.push(child);
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the holder ended with ${code}`)));
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', (line) =>
        resolve({ child, lock: line }),
      );
    });
  }

  async end(): Promise<void> {
    await Promise.all(this.#children.splice(0).map(kill));
  }
}
