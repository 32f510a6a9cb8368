import { isExchangeSuffix } from '../calendar/calendars.ts';
import { BackfillError } from '../errors.ts';
import { quoted } from '../quoted.ts';
import { withoutPassword } from '../without-password.ts';

const LONGEST = 32;

/**
 * A user's ticker in canonical form: trimmed, in upper case, a share class after a dash (`brk.b` becomes `BRK-B`, as
 * `B` names no exchange; `VOD.L` stays, as `L` does). Throws `invalid-ticker` for anything but 1 to 32 of
 * `A-Z 0-9 ^ . - = / & _` that starts with a letter, a digit or `^`, has a letter or digit, and no empty part at a dot.
 */
export function parseTicker(text: string): string {
  // A caller without types may give anything.
  const given: unknown = text;
  const trimmed = typeof given === 'string' ? given.trim() : '';
  // Checked before the upper case, which would turn some other alphabets' letters into ours.
  const valid =
    trimmed.length <= LONGEST &&
    /^[a-z0-9^][a-z0-9^.\-=/&_]*$/i.test(trimmed) &&
    /[a-z0-9]/i.test(trimmed) &&
    !/\.(\.|$)/.test(trimmed);
  if (!valid) {
    throw new BackfillError(
      'invalid-ticker',
      `${quoted(withoutPassword(String(given)), LONGEST)} is not a ticker; one looks like AAPL, AIR.PA, BRK-B, BTC-USD, EURUSD=X or ^GSPC`,
    );
  }
  return trimmed
    .toUpperCase()
    .replace(/\.([A-Z])$/, (part, letter: string) => (isExchangeSuffix(letter) ? part : `-${letter}`));
}
