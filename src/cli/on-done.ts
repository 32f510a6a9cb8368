import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  BackfillError,
  type HistoryOptions,
  type RunObserver,
  type RunSummary,
  capabilitiesOf,
  listProviders,
} from '../index.ts';
import type { Declarations } from './declaration.ts';
import { withDates } from '../terminal.ts';
import { EXIT } from './exit-codes.ts';
import { type Filled, oneOrAll } from './fill.ts';
import { messageInFlags } from './in-flags.ts';
import { TOKEN_VARIABLE, type TOLD_VARIABLES, WITHOUT_EFFECT } from './known-variables.ts';
import { OUTPUT } from './options.ts';
import { exitCodeOfError, tell } from './output.ts';

export const FOLLOWED = {
  'on-done': {
    value: 'COMMAND',
    voidWith: ['dry-run', 'plan-out'],
    group: OUTPUT,
    describe: 'Carry out a command of the shell once the run has ended, however it did',
  },
} as const satisfies Declarations;

/** How long such a command may take, and how long it has to end once it is told to, ms. */
const LIMITS = { mostMs: 600_000, graceMs: 5000 };

/** What a command is told of the runs before it. */
interface Told extends Filled {
  /** Ids of their records, in order. */
  readonly runs: readonly string[];
  /** Why they ended before their time. Default: they did not. */
  readonly error?: string | undefined;
}

/**
 * Carries a command out after runs, and tells it how they ended; `without` are variables that it is not given. Gives the
 * exit code: that of the runs, or `someFailed` where all went well but for the command. Throws what the runs throw, after it,
 * or without it where the command line names what is no ticker.
 */
export async function followedBy(
  command: string,
  fill: (observer: RunObserver) => Promise<Filled>,
  without: ReadonlySet<string>,
): Promise<number> {
  const runs: string[] = [];
  const observer: RunObserver = {
    note: (event) => void (event.type === 'begun' && runs.push(event.runId)),
    ended: () => undefined,
    failed: () => undefined,
  };
  const carryOut = (told: Omit<Told, 'runs'>): Promise<boolean> =>
    carriedOut(
      command,
      environmentOf({ ...told, runs }, without),
      `${JSON.stringify(oneOrAll(told.summaries), withDates)}\n`,
    );
  let filled: Filled;
  try {
    filled = await fill(observer);
  } catch (error) {
    if (runs.length === 0 && isOfCommandLine(error)) throw error;
    await carryOut({ code: exitCodeOfError(error), summaries: [], error: messageOf(error) });
    throw error;
  }
  const stopped = filled.summaries.find((summary) => summary.stopped !== null)?.stopped;
  const isDone = await carryOut({ ...filled, error: stopped?.message });
  return isDone || filled.code !== EXIT.done ? filled.code : EXIT.someFailed;
}

/** Whether an error is of what the command line names: whoever wrote it sees it there. */
function isOfCommandLine(error: unknown): boolean {
  return error instanceof BackfillError && error.code === 'invalid-ticker';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? messageInFlags(error) : String(error);
}

/** Variables in which there are keys of any provider, or other secrets of ours. */
export function keysOf({ provider = [] }: HistoryOptions): ReadonlySet<string> {
  const own = [provider].flat().map(capabilitiesOf);
  const all = [...listProviders().map(({ capabilities }) => capabilities), ...own];
  const keys = all.flatMap(({ credentials = {}, credentialsOfSettings = {}, otherVariables = {} }) => [
    ...Object.values(credentials),
    ...Object.values(credentialsOfSettings).flat(),
    ...Object.values(otherVariables).flat(),
  ]);
  const others = [...WITHOUT_EFFECT].flatMap(([name, { isSecret }]) => (isSecret ? name : []));
  return new Set([...keys, ...others, ...WITH_PASSWORDS, TOKEN_VARIABLE]);
}

/** URLs with a password in them. */
const WITH_PASSWORDS = ['BACKFILL_QUEUE', 'CELERY_BROKER_URL', 'REDISCLI_AUTH'];

/** By exit code; any other is an interruption. */
const RESULTS: Readonly<Record<number, string>> = {
  [EXIT.done]: 'ok',
  [EXIT.someFailed]: 'failed',
  [EXIT.usage]: 'refused',
  [EXIT.quotaExhausted]: 'quota-exhausted',
};

/** A variable has an end: Linux allows 128 KB. */
const MOST_IDS = 1000;
const MOST_CHARACTERS = 10_000;

function environmentOf(
  { code, summaries, runs, error = '' }: Told,
  without: ReadonlySet<string>,
): NodeJS.ProcessEnv {
  const given = Object.entries(process.env).filter(([name]) => !without.has(name));
  const sum = (count: (summary: RunSummary) => number): string =>
    String(summaries.reduce((total, summary) => total + count(summary), 0));
  const told: Record<(typeof TOLD_VARIABLES)[number], string> = {
    BACKFILL_EXIT_CODE: String(code),
    BACKFILL_RESULT: RESULTS[code] ?? 'interrupted',
    BACKFILL_RUN_ID: runs.slice(-MOST_IDS).join(' '),
    BACKFILL_ERROR: error.replaceAll('\0', '').slice(0, MOST_CHARACTERS),
    BACKFILL_FETCHED: sum(({ fetched }) => fetched),
    BACKFILL_FAILED: sum(({ failed }) => failed),
    BACKFILL_UNAVAILABLE: sum(({ unavailable }) => unavailable),
    BACKFILL_NOT_RUN: sum(({ notRun }) => notRun),
    BACKFILL_BARS: sum(({ bars }) => bars),
    BACKFILL_REQUESTS: sum(({ sent }) => sent),
  };
  return { ...Object.fromEntries(given), ...told };
}

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Carries out a command of the shell with a text as its input; what it prints goes to stderr, as stdout is data. A signal that
 * comes meanwhile is passed on to it and to all that it started, and so is the end of its time. Says whether it succeeded, and
 * tells why not.
 */
export async function carriedOut(
  command: string,
  env: NodeJS.ProcessEnv,
  input: string,
  { mostMs, graceMs } = LIMITS,
): Promise<boolean> {
  let child: ChildProcess | undefined;
  const passOn = (signal: NodeJS.Signals): void => {
    try {
      if (child?.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // All of it has ended by now.
    }
  };
  // Before it is there: it may have somebody send one.
  for (const signal of PASSED_ON) process.on(signal, passOn);
  let lateAfter: string | undefined;
  let last: NodeJS.Timeout | undefined;
  const limit = setTimeout(() => {
    lateAfter = `took longer than ${mostMs / 1000} s, and was ended`;
    passOn('SIGTERM');
    last = setTimeout(passOn, graceMs, 'SIGKILL');
  }, mostMs);
  try {
    child = spawn(command, { shell: true, detached: true, env, stdio: ['pipe', 2, 2] });
    child.stdin?.on('error', () => undefined).end(input);
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (lateAfter === undefined && code === 0) return true;
    tellFailed(lateAfter ?? (code === null ? `was ended by ${signal}` : `ended with exit code ${code}`));
  } catch (error) {
    tellFailed(`could not be carried out (${messageOf(error)})`);
  } finally {
    clearTimeout(limit);
    clearTimeout(last);
    for (const signal of PASSED_ON) process.off(signal, passOn);
  }
  return false;
}

function tellFailed(why: string): void {
  tell(`warning: the command of --on-done ${why}`);
}
