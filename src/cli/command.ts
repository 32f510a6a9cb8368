import type { Declarations, ValuesOf } from './declaration.ts';

/** A line that can be typed as it is, and what it does. */
export interface Example {
  readonly does: string;
  readonly line: string;
}

/**
 * One command of a program. `run` gives the exit code; `onLine`: the options that its command line itself gives;
 * `environmentFile`: where variables are read from besides, if not from `.env`.
 */
export interface Command {
  readonly name: string;
  /** What it does, in a line. */
  readonly describe: string;
  readonly examples: readonly Example[];
  readonly options: Declarations;
  /** What the help says last. */
  readonly notes?: string;
  /** Options that no setting may give, because that would be dangerous: `forget`'s range. */
  readonly explicit?: readonly string[];
  readonly run: (argv: never, onLine: ReadonlySet<string>, environmentFile?: string) => Promise<number>;
}

/** A command whose `run` takes what its `options` declare. */
export function command<const Options extends Declarations>(
  parts: Omit<Command, 'options' | 'run'> & {
    readonly options: Options;
    readonly run: (
      argv: ValuesOf<Options>,
      onLine: ReadonlySet<string>,
      environmentFile?: string,
    ) => Promise<number>;
  },
): Command {
  return parts;
}
