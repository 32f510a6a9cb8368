import { TOLD_COMMAND, tied, withoutPassword } from '../terminal.ts';
import { STORE } from './options.ts';
import { PROVIDER } from './provider-options.ts';
import type { Given } from './read-line.ts';

/** Options that a command which is told needs, to speak of the same as the one that tells of it; each after a space. */
export interface SameAsHere {
  /** Of any command. */
  readonly store: string;
  /** Of a run, besides. */
  readonly source: string;
}

/** Options of a run by which it asks the same source, at the same pace. */
const OF_SOURCE = [...Object.keys(PROVIDER), 'profile', 'rate-limit', 'rate-share', 'state', 'env-file'];

/**
 * What the commands need that are told on the way of a line: the store, unless it is the default, and what the line says of the
 * source.
 */
export function sameAsHere(store: string, given: Given): SameAsHere {
  const source = OF_SOURCE.flatMap((name) => {
    const values = given.get(name) ?? [];
    return values === true ? [] : values.map((value) => optionText(name, value));
  });
  return { store: storeOption(store), source: source.join('') };
}

/** What names a store in a command, after a space; nothing for the default one. */
export function storeOption(store: string): string {
  return store === STORE.store.default ? '' : optionText('store', withoutPassword(store));
}

function optionText(name: string, value: string): string {
  return tied(` --${name}${value.startsWith('-') ? '=' : ' '}${quotedForShell(value)}`);
}

/** A word as a shell takes it for one. */
export function quotedForShell(value: string): string {
  const isPlain = /^[\w./:@%+=,-]+$/.test(value);
  return isPlain ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

/** A line with the commands that it tells of as they can be pasted. */
export function asPasted(line: string, { store, source }: SameAsHere): string {
  if (store === '' && source === '') return line;
  return line.replaceAll(TOLD_COMMAND, (program, at: number) => {
    const rest = line.slice(at + program.length);
    if (/^[^;]*\s--store\s/.test(rest)) return program;
    // A run, and not one of another source.
    const asksHere =
      program === 'backfill' && /^\s(?:--|[A-Z\d^])/.test(rest) && !/^\s--provider\s/.test(rest);
    return program + store + (asksHere ? source : '');
  });
}
