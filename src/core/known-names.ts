import { didYouMean } from './closest.ts';
import { BackfillError } from './errors.ts';
import { quoted } from './quoted.ts';

/** Each name of what a caller may give: the compiler sees to it that none is forgotten. */
export type Names<T> = Readonly<Record<keyof T, true>>;

/**
 * Throws `usage` for an object with a name that nothing reads. `what`: whose it is, `backfill`. Anything else is left alone.
 */
export function assertKnown(what: string, given: unknown, names: Readonly<Record<string, true>>): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return;
  const known = Object.keys(names);
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (stranger === undefined) return;
  const hint = didYouMean(stranger, known) || `; there are ${known.join(', ')}`;
  throw new BackfillError('usage', `${what} has no option ${quoted(stranger)}${hint}`);
}
