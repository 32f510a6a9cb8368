import { BackfillError } from '../index.ts';
import { type Daily, closest } from '../terminal.ts';
import type { Declarations } from './declaration.ts';

export const DAILY = {
  daily: {
    value: '"HH:MM ZONE"',
    read: parseDaily,
    describe: 'Carry out a run every day at this time, such as "06:00 America/New_York"',
  },
} as const satisfies Declarations;

const EXAMPLE = 'America/New_York';

/** `06:00 America/New_York`. Throws `usage`. */
function parseDaily(name: string, text: string): Daily {
  const [, hour = '', minute = '', zone] = /^\s*(\d{1,2}):(\d\d)(?:\s+(\S+))?\s*$/.exec(text) ?? [];
  if (hour === '' || Number(hour) > 23 || Number(minute) > 59)
    throw new BackfillError(
      'usage',
      `${name} ${text}: write HH:MM and a time zone, in quotes: "06:00 ${EXAMPLE}"`,
    );
  if (zone === undefined)
    throw new BackfillError(
      'usage',
      `${name} ${text}: say whose time that is, in quotes: "${text.trim()} ${EXAMPLE}", or as here ` +
        `"${text.trim()} ${new Intl.DateTimeFormat().resolvedOptions().timeZone}"`,
    );
  if (!isZone(zone)) {
    const all = Intl.supportedValuesOf('timeZone');
    const near = all.find((one) => one.endsWith(`/${zone}`)) ?? closest(zone, all);
    throw new BackfillError(
      'usage',
      `${name} ${text}: there is no time zone ${zone}; ${near === undefined ? `write one as ${EXAMPLE}, or UTC` : `did you mean ${near}?`}`,
    );
  }
  return { hour: Number(hour), minute: Number(minute), zone };
}

/** By its name: an offset such as +01:00 knows no summer. */
function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
