import type { Command } from './command.ts';
import { ALWAYS, type Declaration, type Declarations, wordName } from './declaration.ts';

/** Where names take a larger part of the width than this, what they mean stands under them instead of beside. */
const MOST_FOR_NAMES = 0.45;

/** What `--help` prints of one command of a program, fit for `width` columns. */
export function helpText(
  program: { readonly name: string; readonly main: Command; readonly commands: readonly Command[] },
  command: Command,
  width: number,
): string[] {
  const isMain = command === program.main;
  // As a program of its own a command goes by its own name.
  const said = isMain ? program.name : `${program.name} ${command.name}`;
  const commands = isMain ? program.commands : [];
  return [
    ...wrap(`${command.describe}.`, width, 0),
    '',
    `Usage: ${[said, ...usageWords(command.options), '[options]'].join(' ')}`,
    ...(commands.length > 0 ? [`       ${said} COMMAND [options]`] : []),
    '',
    'Examples:',
    ...command.examples.flatMap(({ does, line }) => [
      ...wrap(`# ${does}`, width, 2),
      `  ${line.replace(`backfill ${command.name}`, said)}`,
    ]),
    ...(commands.length === 0
      ? []
      : [
          '',
          'Commands:',
          ...rows(
            commands.map(({ name, describe }) => [name, describe]),
            width,
          ),
        ]),
    ...optionGroups(command.options, width),
    ...(command.notes === undefined ? [] : ['', ...wrap(command.notes, width, 0)]),
    ...(commands.length === 0
      ? []
      : ['', ...wrap(`${said} COMMAND --help tells more of a command.`, width, 0)]),
  ];
}

function usageWords(options: Declarations): string[] {
  return Object.entries(options).flatMap(([name, declaration]) => {
    const { word, required } = declaration;
    if (word === undefined) return [];
    const called = `${wordName(name, declaration)}${word === 'many' ? '...' : ''}`;
    return [required ? called : `[${called}]`];
  });
}

function optionGroups(options: Declarations, width: number): string[] {
  const groups = new Map<string, (readonly [string, string])[]>();
  for (const [name, declaration] of [...Object.entries(options), ...Object.entries<Declaration>(ALWAYS)]) {
    const isArgument = declaration.word === 'one';
    const title = isArgument ? 'Arguments' : (declaration.group ?? 'Options');
    const row = [isArgument ? wordName(name, declaration) : flag(name, declaration), described(declaration)];
    const listed = groups.get(title) ?? [];
    listed.push(row as [string, string]);
    groups.set(title, listed);
  }
  // What every command has stands last.
  const rest = groups.get('Options');
  groups.delete('Options');
  const all = [...groups, ...(rest === undefined ? [] : [['Options', rest] as const])];
  const left = columnWidth(all.flatMap(([, listed]) => listed));
  return all.flatMap(([title, listed]) => ['', `${title}:`, ...rows(listed, width, left)]);
}

function flag(name: string, { type, short, value, choices }: Declaration): string {
  const long = type === 'switch' ? `--${name}` : `--${name} ${value ?? choices?.join('|') ?? 'TEXT'}`;
  return `${short === undefined ? '    ' : `-${short}, `}${long}`;
}

function described({ describe, default: fallback, otherwise }: Declaration): string {
  const said = otherwise ?? fallback;
  return said === undefined ? describe : `${describe} [default: ${said}]`;
}

const WIDEST = 30;

function columnWidth(listed: readonly (readonly [string, string])[]): number {
  let widest = 0;
  for (const [{ length }] of listed) if (length <= WIDEST) widest = Math.max(widest, length);
  return widest + 4;
}

/** Names with what they mean beside them, or under them where the name is too long or the width too small. */
function rows(
  listed: readonly (readonly [string, string])[],
  width: number,
  left = columnWidth(listed),
): string[] {
  return listed.flatMap(([name, text]) => {
    if (left > width * MOST_FOR_NAMES) return [`  ${name}`, ...wrap(text, width, 8)];
    const lines = wrap(text, width, left);
    const head = `  ${name}`;
    return head.length + 2 > left
      ? [head, ...lines]
      : [`${head.padEnd(left)}${lines[0]?.trimStart()}`, ...lines.slice(1)];
  });
}

/** A text in lines of at most `width` columns, each indented. A word that is longer stands alone. */
function wrap(text: string, width: number, indent: number): string[] {
  const lines: string[] = [];
  // A default stays in one piece where it can.
  const pieces = text.split(/ (?![^[]*\])/);
  const words = pieces.flatMap((piece) => (indent + piece.length > width ? piece.split(' ') : piece));
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${' '.repeat(indent)}${word}`);
  }
  return lines;
}
