import { BackfillError } from '../../core/errors.ts';
import type { Member } from '../../core/universe/member.ts';
import { membersInJson } from '../../core/universe/members-json.ts';
import { membersInText } from '../../core/universe/members-text.ts';
import { readPipedText } from '../../market/piped-text.ts';

/**
 * The members in a user's file: JSON by its name or its first sign, a table by its name (`.csv`, `.tsv`), else a plain list.
 * Throws `usage`, with a line for each entry that is none.
 */
export async function readTickersFile(path: string, stop?: AbortSignal): Promise<readonly Member[]> {
  const called = `--tickers @${path}`;
  const text = await readPipedText(path, called, stop);
  return someIn(await membersIn(text, path, called), called);
}

/** The members, if there are any. Throws `usage`. */
export function someIn(members: readonly Member[], called: string): readonly Member[] {
  if (members.length > 0) return members;
  throw new BackfillError('usage', `${called}: there is no ticker in the file`);
}

async function membersIn(text: string, path: string, called: string): Promise<Member[]> {
  if (/\.json$/i.test(path) || /^\uFEFF?\s*[[{]/.test(text)) return membersInJson(text, called);
  if (!/\.[ct]sv$/i.test(path)) return membersInText(text, called);
  const { membersInCsv } = await import('./members-csv.ts');
  return membersInCsv(text, called) ?? membersInText(text, called);
}
