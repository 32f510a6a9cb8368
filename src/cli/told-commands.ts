import { type SameAsHere, optionText, storeOption as storeNamed } from '../terminal.ts';
import { STORE } from './options.ts';
import { PROVIDER } from './provider-options.ts';
import type { Given } from './read-line.ts';

/** Options of a run by which it asks the same source, at the same pace. */
const OF_SOURCE = [
  ...Object.keys(PROVIDER),
  'profile',
  'rate-limit',
  'rate-share',
  'state',
  'quota',
  'env-file',
];

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
  return store === STORE.store.default ? '' : storeNamed(store);
}
