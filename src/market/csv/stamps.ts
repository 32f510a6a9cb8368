import { type Day, MS_PER_DAY, parseDay, startOfDay } from '../../core/day.ts';

/** A stamp as a file has it. */
export interface Stamp {
  /** ms since the epoch. */
  readonly instant: number;
  /** The date as written; null for a number of seconds or milliseconds. */
  readonly date: Day | null;
  /** Whether no time, or the first instant of a day, is written. */
  readonly isMidnight: boolean;
}

/** Epoch numbers from here on are milliseconds: as seconds they would lie beyond the year 5000. */
const FIRST_MS = 1e11;

const DATE_AND_TIME =
  /^(\d{4})[-/]?(\d{2})[-/]?(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Reads `2024-01-02`, `20240102`, `2024/01/02`, each with an optional `09:30`, `09:30:00` or `09:30:00-05:00` (a time
 * without an offset is UTC), and seconds or milliseconds since the epoch. Undefined for anything else.
 */
export function readStamp(text: string): Stamp | undefined {
  if (/^\d{9,13}$/.test(text)) {
    const number = Number(text);
    const instant = number < FIRST_MS ? number * 1000 : number;
    return { instant, date: null, isMidnight: instant % MS_PER_DAY === 0 };
  }
  const match = DATE_AND_TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, dayOfMonth, hours = '0', minutes = '0', seconds = '0', zone = 'Z'] = match;
  const date = readDate(`${year}-${month}-${dayOfMonth}`);
  if (date === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    return undefined;
  const ofDay = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return { instant: startOfDay(date) + ofDay - offsetMs(zone), date, isMidnight: ofDay === 0 };
}

function readDate(text: string): Day | undefined {
  try {
    return parseDay(text);
  } catch {
    return undefined;
  }
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const digits = zone.replace(':', '');
  const ms = (Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3))) * 60_000;
  return digits.startsWith('-') ? -ms : ms;
}
