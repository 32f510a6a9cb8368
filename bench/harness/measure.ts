import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watchPeak } from './process-tree.ts';

/** A process from its start to its exit, with all that it started. */
export interface Measured {
  readonly wallMs: number;
  /** User and system time. */
  readonly cpuMs: number;
  /** Null where the system does not tell. */
  readonly peakBytes: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Besides what the bench has itself. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are a success; default 0 alone. */
  readonly codes?: readonly number[];
}

/** The shell waits for the program, and then knows what it and all it waited for have cost. */
const TIMED = '"$@" 3>&-; code=$?; times >&3; exit $code';

/** The environment of a user who has set nothing of ours. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('BACKFILL_')),
);

/** Runs a program and measures it. Throws with what it said where it fails. */
export async function measure({ program, args, cwd, env, codes = [0] }: Command): Promise<Measured> {
  const started = performance.now();
  const shell = spawn('sh', ['-c', TIMED, 'sh', program, ...args], {
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  const watch = watchPeak(shell.pid ?? 0);
  const [stdout, stderr, times, [code]] = await Promise.all([
    textOf(shell.stdout),
    textOf(shell.stderr),
    textOf(shell.stdio[3] as NodeJS.ReadableStream),
    once(shell, 'close') as Promise<[number | null]>,
  ]);
  const wallMs = performance.now() - started;
  const peakBytes = await watch.stop();
  if (code === null || !codes.includes(code)) {
    throw new Error(`${program} ${args.join(' ')}\nended with ${code}: ${stderr.slice(-2000)}`);
  }
  return { wallMs, cpuMs: childrensCpuMs(times), peakBytes, stdout, stderr };
}

/** Runs a program that measures a part of itself, and gives what it says of it: one line of JSON. */
export async function measureInside<T>(command: Command): Promise<T> {
  return JSON.parse((await measure(command)).stdout) as T;
}

/** Of what the shell's `times` prints: its own line, then that of its children, `1m2.345s 0m0.678s`. */
function childrensCpuMs(times: string): number {
  const line = times.trim().split('\n')[1] ?? '';
  const parts = [...line.matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length !== 2) throw new Error(`the shell's times are unreadable: ${times}`);
  return parts.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  );
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream ?? []) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
