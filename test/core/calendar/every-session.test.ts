import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../../src/core/calendar/calendar.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { type Day, formatDay, parseDay } from '../../../src/core/session/day.ts';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** One exchange in one year: hours by date of every day of the year that is a session. */
interface Year {
  readonly id: string;
  readonly year: number;
  readonly sessions: ReadonlyMap<string, string>;
}

const YEARS = readFileSync(new URL('expected-sessions.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .reduce<string[][]>((blocks, line) => {
    if (line.startsWith(' ')) blocks.at(-1)?.push(line.trim());
    else blocks.push([line]);
    return blocks;
  }, [])
  .map(yearOf);

const IDS = [...new Set(YEARS.map(({ id }) => id))];

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

function daysOf(year: number): Day[] {
  const first = parseDay(`${year}-01-01`);
  return Array.from({ length: parseDay(`${year + 1}-01-01`) - first }, (_, i) => first + i);
}

function weekdayOf(day: Day): string {
  return WEEKDAYS[new Date(day * 86_400_000 - 86_400_000).getUTCDay()] ?? '';
}

/** The hours of a session as a clock of its exchange shows them, read by the platform's own zones. */
function hoursReader(calendar: Calendar): (day: Day) => string {
  const clock = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: calendar.zone,
  });
  return (day) => {
    const { open, close, lunch, closingCall } = calendar.session(day);
    const at = (instant: number): string => clock.format(instant);
    const pause = lunch === null ? '' : `${at(lunch.start)} ${at(lunch.end)}-`;
    const call = closingCall === null ? '' : `${at(closingCall)}/`;
    return `${at(open)}-${pause}${call}${at(close)}`;
  };
}

describe('every session of every exchange', () => {
  it('is told of forty-five exchanges in at least seventeen years each', () => {
    expect(IDS).toHaveLength(45);
    for (const id of IDS) {
      expect(YEARS.filter((year) => year.id === id).length, id).toBeGreaterThanOrEqual(17);
    }
  });

  it.each(IDS)('%s opens and closes as its exchange did, on each day of each year', (id) => {
    const calendar = calendarById(id);
    const hoursOf = hoursReader(calendar);
    for (const { year, sessions } of YEARS.filter((each) => each.id === id)) {
      const days = daysOf(year).filter((day) => calendar.isSession(day));
      const told = new Set(days.map((day) => `${formatDay(day)} ${hoursOf(day)}`));
      const expected = new Set([...sessions].map(([date, hours]) => `${date} ${hours}`));
      const unexpected = [...told].filter((session) => !expected.has(session));
      const lacking = [...expected].filter((session) => !told.has(session));
      expect({ unexpected, lacking }).toEqual({ unexpected: [], lacking: [] });
    }
  });
});
