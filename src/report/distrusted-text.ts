import { grouped } from '../core/grouped.ts';
import type { SetAside } from '../store/scan.ts';
import { formatCount } from './table.ts';

/** Files that are named of those with one reason. */
const NAMED_FILES = 2;

/** A line for a file that could not be read: whether it was moved out of the way, or lies where it was. */
export function setAsideLine({ path, reason, isLeft }: SetAside): string {
  return isLeft === true ? `cannot read ${path}: ${reason}` : `set aside ${path}: ${reason}`;
}

/** A line for an answer for a whole market that was damaged since a run collected it. */
export function damagedAnswerLine({ path, reason }: Pick<SetAside, 'path' | 'reason'>): string {
  return `set aside ${path}: ${reason}; what is wanted of it is asked for again`;
}

/** A line for a file that is damaged and was not moved. */
export function damagedLine(file: SetAside): string {
  return file.isLeft === true ? setAsideLine(file) : `damaged ${file.path}: ${file.reason}`;
}

/** A line for a file that was set aside before, or is gone, and of which not all is stored again. */
export function lostLine({ path, reason }: Pick<SetAside, 'path' | 'reason'>): string {
  return `not there: ${path}: ${reason}`;
}

/** Which files of a series cannot be read, and what brings back what they held; undefined where all can. */
export function unreadableText(paths: readonly string[]): string | undefined {
  const [first] = paths;
  if (first === undefined) return undefined;
  const [more, are, held] =
    paths.length === 1 ? ['', 'is', 'it'] : [` and ${formatCount(paths.length - 1)} more`, 'are', 'they'];
  return `${first}${more} ${are} damaged; the same backfill again fetches what ${held} held`;
}

/** A line for each reason not to believe what files say of themselves, with how many they are. */
export function distrustedLines(files: readonly Pick<SetAside, 'path' | 'reason'>[]): string[] {
  return [...grouped(files, ({ reason }) => reason)].map(([reason, alike]) => {
    const named = alike.slice(0, NAMED_FILES).map(({ path }) => path);
    const rest = alike.length - named.length;
    const paths = [...named, ...(rest > 0 ? [`and ${formatCount(rest)} more`] : [])].join(', ');
    const [their, what] =
      alike.length === 1 ? ['Its', 'it says of itself'] : ['Their', 'they say of themselves'];
    const result = `${their} rows count, and sessions without one are asked for again`;
    return `not believed: ${paths}: ${reason}. ${result}; backfill doctor --fix writes anew what ${what}`;
  });
}
