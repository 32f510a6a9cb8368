import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type CalendarFacts,
  closedDays,
  exceptionalTimes,
  minutesOf,
} from '../../../src/core/calendar/facts.ts';
import { formatDay, parseDay } from '../../../src/core/day.ts';

const FOLDER = new URL('../../../src/core/calendar/data/', import.meta.url);
const MICS = readdirSync(FOLDER)
  .filter((name) => /^X[A-Z]{3}\.ts$/.test(name))
  .map((name) => name.slice(0, 4));

async function factsOf(mic: string): Promise<CalendarFacts> {
  const module: Readonly<Record<string, CalendarFacts>> = await import(new URL(`${mic}.ts`, FOLDER).href);
  const facts = module[mic];
  if (facts === undefined) throw new Error(`${mic}.ts does not export ${mic}`);
  return facts;
}

describe('reading facts', () => {
  it('reads closed days and exceptional times by line', () => {
    const days = closedDays(`
      2024 01-01 12-25
      2025 01-01
    `);
    expect(days.map(formatDay)).toEqual(['2024-01-01', '2024-12-25', '2025-01-01']);
    expect(closedDays('')).toEqual([]);
    expect([...exceptionalTimes('\n  2024 13:00 07-03 11-29\n  2025 09:32 01-02\n')]).toEqual([
      [parseDay('2024-07-03'), 780],
      [parseDay('2024-11-29'), 780],
      [parseDay('2025-01-02'), 572],
    ]);
  });

  it('refuses a date that does not exist', () => {
    expect(() => closedDays('2025 02-29')).toThrow(expect.objectContaining({ code: 'invalid-date' }));
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
    const { closures, weekmask } = await factsOf(mic);
    const days = closedDays(closures);
    expect(days).toEqual([...new Set(days)].toSorted((a, b) => a - b));
    const idle = days.filter((day) => weekmask[(new Date(day * 86_400_000).getUTCDay() + 6) % 7] !== '1');
    expect(idle.map(formatDay)).toEqual([]);
  });

  it('give exceptional times to sessions only', async () => {
    const { closures, earlyCloses, lateOpens } = await factsOf(mic);
    const closed = new Set(closedDays(closures));
    for (const text of [earlyCloses, lateOpens]) {
      const times = exceptionalTimes(text);
      expect(times.size).toBe(text.match(/ \d\d-\d\d/g)?.length ?? 0);
      for (const [day, minutes] of times) {
        expect(
          closed.has(day) || [0, 6].includes(new Date(day * 86_400_000).getUTCDay()),
          formatDay(day),
        ).toBe(false);
        expect(minutes).toBeGreaterThan(9 * 60);
        expect(minutes).toBeLessThan(16 * 60);
      }
    }
  });
});
