import { basename } from 'node:path';
import { grouped } from '../../core/grouped.ts';
import { isTag } from './beside-symbol.ts';
import { isWord } from './name-words.ts';
import { otherNames } from './join-files.ts';
import { isPair } from './ticker-name.ts';
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
 * of that ticker has none, as they may be of two instruments; or where such words stand behind the ticker and in no name of
 * another's file, as they may be the ticker rather. The last of many lines says how many more there are.
 */
export function namedDifferently(filesByTicker: ReadonlyMap<string, readonly NamedFile[]>): string[] {
  const named = [...filesByTicker].map(([ticker, files]) => ({ ticker, files: othersOf(ticker, files) }));
  const all = named.flatMap(({ files }) => [...new Set(files.map((file) => file.others))]);
  const usedBy = new Map([...grouped(all, (words) => words)].map(([words, by]) => [words, by.length]));
  const lines = named.flatMap(({ ticker, files }) => {
    const plain = files.find((one) => one.others === '');
    if (plain !== undefined) return files.length < 2 ? [] : besideLines(ticker, plain.name, files);
    const first = files.find((one) => usedBy.get(one.others) === 1 && mayBeOf(one, ticker));
    return first === undefined ? [] : [aloneLine(ticker, first)];
  });
  const more = lines.length - SHOWN;
  return more > 0
    ? [...lines.slice(0, SHOWN), `and ${more} more files of whose names a part is not read`]
    : lines;
}

/** The name of a file, and its words in capitals that say neither its ticker nor how it is made. */
interface Named {
  readonly name: string;
  readonly others: string;
}

function othersOf(ticker: string, files: readonly NamedFile[]): Named[] {
  return files
    .filter(({ kind }) => NAMED_AFTER_ONE.has(kind))
    .map(({ path }) => ({ name: basename(path), others: wordsBeside(path, ticker) }));
}

function besideLines(ticker: string, plain: string, files: readonly Named[]): string[] {
  const firsts = new Map(files.toReversed().map((one) => [one.others, one]));
  firsts.delete('');
  return [...firsts.values()]
    .toReversed()
    .map(
      (one) =>
        `read as one with ${plain}, as ${ticker}: ${one.name} (rename it if its ${one.others} is another instrument)`,
    );
}

/** Whether what stands behind a ticker in a name, and is no currency, may be what the file is of. */
function mayBeOf({ name, others: words }: Named, ticker: string): boolean {
  const [symbol = ''] = ticker.split(/[^A-Z0-9]/);
  return name.startsWith(symbol) && words.split(' ').some((word) => !isPair('USD', word));
}

function aloneLine(ticker: string, { name, others: words }: Named): string {
  return `read as ${ticker}: ${name} (rename it if its ${words} is the instrument)`;
}

/** What a name says besides, but for where the ticker trades. */
function wordsBeside(path: string, ticker: string): string {
  return otherNames(path, ticker)
    .split(' ')
    .filter(
      (word) => suffixOfPlace(word, ticker) === undefined && !isWord(word.toLowerCase()) && !isTag(word),
    )
    .join(' ');
}
