import { parseArgs } from 'node:util';
import { BackfillError } from '../index.ts';
import { didYouMean, withoutPassword } from '../terminal.ts';
import type { Declaration, Declarations } from './declaration.ts';

/** What stands on a command line, by the names of options; switches are true. */
export type Given = ReadonlyMap<string, true | readonly string[]>;

export interface Line {
  readonly given: Given;
  /** What stands there without an option's name, in order. */
  readonly words: readonly string[];
}

/**
 * Reads a command line by what is declared. An option needs its full name; only a list may be given twice; after `--` all
 * is words. `elsewhere` says to which command an option belongs that this one does not have. Throws `usage`.
 */
export function readLine(
  command: string,
  argv: readonly string[],
  declared: Declarations,
  elsewhere: (name: string) => string | undefined,
): Line {
  const given = new Map<string, true | string[]>();
  const words: string[] = [];
  for (const token of tokensOf(argv, declared)) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const option = declared[token.name];
    if (option === undefined) throw unknownOption(command, rawNameOf(token, argv), declared, elsewhere);
    if (option.type === 'switch') given.set(token.name, assertSwitch(token, argv[token.index + 1]));
    else {
      const before = given.get(token.name) ?? [];
      given.set(token.name, [...(before === true ? [] : before), valueOf(token, declared)]);
    }
  }
  for (const [name, values] of given) assertOnce(name, values, declared[name]);
  return { given, words };
}

/** The words of a line that stand alone, before any `--`, with their places. */
export function wordsOf(
  argv: readonly string[],
  declared: Declarations,
): readonly { readonly value: string; readonly index: number }[] {
  const tokens = tokensOf(argv, declared);
  const end = tokens.find(({ kind }) => kind === 'option-terminator')?.index ?? argv.length;
  return tokens.filter((token) => token.kind === 'positional').filter(({ index }) => index < end);
}

/** The long options of a line by their names, before any `--`. */
export function optionsOf(argv: readonly string[], declared: Declarations): string[] {
  return tokensOf(argv, declared).flatMap((token) =>
    token.kind === 'option' && token.rawName.startsWith('--') ? [token.name] : [],
  );
}

type Token = ReturnType<typeof tokensOf>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

function tokensOf(argv: readonly string[], declared: Declarations) {
  const names = new Map<string, string>();
  const options: Record<string, { type: 'boolean' | 'string'; short?: string }> = {};
  for (const [name, { type, short, alias }] of Object.entries(declared)) {
    const kind = type === 'switch' ? ('boolean' as const) : ('string' as const);
    options[name] = { type: kind, ...(short && { short }) };
    if (alias === undefined) continue;
    options[alias] = { type: kind };
    names.set(alias, name);
  }
  const { tokens } = parseArgs({
    args: withBareValues(argv, declared),
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.map((token) =>
    token.kind === 'option' ? { ...token, name: names.get(token.name) ?? token.name } : token,
  );
}

/** The words of a line, in their places: behind options that stand without the value that they may have is what they are then. */
function withBareValues(argv: readonly string[], declared: Declarations): string[] {
  const end = argv.indexOf('--');
  return argv.map((word, i) => {
    const bare = word.startsWith('--') && (end < 0 || i < end) ? declared[word.slice(2)]?.bare : undefined;
    return bare === undefined || bare.isValue.test(argv[i + 1] ?? '') ? word : `${word}=${bare.value}`;
  });
}

const ANSWERS: ReadonlySet<string> = new Set(['true', 'false', 'yes', 'no', 'on', 'off', '0', '1']);

function assertSwitch({ rawName, value }: OptionToken, next: string | undefined): true {
  const answer = value ?? (next !== undefined && ANSWERS.has(next) ? next : undefined);
  if (answer === undefined) return true;
  throw new BackfillError(
    'usage',
    `${rawName} ${answer}: it takes no value; it is on where it is given, and off where it is not`,
  );
}

function valueOf(token: OptionToken, declared: Declarations): string {
  const { name, rawName, value, inlineValue } = token;
  const example = declared[name]?.value ?? 'VALUE';
  const isOption = !inlineValue && value !== undefined && /^--?[a-z]/i.test(value);
  if (value === undefined || (isOption && isKnown(value, declared)))
    throw new BackfillError('usage', `${rawName} needs a value: ${rawName} ${example}`);
  if (value.trim() === '')
    throw new BackfillError('usage', `${rawName} is empty; give it a value, or leave it out`);
  // A negative number is judged by who reads it; anything else may be an option that was forgotten.
  if (!inlineValue && /^-./.test(value) && !/^-\d+$/.test(value)) {
    throw new BackfillError(
      'usage',
      `${rawName} ${value}: a value that begins with a dash is written ${rawName}=${value}`,
    );
  }
  return value;
}

function isKnown(word: string, declared: Declarations): boolean {
  const [name = ''] = word.replace(/^--?/, '').split('=');
  return Object.entries(declared).some(([key, { short }]) =>
    word.startsWith('--') ? key === name : short === name[0],
  );
}

function assertOnce(
  name: string,
  values: true | readonly string[],
  declaration: Declaration | undefined,
): void {
  if (values === true || values.length < 2 || declaration?.joined || declaration?.type === 'list') return;
  throw new BackfillError(
    'usage',
    `--${name} is given ${values.length} times (${values.map((value) => withoutPassword(value)).join(', ')}); give it once`,
  );
}

/** An option as it was written: `-days`, which is read as four short ones, was meant for one. */
function rawNameOf({ rawName, index }: OptionToken, argv: readonly string[]): string {
  const [written = rawName] = (argv[index] ?? rawName).split('=');
  return /^-[a-z]{2}/i.test(written) ? written : rawName;
}

function unknownOption(
  command: string,
  written: string,
  declared: Declarations,
  elsewhere: (name: string) => string | undefined,
): BackfillError {
  const name = written.replace(/^--?/, '');
  const near = name.length > 1 ? didYouMean(name, Object.keys(declared), '--') : shortMeant(name, declared);
  const other = written.startsWith('--') ? elsewhere(name) : undefined;
  if (other !== undefined) return new BackfillError('usage', `${written} ${other}${near}`);
  const denied = name.replace(/^no-/, '');
  if (denied !== name && declared[denied]?.type === 'switch')
    return new BackfillError(
      'usage',
      `there is no option ${written}; --${denied} is off where it is not given`,
    );
  return new BackfillError(
    'usage',
    `there is no option ${written}; ${command} --help lists the options${near}`,
  );
}

/** `-v` for `-V`. */
function shortMeant(name: string, declared: Declarations): string {
  const shorts = Object.values(declared).flatMap(({ short }) => short ?? []);
  const other = shorts.find((short) => short.toLowerCase() === name.toLowerCase());
  return other === undefined ? '' : `; did you mean -${other}?`;
}
