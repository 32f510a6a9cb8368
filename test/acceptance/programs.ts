import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const built = (name: string): string =>
  fileURLToPath(new URL(`../../dist/src/cli/${name}.js`, import.meta.url));

export interface Finished {
  readonly code: number | null;
  /** What killed it. */
  readonly signal?: NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of a user who has set nothing of ours. */
export const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('BACKFILL_')),
);

/** Starts a built program. */
export function start(
  name: 'backfill' | 'check-data',
  args: readonly string[],
  cwd?: string,
  nodeArgs: readonly string[] = [],
): ChildProcess {
  const all = [...nodeArgs, built(name), ...args];
  return spawn(process.execPath, all, { env: environment, ...(cwd && { cwd }) });
}

/** Runs a built program to its end. */
export async function run(
  name: 'backfill' | 'check-data',
  args: readonly string[],
  cwd?: string,
): Promise<Finished> {
  return ended(start(name, args, cwd));
}

/** Starts `backfill` with variables in the environment. */
export function startWith(
  variables: Readonly<Record<string, string>>,
  args: readonly string[],
  cwd: string,
): ChildProcess {
  const env = { ...environment, ...variables };
  return spawn(process.execPath, [built('backfill'), ...args], { env, cwd });
}

/** Runs it to its end. */
export async function runWith(
  variables: Readonly<Record<string, string>>,
  args: readonly string[],
  cwd: string,
): Promise<Finished> {
  return ended(startWith(variables, args, cwd));
}

/** What a process says until it ends. */
export async function ended(child: ChildProcess): Promise<Finished> {
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { code, ...(signal !== null && { signal }), stdout, stderr };
}

async function text(stream: NodeJS.ReadableStream | null): Promise<string> {
  let all = '';
  for await (const part of stream ?? []) all += part.toString();
  return all;
}

export interface RunningSimulator {
  readonly url: string;
  /** Symbols of the requests so far, in the order of their answers. */
  asked(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Starts `backfill simulate` as a process of its own, by default on Yahoo's wire, with its request log in `folder`. */
export async function startSimulate(folder: string, args: readonly string[]): Promise<RunningSimulator> {
  const log = `${folder}/requests.ndjson`;
  const wire = args.includes('--wire') ? [] : ['--wire', 'yahoo'];
  const child = start('backfill', ['simulate', ...wire, '--log', log, ...args]);
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  return {
    url: line.toString().trim(),
    asked: async () => {
      const lines = await readFile(log, 'utf8').catch(() => '');
      return lines
        .split('\n')
        .flatMap((entry) => (entry === '' ? [] : [(JSON.parse(entry) as { symbol: string }).symbol]));
    },
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}
