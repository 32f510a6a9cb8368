import { BackfillError } from '../index.ts';
import type { Spelling } from '../terminal.ts';

/** Where an option is not called on the line as in the library. */
const FLAGS: Readonly<Record<string, string>> = { to: 'out', stateFolder: 'state', quotaUrl: 'quota' };

/** `--as-of` of `asOf`. */
export const asFlag: Spelling = (name) =>
  `--${FLAGS[name] ?? name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** What an error says, with options as a line has them; of a bug its own words. */
export function messageInFlags(error: Error): string {
  return error instanceof BackfillError ? error.messageFor(asFlag) : error.message;
}
