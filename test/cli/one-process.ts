import { type ChildProcess, fork } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { type Finished, built, environment } from '../acceptance/programs.ts';

export type { Finished };

const CHILD = new URL('../readme/programs-child.mjs', import.meta.url);

/** What runs the programs, one after the other; begun when it is first needed, it ends with the process of the tests. */
let child: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a built program to its end, in one process with all the others of a test file: for tests that judge by what it says and
 * by its exit code. Signals, terminals, standard input and what befalls a whole process need one of their own (`programs.ts`).
 */
export function run(
  name: 'backfill' | 'check-data',
  argv: readonly string[],
  cwd: string = process.cwd(),
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const program = { url: pathToFileURL(built(name)).href, argv, cwd, env };
  const finished = last.then(() => told(program));
  last = finished.catch(() => undefined);
  return finished;
}

/** Runs `backfill` so, with variables in its environment. */
export function runWith(
  variables: Readonly<Record<string, string>>,
  argv: readonly string[],
  cwd: string,
): Promise<Finished> {
  return run('backfill', argv, cwd, variables);
}

function told(program: object): Promise<Finished> {
  child ??= begin();
  const own = child;
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
      child = undefined;
      reject(
        new Error(`the process of the programs ended with ${signal ?? code}: ${JSON.stringify(program)}`),
      );
    };
    own.once('exit', onExit);
    own.once('message', ({ code = 0, stdout, stderr }: Partial<Finished>) => {
      own.off('exit', onExit);
      resolve({ code, stdout: stdout ?? '', stderr: stderr ?? '' });
    });
    own.send(program);
  });
}

function begin(): ChildProcess {
  // Threads of the programs shall load no TypeScript.
  const begun = fork(CHILD, {
    env: environment,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  begun.unref();
  begun.channel?.unref();
  return begun;
}
