import { isExchangeSuffix } from './calendar/calendars.ts';
import { BackfillError } from './errors.ts';

const LONGEST = 32;

/**
 * A user's ticker in canonical form: trimmed, in upper case, a share class after a dash (`brk.b` becomes `BRK-B`, as
 * `B` names no exchange; `VOD.L` stays, as `L` does). Throws `invalid-ticker` for anything but 1 to 32 of
 * `A-Z 0-9 ^ . - = / & _` that starts with a letter, a digit or `^`, has a letter or digit, and no empty part at a dot.
 */
export function parseTicker(text: string): string {
  const trimmed = text.trim();
  // Checked before the upper case, which would turn some other alphabets' letters into ours.
  const valid =
    trimmed.length <= LONGEST &&
    /^[a-z0-9^][a-z0-9^.\-=/&_]*$/i.test(trimmed) &&
    /[a-z0-9]/i.test(trimmed) &&
    !/\.(\.|$)/.test(trimmed);
  if (!valid) {
    throw new BackfillError(
      'invalid-ticker',
      `${shown(text)} is not a ticker; one looks like AAPL, AIR.PA, BRK-B, BTC-USD, EURUSD=X or ^GSPC`,
    );
  }
  return trimmed
    .toUpperCase()
    .replace(/\.([A-Z])$/, (part, letter: string) => (isExchangeSuffix(letter) ? part : `-${letter}`));
}

/** Anything as one printable line: shortened, with control and other invisible characters escaped. */
function shown(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  const escaped = short.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return `"${escaped}"`;
}
