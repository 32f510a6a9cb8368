import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { bundled } from '../bundled.ts';
import { QUICK, server } from './farm.ts';

export interface Child {
  /** Lines that it said. */
  readonly said: string[];
  readonly process: ChildProcess;
  kill(signal?: NodeJS.Signals): void;
  /** Gives the code with which it ended; null for a signal. */
  readonly ended: Promise<number | null>;
}

const children: Child[] = [];

/** Has no child outlive its test. */
export function endChildren(): void {
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      await child.ended;
    }
  });
}

/** `atOnce`: tasks that it takes at once. */
export async function workerChild(name: string, atOnce = 1): Promise<Child> {
  const child = startChild('worker-child', [server.url, name, JSON.stringify(QUICK), `${atOnce}`]);
  await saying(child, 'there');
  return child;
}

export async function plannerChild(run: string, tickers: readonly string[]): Promise<Child> {
  const child = startChild('planner-child', [server.url, run, JSON.stringify(QUICK), ...tickers]);
  await saying(child, 'begun');
  return child;
}

export function startChild(program: string, args: readonly string[]): Child {
  const path = fileURLToPath(bundled(`test/queue/${program}.ts`));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) said.push(line);
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const one: Child = { said, process: child, kill: (signal = 'SIGKILL') => void child.kill(signal), ended };
  children.push(one);
  return one;
}

/** Waits for a line. */
export async function saying({ said, process: child }: Child, line: string): Promise<void> {
  while (!said.includes(line)) {
    if (child.exitCode !== null)
      throw new Error(`it ended with ${child.exitCode} and said ${said.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
