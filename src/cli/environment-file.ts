import { parseEnv } from 'node:util';

/** What a `.env` file says. Lines are numbered from 1. */
export interface EnvironmentFile {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** By variable: the line on which it gets the value that counts, which is the last one's. */
  readonly lines: ReadonlyMap<string, number>;
  /** Lines that say nothing. */
  readonly stray: readonly number[];
  /** Lines whose value begins with a quote that nothing closes. */
  readonly unclosed: readonly number[];
}

const ASSIGNMENT = /^\s*(?:export\s+)?([a-z_][\w.-]*)\s*=(.*)$/i;
const SAYS_NOTHING = /^\s*(#|$)/;

/** Reads a `.env` file. A line that sets nothing is left out: Node's parser would take the next one for a part of it. */
export function readEnvironment(content: string): EnvironmentFile {
  const lines = content.split(/\r?\n/);
  const assigned = new Map<string, number>();
  const stray = new Set<number>();
  const unclosed: number[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const [, name = '', value] = ASSIGNMENT.exec(line) ?? [];
    if (value !== undefined) {
      assigned.set(name, at + 1);
      const end = lastLineOf(value.trim(), lines, at);
      if (end === undefined) unclosed.push(at + 1);
      else at = end;
    } else if (!SAYS_NOTHING.test(line)) stray.add(at);
  }
  const sound = lines.filter((_, at) => !stray.has(at)).join('\n');
  return { variables: parseEnv(sound), lines: assigned, stray: [...stray].map((at) => at + 1), unclosed };
}

/** Where a value that begins on a line ends: one in quotes may go on for several; undefined: they do not end. */
function lastLineOf(value: string, lines: readonly string[], at: number): number | undefined {
  const quote = /^["'`]/.exec(value)?.[0];
  if (quote === undefined || value.includes(quote, 1)) return at;
  const end = lines.findIndex((line, i) => i > at && line.includes(quote));
  return end < 0 ? undefined : end;
}
