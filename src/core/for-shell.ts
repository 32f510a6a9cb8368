import { withoutPassword } from './without-password.ts';

/** A word as a shell takes it for one. */
export function quotedForShell(value: string): string {
  const isPlain = /^[\w./:@%+=,-]+$/.test(value);
  return isPlain ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command as it can be pasted: what is asked of `backfill`, and with which queue and store, without their passwords. */
export function queueCommand(
  asked: string,
  { queue, store }: { readonly queue: string; readonly store?: string },
): string {
  const options = [`--queue ${quotedForShell(withoutPassword(queue))}`];
  if (store !== undefined) options.push(`--store ${quotedForShell(withoutPassword(store))}`);
  return `backfill ${asked} ${options.join(' ')}`;
}
