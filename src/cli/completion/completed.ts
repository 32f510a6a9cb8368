import type { Command } from '../command.ts';
import { ALWAYS, type Declaration, wordName } from '../declaration.ts';

/** Ids of what lies in a store. */
export interface OfferedIds {
  readonly is: 'ids';
  /** The command whose list has them. */
  readonly command: string;
  /** Words that stand for one. */
  readonly words: readonly string[];
  /** What stands right behind the command instead; none: an id may. */
  readonly verbs: readonly string[];
}

/** What a shell offers where a value is due: these words, ids, names of the disk, those behind an `@`, or nothing. */
export type Offer =
  | { readonly is: 'words'; readonly words: readonly string[]; readonly withCommas: boolean }
  | OfferedIds
  | { readonly is: 'files' | 'folders' | 'lists' | 'nothing' };

/** An id as a list of the program begins its lines with, as an extended regular expression. */
export const ID_PATTERN = '^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}';

/** One option as a shell completes it. */
export interface CompletedOption {
  /** Without dashes. */
  readonly name: string;
  readonly short: string | undefined;
  readonly describe: string;
  /** What the help calls its value, and what is offered for it; undefined: it takes none. */
  readonly value: { readonly called: string; readonly offer: Offer } | undefined;
}

/** One command as a shell completes it. */
export interface CompletedCommand {
  /** Empty for the one without a name. */
  readonly name: string;
  readonly describe: string;
  readonly options: readonly CompletedOption[];
  /** What is offered for words that stand alone. */
  readonly words: Offer;
}

/** What shells complete of commands, the one without a name first. */
export function completedCommands([main, ...others]: readonly [Command, ...Command[]]): CompletedCommand[] {
  return [completed(main, ''), ...others.map((one) => completed(one, one.name))];
}

function completed({ describe, options }: Command, name: string): CompletedCommand {
  const all = Object.entries<Declaration>({ ...options, ...ALWAYS });
  const word = all.find(([, declaration]) => declaration.word !== undefined);
  return {
    name,
    describe,
    options: all.filter(([, declaration]) => declaration.word !== 'one').map(completedOption),
    words: word === undefined ? { is: 'nothing' } : offerOf(word[1]),
  };
}

function completedOption([name, declaration]: readonly [string, Declaration]): CompletedOption {
  const { short, describe, type, bare } = declaration;
  const value =
    // Behind one that may stand without its value something else may follow.
    type === 'switch' || bare !== undefined
      ? undefined
      : { called: wordName('value', declaration), offer: offerOf(declaration) };
  return { name, short, describe, value };
}

function offerOf({ choices, offers, idsOf, isList, value = '' }: Declaration): Offer {
  const words = choices ?? offers;
  if (idsOf !== undefined) return { is: 'ids', ...idsOf, verbs: words ?? [] };
  if (words !== undefined) return { is: 'words', words, withCommas: isList === true };
  return { is: PLACES[value] ?? 'nothing' };
}

/** What the help calls a value that is a name of the disk. */
const PLACES: Readonly<Record<string, 'files' | 'folders' | 'lists'>> = {
  ...{ FILE: 'files', PATH: 'files', TICKERS: 'lists' },
  ...{ FOLDER: 'folders', STORE: 'folders', FROM: 'folders', TO: 'folders' },
};
