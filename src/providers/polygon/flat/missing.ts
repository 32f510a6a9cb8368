import type { BackfillError } from '../../../core/errors.ts';
import type { FlatFile } from './files.ts';

/** A file of which nothing came. */
export interface Missing {
  readonly file: FlatFile;
  readonly why: string;
  /** Of one that is there, and cannot be read. */
  readonly error?: BackfillError;
}

/** Files that are told of by name of which nothing came. */
const MOST_TOLD = 3;

/** Why nothing came of some files: by name of the first of those that are there and of those that are not. */
export function whyLacking(files: readonly Missing[]): string {
  const damaged = files.filter(({ error }) => error !== undefined);
  const absent = files.filter(({ error }) => error === undefined);
  return [told(damaged, (more) => `, nor can ${more} more`), told(absent, (more) => `, nor of ${more} more`)]
    .filter((text) => text !== '')
    .join('; ');
}

function told(files: readonly Missing[], others: (more: number) => string): string {
  const named = files.slice(0, MOST_TOLD).map(({ why }) => why);
  const more = files.length - named.length;
  return named.join('; ') + (more > 0 ? others(more) : '');
}
