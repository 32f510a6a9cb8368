import { unreadable } from '../errors.ts';

/** No line of a file is longer, in characters: those of trades, the longest that there are, have a few hundred. */
const LONGEST_LINE = 65_536;

/**
 * What is left behind the last line that ended, for the next part to go on with. Throws `bad-answer` (retryable) for one that
 * is too long to be of a file: held and searched again with each part, it would take ever longer, to the end of its body.
 */
export function lineBegun(text: string, from: number, key: string): string {
  if (text.length - from > LONGEST_LINE)
    throw unreadable(`${key} has a line of more than ${LONGEST_LINE} characters`);
  return text.slice(from);
}
