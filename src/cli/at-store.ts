import { STORE } from './options.ts';

/** A command within a line: what it is followed by where it is no word of a sentence. */
const COMMAND = /\bbackfill (?=--|actions )/g;

/**
 * A line with the commands that it proposes as they can be pasted: with the store that was read, where it is not the
 * default.
 */
export function atStore(line: string, store: string): string {
  return line.replaceAll(COMMAND, () => `backfill${storeOption(store)} `);
}

/** What names a store in a command, after a space, as a shell reads it; nothing for the default one. */
export function storeOption(store: string): string {
  if (store === STORE.store.default) return '';
  const shown = /^[\w./:@%+-]+$/.test(store) ? store : `'${store.replaceAll("'", String.raw`'\''`)}'`;
  return ` --store ${shown}`;
}
