import { readFileSync } from 'node:fs';
import { type Day, formatDay, parseDay } from '../../../src/core/session/day.ts';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** One exchange in one year: hours by date of every day of the year that is a session. */
export interface Year {
  readonly id: string;
  readonly year: number;
  readonly sessions: ReadonlyMap<string, string>;
}

/** Every exchange of `expected-sessions.txt`, year by year. */
export const YEARS = readFileSync(new URL('expected-sessions.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .reduce<string[][]>((blocks, line) => {
    if (line.startsWith(' ')) blocks.at(-1)?.push(line.trim());
    else blocks.push([line]);
    return blocks;
  }, [])
  .map(yearOf);

/** A block of the file, written out day by day. */
function yearOf([head = '', ...exceptions]: readonly string[]): Year {
  const [, id = '', year = '', week = ''] = /^([A-Z]{4}) (\d{4}): (.*)$/.exec(head) ?? [];
  const usual = new Map(
    week.split(', ').flatMap((part) => {
      const words = part.split(' ');
      const hours = words.filter((word) => word.includes(':')).join(' ');
      return words.filter((word) => WEEKDAYS.includes(word)).map((word) => [word, hours] as const);
    }),
  );
  const sessions = new Map<string, string>();
  for (const day of daysOf(Number(year))) {
    const hours = usual.get(weekdayOf(day));
    if (hours !== undefined) sessions.set(formatDay(day), hours);
  }
  // The closed days come first, so that a stretch of sessions leaves them out.
  for (const line of exceptions) except(sessions, year, line.split(' '));
  return { id, year: Number(year), sessions };
}

/** Changes the sessions that a line names: `closed DATES` or `HOURS DATES`. */
function except(sessions: Map<string, string>, year: string, words: readonly string[]): void {
  const isHours = (word: string): boolean => word.includes(':') || word === 'closed';
  const hours = words.filter(isHours).join(' ');
  for (const dates of words.filter((word) => !isHours(word))) {
    const [from = '', to] = dates.split('..').map((date) => `${year}-${date}`);
    if (to === undefined && hours === 'closed') sessions.delete(from);
    else if (to === undefined) sessions.set(from, hours);
    else for (const date of sessions.keys()) if (date >= from && date <= to) sessions.set(date, hours);
  }
}

export function daysOf(year: number): Day[] {
  const first = parseDay(`${year}-01-01`);
  return Array.from({ length: parseDay(`${year + 1}-01-01`) - first }, (_, i) => first + i);
}

function weekdayOf(day: Day): string {
  return WEEKDAYS[new Date(day * 86_400_000 - 86_400_000).getUTCDay()] ?? '';
}
