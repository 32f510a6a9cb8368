import type { Page } from '../../http/steps.ts';
import type { FlatFile } from './files.ts';

/** Why a file did not come, before its month's listing is read to its end. */
export interface Doubt {
  readonly is: 'missing' | 'forbidden';
  /** Keys of that month, as far as they were listed. */
  readonly keys: readonly string[];
  readonly token: string | null;
  /** The newest file, of which a byte is asked for instead. Default: the month is listed. */
  readonly newest?: FlatFile;
}

export const FORBIDDEN: Doubt = { is: 'forbidden', keys: [], token: null };

/** What a page of a listing that goes on brought; nothing of what is no such page. */
export function listedIn({ keys, token }: Doubt, before: Doubt | null): Pick<Page<Doubt>, 'reaches'> {
  if (token === null) return {};
  return { reaches: new Map(keys.slice(before?.keys.length ?? 0).map((key) => [key, 0])) };
}
