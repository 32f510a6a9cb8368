import type { Bar } from '../../../src/core/bars/bars.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import type { Coverage } from '../../../src/core/coverage/coverage.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import { startOfDay } from '../../../src/core/session/day.ts';
import { randomFor } from '../../../src/market/random.ts';
import { absence, barAt, coverage, days } from '../fixtures.ts';

export const NYSE = calendarById('XNYS');
export const SESSIONS = NYSE.sessions(days('2015-01-02', '2020-01-03'));

/** Prices in cents that wander, with a volume and a time of their own. */
export function wandering(name: string, stamps: readonly number[]): Bar[] {
  const random = randomFor(name);
  let cents = 5000;
  return stamps.map((ts, i) => {
    const open = cents;
    cents = Math.max(100, cents + Math.round((random() - 0.5) * 200));
    const [high, low] = [Math.max(open, cents) + Math.round(random() * 50), Math.min(open, cents) - 7];
    return barAt(ts, {
      ...{ open: open / 100, high: high / 100, low: low / 100, close: cents / 100 },
      volume: i % 97 === 5 ? Number.NaN : Math.round(random() * 1e7),
      ...(i % 3 === 0 && { vwap: (open + cents) / 200, trades: i }),
      source: i % 400 < 300 ? 'sample' : 'my csv',
    });
  });
}

/** Of so many days. */
export const daily = (count: number): Bar[] =>
  wandering(`${count} days`, SESSIONS.slice(0, count).map(startOfDay));
/** That the first sessions have bars, and some before them none. */
export function learnedOf(count: number): Coverage {
  const from = SESSIONS[0] as number;
  return coverage({
    present: [{ from, to: (SESSIONS[count - 1] as number) + 1 }],
    absent: [absence({ from: from - 30, to: from })],
  });
}

/** A byte that is another. */
export interface Change {
  readonly at: number;
  readonly value: number;
}

export function withByte(file: Uint8Array, { at, value }: Change): Uint8Array {
  const other = Uint8Array.from(file);
  other[at] = value;
  return other;
}

/** Every byte of a range turned into one that it is not. */
export function everyByte(file: Uint8Array, from: number, to: number, seed: string): Change[] {
  const random = randomFor(seed);
  return Array.from({ length: to - from }, (_, i) => {
    const at = from + i;
    return { at, value: ((file[at] as number) + 1 + Math.floor(random() * 255)) % 256 };
  });
}

export function someBytes(file: Uint8Array, count: number, seed: string): Change[] {
  const random = randomFor(seed);
  return Array.from({ length: count }, () => Math.floor(random() * file.length)).flatMap((at) =>
    everyByte(file, at, at + 1, `${seed} ${at}`),
  );
}

/** What is read, or the code of why it is not. */
export async function orCode<T>(reading: Promise<T>): Promise<T | string> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof BackfillError) return error.code;
    throw error;
  }
}
