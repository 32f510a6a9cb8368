import type { OpenObserver } from '../index.ts';
import { LEVELS, type Log, RunLog, openLogFile, openLogger, plural, prettyLine } from '../terminal.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { OUTPUT, type STORE } from './options.ts';
import { tell, tellWhole } from './output.ts';

/** Of what is only planned there is no event. */
const OF_RUNS = { voidWith: ['dry-run', 'plan-out'], group: OUTPUT } as const;

/** Options by which runs are told as events. Each of them has that done. */
export const LOGGED = {
  'log-file': {
    value: 'FILE',
    ...OF_RUNS,
    describe: 'Add the events of the run to it, a line of JSON each; - is stdout',
  },
  'log-level': {
    choices: LEVELS,
    otherwise: 'info',
    ...OF_RUNS,
    describe: 'Tell events from this level on, on stderr unless --log-file is given',
  },
  'log-format': {
    choices: ['pretty', 'json'],
    otherwise: 'pretty on a terminal, json elsewhere',
    ...OF_RUNS,
    describe: 'How events are written',
  },
} as const satisfies Declarations;

/** What tells the events of runs, where any of the options is given. Throws `usage` where a file cannot be written. */
export async function openRunLog(
  argv: ValuesOf<typeof LOGGED & typeof STORE>,
): Promise<OpenObserver | undefined> {
  const { logFile: to, logLevel: level, logFormat: format } = argv;
  if (to === undefined && level === undefined && format === undefined) return undefined;
  const { log, close } = await openLog(argv);
  const observer = new RunLog(log);
  return { watch: () => observer, close };
}

/** Where events go. */
export interface OpenLog {
  readonly log: Log;
  /** Throws nothing. */
  readonly close: () => Promise<void>;
}

/** Opens it, whether any of the options is given or not. Throws `usage` where a file cannot be written. */
export async function openLog({
  logFile: to,
  logLevel: level,
  logFormat: format,
  store,
}: ValuesOf<typeof LOGGED & typeof STORE>): Promise<OpenLog> {
  const { stdout, stderr } = process;
  const stream = to === '-' ? stdout : to === undefined ? stderr : undefined;
  const file =
    to === undefined || to === '-'
      ? undefined
      : await openLogFile(to, store, (why) => tell(`warning: ${why}; the run goes on without its events`));
  const isPretty = format === undefined ? stream?.isTTY === true : format === 'pretty';
  const write = (line: string): void => {
    const text = isPretty ? prettyLine(line) : line;
    if (file !== undefined) file.write(text);
    else if (stream !== undefined) tellWhole(text, stream);
  };
  return {
    log: await openLogger(write, level ?? 'info'),
    close: async () => {
      const lacking = (await file?.close()) ?? 0;
      if (lacking > 0) tell(`warning: ${plural(lacking, 'event')} could not be added to ${to}`);
    },
  };
}
