import { quotedForShell } from '../core/for-shell.ts';
import { withoutPassword } from '../core/without-password.ts';
import { TIE, TOLD_COMMAND, tied } from './page.ts';

/** Options that a command which is told needs, to speak of the same as who tells of it; each after a space. */
export interface SameAsHere {
  /** Of any command. */
  readonly store: string;
  /** Of a run, besides. */
  readonly source: string;
}

/** What names a store in a command, after a space, without a password. */
export function storeOption(store: string): string {
  return optionText('store', store);
}

/** An option in a command, after a space, without a password. */
export function optionText(name: string, value: string): string {
  const shown = withoutPassword(value);
  return tied(` --${name}${shown.startsWith('-') ? '=' : ' '}${quotedForShell(shown)}`);
}

/** A line with the commands that it tells of as they can be pasted. */
export function asPasted(line: string, { store, source }: SameAsHere): string {
  if (store === '' && source === '') return line;
  return line.replaceAll(TOLD_COMMAND, (program, at: number) => {
    const rest = line.slice(at + program.length);
    // What was made so that it can be pasted is not made so once more.
    const isPasted = source !== '' && untied(rest).startsWith(untied(source));
    if (isPasted || /^[^;]*\s--store\s/.test(rest)) return program;
    // A run, and not one of another source.
    const asksHere =
      program === 'backfill' && /^\s(?:--|[A-Z\d^])/.test(rest) && !/^\s--provider\s/.test(rest);
    return program + store + (asksHere ? source : '');
  });
}

function untied(text: string): string {
  return text.replaceAll(TIE, ' ');
}

/** Plain JSON with the commands that its texts tell of as they can be pasted: a page is opened in no folder. */
export function pastedIn<Data>(data: Data, here: SameAsHere): Data {
  return pastedAnywhere(data, here) as Data;
}

function pastedAnywhere(data: unknown, here: SameAsHere): unknown {
  if (typeof data === 'string') return /backfill|check-data/.test(data) ? untied(asPasted(data, here)) : data;
  if (Array.isArray(data)) return data.map((one) => pastedAnywhere(one, here));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, one]) => [name, pastedAnywhere(one, here)]));
}
