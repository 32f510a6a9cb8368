import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALENDAR_ZONES } from '../../../src/core/calendar/calendars.ts';
import { Zone } from '../../../src/core/calendar/zone.ts';
import { formatDay, MS_PER_DAY, parseDay } from '../../../src/core/session/day.ts';

const NAMES = [...new Set(CALENDAR_ZONES.map(([, zone]) => zone))];

/** What a clock in the zone shows, read from the platform, as ms since the epoch if it were UTC. */
function clockReader(name: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (instant) => {
    const [month = 0, day, year = 0, hour, minute, second] = (format.format(instant).match(/\d+/g) ?? []).map(
      Number,
    );
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
}

const ZONES = NAMES.map((name) => ({ name, zone: new Zone(name), clock: clockReader(name) }));
const zones = fc.constantFrom(...ZONES);
/** Whole seconds from 1960 to 2060. */
const instant = fc
  .integer({ min: parseDay('1960-01-01') * 86_400, max: parseDay('2060-01-01') * 86_400 })
  .map((seconds) => seconds * 1000);

describe('Zone', () => {
  it('knows the local date of every instant, as the platform does', () => {
    fc.assert(
      fc.property(zones, instant, ({ zone, clock }, at) => {
        expect(zone.localDay(at)).toBe(Math.floor(clock(at) / MS_PER_DAY));
      }),
      { numRuns: 10_000 },
    );
  });

  it('finds an instant at which the clock shows the given time', () => {
    const minutes = fc.integer({ min: 4 * 60, max: 23 * 60 }); // no clock of these zones is changed between
    fc.assert(
      fc.property(zones, instant, minutes, ({ zone, clock }, at, minute) => {
        const day = Math.floor(at / MS_PER_DAY);
        expect(clock(zone.instantOf(day, minute))).toBe(day * MS_PER_DAY + minute * 60_000);
      }),
      { numRuns: 10_000 },
    );
  });

  it('changes at the very minute', () => {
    const newYork = new Zone('America/New_York');
    const midnight = parseDay('2026-03-09') * MS_PER_DAY + 4 * 3_600_000;
    expect(formatDay(newYork.localDay(midnight - 1))).toBe('2026-03-08');
    expect(formatDay(newYork.localDay(midnight))).toBe('2026-03-09');
    const paris = new Zone('Europe/Paris');
    const change = Date.parse('2026-03-29T01:00Z');
    expect(paris.instantOf(parseDay('2026-03-29'), 119)).toBe(change - 60_000);
    expect(paris.instantOf(parseDay('2026-03-29'), 180)).toBe(change);
  });

  it('says the same in whatever order it is asked', () => {
    const newYork = new Zone('America/New_York');
    const changes = ['2025-03-09T07:00Z', '2025-11-02T06:00Z', '2026-03-08T07:00Z'].map(Date.parse);
    const instants = changes.flatMap((change) => [change - 1, change, change - 1, change + MS_PER_DAY]);
    for (const at of [...instants, ...instants.toReversed()])
      expect(newYork.clockAt(at)).toBe(new Zone('America/New_York').clockAt(at));
  });

  it('knows that London kept summer time from 1968 to 1971', () => {
    expect(new Zone('Europe/London').instantOf(parseDay('1970-01-15'), 8 * 60)).toBe(
      Date.parse('1970-01-15T07:00Z'),
    );
  });
});
