import { CALENDAR_ZONES } from './calendars.ts';

/** Zones of people's own. */
const OWN_ZONES = [
  ...['UTC', 'America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles'],
  ...['Europe/London', 'Europe/Berlin', 'Asia/Tokyo'],
];

/** Zones that people write times by, the likeliest first: UTC, those of their own, and those of the exchanges. */
export const COMMON_ZONES: readonly string[] = [
  ...new Set([...OWN_ZONES, ...CALENDAR_ZONES.map(([, zone]) => zone)]),
];

/** How far clocks are behind UTC and ahead of it, in hours. */
const MOST_BEHIND = 12;
const MOST_AHEAD = 14;

/** Zones whose clocks are never changed, a whole number of hours from UTC; by their names, what is behind has a `+`. */
export const FIXED_ZONES: readonly string[] = Array.from(
  { length: MOST_BEHIND + MOST_AHEAD + 1 },
  (_, i) => MOST_BEHIND - i,
).flatMap((behind) => (behind === 0 ? [] : [`Etc/GMT${behind > 0 ? '+' : ''}${behind}`]));

/** All of these, the likeliest first: exports are often in standard time all year. */
export const ALL_ZONES: readonly string[] = [...new Set([...OWN_ZONES, ...FIXED_ZONES, ...COMMON_ZONES])];

/** Two clocks of the world never lie further apart. */
export const FARTHEST_CLOCKS_MS = (MOST_BEHIND + MOST_AHEAD) * 3_600_000;
