import { BackfillError } from '../index.ts';
import type { Command } from './command.ts';

/** Shorter names of options are tickers too: `now`, `out`, `end`. */
const SHORTEST = 4;

/**
 * Throws `usage` for a word among tickers that is an option's name without its dashes, in small letters: `dry-run`,
 * `retry_failed`, `quiet`. In capitals it is a ticker, and so is a shorter one. `commands`: whose options are known beside
 * those of `command`, which takes the words.
 */
export function refuseOptionNames(
  words: readonly string[],
  command: Command,
  commands: readonly Command[],
): void {
  const ofTickers = Object.entries(command.options).some(
    ([name, { word }]) => word !== undefined && /^tickers?$/.test(name),
  );
  if (!ofTickers) return;
  for (const word of words.flatMap((one) => (one.startsWith('@') ? [] : one.split(',')))) {
    const own = optionNamed(word, [command]);
    const name = own ?? optionNamed(word, commands);
    if (name === undefined) continue;
    const whose = commands.filter((one) => namesOf(one).includes(name)).map((one) => one.name);
    const meant =
      own === undefined ? `, but an option of ${whose.join(', ')}: --${name}` : `; did you mean --${name}?`;
    const near = commands.find((one) => one.name.startsWith(word))?.name;
    const or = near === undefined ? '' : ` Or the command ${near}?`;
    throw new BackfillError(
      'usage',
      `"${word}" is no ticker${meant}${or} (for the ticker: --tickers ${word.toUpperCase()})`,
    );
  }
}

function optionNamed(word: string, commands: readonly Command[]): string | undefined {
  const letters = bare(word);
  if (word !== word.toLowerCase() || letters.length < SHORTEST) return undefined;
  return commands.flatMap(namesOf).find((name) => bare(name) === letters);
}

function namesOf({ options }: Command): string[] {
  return Object.entries(options).flatMap(([name, { alias }]) =>
    alias === undefined ? [name] : [name, alias],
  );
}

function bare(name: string): string {
  return name.replaceAll(/[-_]/g, '');
}
