import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type CalendarFacts,
  parseClosures,
  exceptionalTimes,
  extraHours,
  inForce,
  minutesOf,
  rulesOf,
} from '../../../src/core/calendar/facts.ts';
import { SessionDays } from '../../../src/core/calendar/session-days.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';

const FOLDER = new URL('../../../src/core/calendar/data/', import.meta.url);
const MICS = readdirSync(FOLDER)
  .filter((name) => /^[A-Z]{4}\.ts$/.test(name))
  .map((name) => name.slice(0, 4));

async function factsOf(mic: string): Promise<CalendarFacts> {
  const module: Readonly<Record<string, CalendarFacts>> = await import(new URL(`${mic}.ts`, FOLDER).href);
  const facts = module[mic];
  if (facts === undefined) throw new Error(`${mic}.ts does not export ${mic}`);
  return facts;
}

describe('reading facts', () => {
  it('reads closed days and exceptional times by line', () => {
    const days = parseClosures(`
      2024 01-01 12-25
      2025 01-01
    `);
    expect(days.map(formatDay)).toEqual(['2024-01-01', '2024-12-25', '2025-01-01']);
    expect(parseClosures('')).toEqual([]);
    expect([...exceptionalTimes('\n  2024 13:00 07-03 11-29\n  2025 09:32 01-02\n')]).toEqual([
      [parseDay('2024-07-03'), 780],
      [parseDay('2024-11-29'), 780],
      [parseDay('2025-01-02'), 572],
    ]);
  });

  it('reads rules and extra sessions by line', () => {
    const text = `
      2002-01-01 12:00 13:30
      2020-03-30 none
    `;
    const rules = rulesOf(text, (words) => words.join('-'));
    expect(rules).toEqual([
      { from: parseDay('2002-01-01'), value: '12:00-13:30' },
      { from: parseDay('2020-03-30'), value: 'none' },
    ]);
    expect(inForce(rules, parseDay('2020-03-29'))).toBe('12:00-13:30');
    expect(inForce(rules, parseDay('2020-03-30'))).toBe('none');
    expect(inForce(rules, parseDay('1999-12-31'))).toBe('12:00-13:30');
    expect(inForce([], 0)).toBeUndefined();
    expect([...extraHours('2012 15:45 17:00 11-13 11-14')]).toEqual([
      [parseDay('2012-11-13'), { start: 945, end: 1020 }],
      [parseDay('2012-11-14'), { start: 945, end: 1020 }],
    ]);
  });

  it('refuses a date that does not exist', () => {
    expect(() => parseClosures('2025 02-29')).toThrow(expect.objectContaining({ code: 'invalid-date' }));
  });

  it('counts minutes up to 24:00', () => {
    expect(['00:00', '09:30', '24:00'].map(minutesOf)).toEqual([0, 570, 1440]);
  });
});

describe.each(MICS)('facts of %s', (mic) => {
  it('name their exchange', async () => {
    expect((await factsOf(mic)).id).toBe(mic);
  });

  it('list closures once, ascending, and only on days that would be sessions', async () => {
    const facts = await factsOf(mic);
    const days = parseClosures(facts.closures);
    expect(days).toEqual([...new Set(days)].toSorted((a, b) => a - b));
    const week = new SessionDays({ ...facts, closures: '' });
    expect(days.filter((day) => !week.isSession(day)).map(formatDay)).toEqual([]);
  });

  it('list rules ascending, in the words of their kind', async () => {
    const facts = await factsOf(mic);
    const time = '([01]\\d|2[0-3]):[0-5]\\d';
    const weekday = '(Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
    const kinds = [
      [facts.weeks, '[01]{7}'],
      [facts.open, time],
      [facts.close, time],
      [facts.closingCall, time],
      [facts.weekdayCloses, `${weekday} ${time}`],
      [facts.breaks, `(${time} ${time}|none)`],
      [facts.weekdayBreaks, `${weekday} ${time} ${time}`],
    ] as const;
    for (const [text = '', form] of kinds) {
      const rules = rulesOf(text, (words) => words.join(' '));
      expect(rules.map(({ from }) => from)).toEqual(rules.map(({ from }) => from).toSorted((a, b) => a - b));
      for (const { value } of rules) expect(value).toMatch(new RegExp(`^${form}$`));
    }
    for (const text of [facts.weeks, facts.open, facts.close]) expect(text).not.toBe('');
  });

  it('give exceptional times to sessions only', async () => {
    const facts = await factsOf(mic);
    const sessions = new SessionDays({ ...facts, extraSessions: '' });
    for (const text of [facts.earlyCloses, facts.lateOpens, facts.lateCloses ?? '']) {
      const times = exceptionalTimes(text);
      expect(times.size).toBe(text.match(/ \d\d-\d\d/g)?.length ?? 0);
      for (const [day, minutes] of times) {
        expect(sessions.isSession(day), formatDay(day)).toBe(true);
        expect(minutes).toBeGreaterThan(9 * 60);
        expect(minutes).toBeLessThan(17 * 60);
      }
    }
  });

  it('give each extra session once', async () => {
    const { extraSessions = '' } = await factsOf(mic);
    expect(extraHours(extraSessions).size).toBe(extraSessions.match(/ \d\d-\d\d/g)?.length ?? 0);
  });
});
