import { basename } from 'node:path';
import { isWord } from './name-words.ts';
import { otherNames } from './join-files.ts';
import { suffixOfPlace } from './venues.ts';

/** A file of a ticker, and what it is. */
interface NamedFile {
  readonly path: string;
  readonly kind: string;
}

/** Files whose names say of what their rows are. */
const NAMED_AFTER_ONE: ReadonlySet<string> = new Set(['table', 'zipped-table', 'lean-table']);

/** Lines that are told. */
const SHOWN = 20;

/**
 * A line for each file whose name has words in capitals that say neither its ticker nor how it is made, where another one
 * of that ticker has none: they may be of two instruments. The last of many lines says how many more there are.
 */
export function namedDifferently(filesByTicker: ReadonlyMap<string, readonly NamedFile[]>): string[] {
  const lines = [...filesByTicker].flatMap(([ticker, files]) =>
    files.length < 2 ? [] : linesOf(ticker, files),
  );
  const more = lines.length - SHOWN;
  return more > 0
    ? [...lines.slice(0, SHOWN), `and ${more} more files that are read as one with another`]
    : lines;
}

function linesOf(ticker: string, files: readonly NamedFile[]): string[] {
  const named = files
    .filter(({ kind }) => NAMED_AFTER_ONE.has(kind))
    .map(({ path }) => ({ name: basename(path), others: others(path, ticker) }));
  const plain = named.find((one) => one.others === '');
  if (plain === undefined) return [];
  const firsts = new Map(named.toReversed().map((one) => [one.others, one]));
  firsts.delete('');
  return [...firsts.values()]
    .toReversed()
    .map(
      (one) =>
        `read as one with ${plain.name}, as ${ticker}: ${one.name} (rename it if its ${one.others} is another instrument)`,
    );
}

/** What a name says besides, but for where the ticker trades. */
function others(path: string, ticker: string): string {
  return otherNames(path, ticker)
    .split(' ')
    .filter((word) => suffixOfPlace(word, ticker) === undefined && !isWord(word.toLowerCase()))
    .join(' ');
}
