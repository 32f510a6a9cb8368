import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../package/checkout.ts';
import { commandLinesOf } from './shell.ts';

/** A row of a table of the README's section “Coming from …”: the code spans of its cells. */
export interface Row {
  readonly title: string;
  /** Number of its line in the README. */
  readonly line: number;
  readonly there: readonly string[];
  readonly here: readonly string[];
  readonly differs: readonly string[];
  /** Whether it says what differs, or why nothing does the same. */
  readonly says: boolean;
  /** How the command lines of `here` end. */
  readonly exit: number;
}

const README = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n');
const FIRST = README.indexOf('## Coming from …');
const LINES = README.slice(FIRST, README.indexOf('## Why these dependencies'));

export const ROWS: readonly Row[] = rowsOf(LINES);

/** What stands as code outside the tables. */
export const IN_PROSE: readonly string[] = LINES.filter((line) => !line.startsWith('|')).flatMap(spansOf);

function rowsOf(lines: readonly string[]): Row[] {
  let title = '';
  return lines.flatMap((text, i): Row[] => {
    if (text.startsWith('#')) title = text.replace(/^#+ /, '');
    if (!text.startsWith('|') || /^\| (there |-)/.test(text)) return [];
    const [there = '', here = '', differs = ''] = text.split(/(?<!\\)\|/).slice(1, -1);
    const exit = Number(/ends with exit code (\d+)/.exec(differs)?.[1] ?? 0);
    const spans = { there: spansOf(there), here: spansOf(here), differs: spansOf(differs) };
    return [{ title, line: FIRST + i + 1, ...spans, says: differs.trim() !== '', exit }];
  });
}

/** The code spans of a text; within a table a bar that parts no cells is escaped. */
function spansOf(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll(String.raw`\|`, '|'));
}

/** What a code span names of ours. */
type Kind =
  | 'compose line'
  | 'command line'
  | 'option'
  | 'variable'
  | 'method'
  | 'entry'
  | 'adapter'
  | 'path'
  | 'words'
  | 'key';

const KINDS: readonly (readonly [Kind, RegExp])[] = [
  // Held against compose.yaml, beside the other lines of the README that are of Docker Compose.
  ['compose line', /^docker compose /],
  ['command line', /(^|\s)(backfill|check-data)(\s|$)/],
  ['option', /^--[a-z]/],
  ['variable', /^[A-Z][A-Z0-9_]*(=\S+)?$/],
  ['method', /^(history\.[a-z][A-Za-z]*|openHistory)$/],
  ['entry', /^backfill\/[a-z]+$/],
  // Of `backfill/qmtl`: classes, and methods of them.
  ['adapter', /^([A-Z]\w*[a-z][A-Z]\w*|Pipeline|Runner|metrics(?=\.))(\.[a-z]\w*)?$/],
  ['path', /^[\w.]*[./][\w./]+$/],
  ['words', /^[A-Z][a-z ]+:?$/],
  ['key', /^[a-z][A-Za-z]*$/],
];

/** Throws for a span that nobody has said how to hold. */
export function kindOf(span: string): Kind {
  const found = KINDS.find(([, shape]) => shape.test(span));
  if (found === undefined) throw new Error(`\`${span}\` is nothing of ours that can be tried`);
  return found[0];
}

/** All spans that name something of ours, of one kind. */
export function oursOf(kind: Kind): string[] {
  const all = [...ROWS.flatMap(({ here, differs }) => [...here, ...differs]), ...IN_PROSE];
  return [...new Set(all.filter((span) => kindOf(span) === kind))];
}

/** A command line of a row. */
export interface Tried {
  readonly line: number;
  readonly text: string;
  readonly exit: number;
}

/** The command lines of the rows, in their order, each once; of one for cron the command. */
export function triedLines(): Tried[] {
  const all = ROWS.flatMap(({ line, here, differs, exit }) => [
    ...here.map((span) => ({ line, span, exit })),
    ...differs.map((span) => ({ line, span, exit: 0 })),
  ]);
  const lines = all.flatMap(({ line, span, exit }) =>
    kindOf(span) === 'command line'
      ? commandLinesOf({ language: 'sh', line, text: span }).map(({ text }) => ({ line, text, exit }))
      : [],
  );
  return lines.filter(({ text }, i) => lines.findIndex((other) => other.text === text) === i);
}
