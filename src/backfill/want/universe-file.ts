import { existsSync } from 'node:fs';
import { BackfillError } from '../../core/errors.ts';
import { option } from '../../core/option-name.ts';
import type { Member } from '../../core/universe/member.ts';
import { membersInJson } from '../../core/universe/members-json.ts';
import { membersInText } from '../../core/universe/members-text.ts';
import { isPattern, matchingFiles } from '../../market/matching-files.ts';
import { isStdin, readPipedText } from '../../market/piped-text.ts';

export interface ReadingFiles {
  /** How a message names a file. Default: as of the option `tickers`, `@PATH`. */
  readonly calls?: (path: string) => string;
  /** Aborted: wait no longer for tickers that come through a pipe. */
  readonly stop?: AbortSignal | undefined;
}

const inTickers = (path: string): string => `${option('tickers')} @${path}`;

/**
 * The members in a user's file: JSON by its name or its first sign, a table by its name (`.csv`, `.tsv`), else a plain list; or
 * in all files that a pattern means (`lists/*.json`), in the order of their names. Throws `usage`, with a line for each entry
 * that is none.
 */
export async function readTickersFiles(
  path: string,
  { calls = inTickers, stop }: ReadingFiles = {},
): Promise<readonly Member[]> {
  const isMany = isPattern(path) && !existsSync(path);
  const paths = isMany ? await matchingFiles(path) : [path];
  if (paths.length === 0) throw new BackfillError('usage', `${calls(path)}: no file matches`);
  const members: Member[] = [];
  for (const one of paths) for (const member of await membersAt(one, calls(one), stop)) members.push(member);
  return members;
}

async function membersAt(path: string, called: string, stop?: AbortSignal): Promise<readonly Member[]> {
  const text = await readPipedText(path, called, stop);
  return someIn(await membersIn(text, path, called), called, isStdin(path) ? 'on standard input' : undefined);
}

/** The members, if there are any; `where`: what they were looked for in. Throws `usage`. */
export function someIn(members: readonly Member[], called: string, where = 'in the file'): readonly Member[] {
  if (members.length > 0) return members;
  throw new BackfillError('usage', `${called}: there is no ticker ${where}`);
}

async function membersIn(text: string, path: string, called: string): Promise<Member[]> {
  if (/\.json$/i.test(path) || /^\uFEFF?\s*[[{]/.test(text)) return membersInJson(text, called);
  if (!/\.[ct]sv$/i.test(path)) return membersInText(text, called);
  const { membersInCsv } = await import('./members-csv.ts');
  return membersInCsv(text, called) ?? membersInText(text, called);
}
