import type { Block } from './blocks.ts';

/** A command line of a block. */
export interface CommandLine {
  /** Number of its line in the README. */
  readonly line: number;
  readonly text: string;
}

/** Minute, hour, day, month and day of the week of a line for cron. */
const SCHEDULE = /^(?:[\d*/,-]+\s+){5}/;

/** The command lines of a block: without comments, joined where a line ends with a backslash, and of cron's lines the command. */
export function commandLinesOf({ line, text }: Block): CommandLine[] {
  const lines: CommandLine[] = [];
  let begun: CommandLine | undefined;
  for (const [i, raw] of text.split('\n').entries()) {
    const joined = begun === undefined ? raw.trim() : `${begun.text} ${raw.trim()}`;
    const at: number = begun?.line ?? line + i;
    if (joined.endsWith('\\')) {
      begun = { line: at, text: joined.slice(0, -1).trimEnd() };
      continue;
    }
    begun = undefined;
    if (joined !== '' && !joined.startsWith('#'))
      lines.push({ line: at, text: joined.replace(SCHEDULE, '') });
  }
  if (begun !== undefined) throw new Error(`line ${begun.line} goes on after its block`);
  return lines;
}
