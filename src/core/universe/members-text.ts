import type { Member } from './member.ts';
import { readMembers, tickerEntry } from './read-members.ts';

/** The members of a plain list: white space, commas or semicolons between tickers, `#` starts a comment. Throws `usage`. */
export function membersInText(text: string, called: string): Member[] {
  const entries = text.split(/\r\n|\n|\r/).flatMap((line, i) =>
    line
      .replace(/^\uFEFF/, '')
      .replace(/#.*$/, '')
      .split(/[\s,;]+/)
      .filter((part) => part !== '')
      .map((part) => tickerEntry(`line ${i + 1}`, part)),
  );
  return readMembers(entries, called, called);
}
