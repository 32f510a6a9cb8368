import { BackfillError } from '../index.ts';
import { readTextFileIfAny } from '../terminal.ts';
import { readEnvironment } from './environment-file.ts';
import { tell } from './output.ts';

/** A variable that says something, and where it stands in full: `BACKFILL_DAYS in .env line 3`. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly source: string;
}

/** The variables of the environment as the program was given it, and those of a file. Empty ones are left out. */
export interface Variables {
  readonly given: readonly Variable[];
  /** `isHidden`: it is given as well, be it empty. */
  readonly filed: readonly (Variable & { readonly isHidden: boolean })[];
}

const ENVIRONMENT_FILE = '.env';

/** Variables of `process.env` that stand in a file, and were not given. */
const filled = new Map<string, Variable>();

/** By path: what was read, once. */
const loaded = new Map<string, Variables>();

/**
 * Reads the file `named`, or `.env` if there is one. What it says and is not given goes into `process.env`, where the
 * library looks for keys. A line that is no variable is named by its number: it may be a secret. Throws `usage` for a file
 * that is named and not there, and for a quote that is not closed.
 */
export function loadVariables(named?: string): Variables {
  const path = named ?? ENVIRONMENT_FILE;
  const variables = loaded.get(path) ?? readVariables(path, named !== undefined);
  loaded.set(path, variables);
  return variables;
}

function readVariables(path: string, isNamed: boolean): Variables {
  const given = Object.entries(process.env).flatMap(([name, value = '']) =>
    value === '' ? [] : [{ name, value, source: name }],
  );
  const content = readTextFileIfAny(path, isNamed ? `--env-file ${path}` : path);
  if (content === undefined && isNamed)
    throw new BackfillError('usage', `--env-file ${path}: there is no such file`);
  const { variables, lines, stray, unclosed } = readEnvironment(content ?? '');
  const [open] = unclosed;
  if (open !== undefined)
    throw new BackfillError(
      'usage',
      `${path} line ${open}: the quote that its value begins with is not closed`,
    );
  for (const line of stray) tell(`warning: ${path} line ${line} is left out: it is no NAME=VALUE`);
  const filed = Object.entries(variables).flatMap(([name, value = '']) => {
    const isHidden = process.env[name] !== undefined;
    return value === ''
      ? []
      : [{ name, value, source: `${name} in ${path} line ${lines.get(name)}`, isHidden }];
  });
  for (const variable of filed) {
    if (variable.isHidden) continue;
    process.env[variable.name] = variable.value;
    filled.set(variable.name, variable);
  }
  return { given, filed };
}

/** Has a program begin with what it reads itself, whatever one before it in this process read. */
export function forgetVariables(): void {
  filled.clear();
  loaded.clear();
}

/** Where a variable of `process.env` stands in full. */
export function sourceOfVariable(name: string): string {
  return filled.get(name)?.source ?? name;
}
