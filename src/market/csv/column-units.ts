import { quoted } from '../../core/quoted.ts';
import { malformed } from './records.ts';

/** What is in brackets behind the name of a column. */
const IN_BRACKETS = /[([]([^)\]]*)[)\]]/;

/** What numbers are counted in, alone in brackets. */
const UNITS =
  /^(in|x|×|of)? ?('?0{2,}'?s?|1[,.' ]?0{2,}s?|10\^?\d+|1e\d+|k|m|mm|mn|mln|mio|mil|b|bn|lots?|units? of .*|¢|c|cts?|p|%|percent|bps)$/;
/** The same, as words that mean nothing else. */
const WORDS =
  /(^|[^a-z])(thousands?|thsd|tsd|millions?|mio|mln|billions?|lakhs?|lacs?|crores?|hundreds?|round lots|lots|cents?|pence|pennies|'?000'?s?)($|[^a-z])/;

/** Whether the name of a column of prices or volumes says that its numbers are no prices and no single shares. */
export function saysUnit(name: string): boolean {
  const [text, inside] = [name.toLowerCase(), IN_BRACKETS.exec(name.toLowerCase())?.[1]?.trim()];
  if (inside !== undefined && (UNITS.test(inside) || WORDS.test(inside))) return true;
  return /^vol(ume)?[^a-z]/.test(text) && WORDS.test(text);
}

/** Refuses a header of whose columns one, that is read, is of another unit. Throws `usage` with its line. */
export function assertUnits(path: string, line: number, inUnits: readonly string[]): void {
  const [name] = inUnits;
  if (name === undefined) return;
  const isVolume = /vol/i.test(name);
  const way = isVolume
    ? 'write each in full, in shares, and call it "volume"'
    : `write prices in what the ticker is quoted in, and call them by their name alone`;
  throw malformed(path, line, `its column ${quoted(name)} says that its numbers are of another unit: ${way}`);
}
