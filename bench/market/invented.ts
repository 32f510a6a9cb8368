import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Calendar, Session } from '../../src/core/calendar/calendar.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { type Day, formatDay, parseDay } from '../../src/core/session/day.ts';
import type { DailyMarket, Until } from './daily-market.ts';

export interface Invented {
  readonly tickers: number;
  /** Sessions of New York up to `end`, which is one. */
  readonly sessions: number;
  readonly end: string;
}

const MINUTE_MS = 60_000;

/** What a row is stamped with, and how far a price goes in it. */
interface Grid {
  readonly name: string;
  /** Ending of a file's name. */
  readonly suffix: string;
  readonly stamps: (calendar: Calendar, days: readonly Day[]) => string[];
  /** As a part of the price. */
  readonly step: number;
  /** Files written at a time. */
  readonly atOnce: number;
}

const DAILY: Grid = {
  ...{ name: 'daily', suffix: '', step: 0.03, atOnce: 64 },
  stamps: (_, days) => days.map(formatDay),
};

const MINUTES: Grid = {
  ...{ name: 'by the minute', suffix: '_1m', step: 0.001, atOnce: 2 },
  stamps: (calendar, days) => days.flatMap((day) => minutesOf(calendar.session(day))),
};

/** A folder of random walks, the same each time: in `scratch`, below a name that says how large it is. */
export function inventDaily(scratch: string, invented: Invented): Promise<DailyMarket> {
  return invent(scratch, invented, DAILY);
}

/** The same with a bar for every minute of every session. */
export function inventMinutes(scratch: string, invented: Invented): Promise<DailyMarket> {
  return invent(scratch, invented, MINUTES);
}

async function invent(
  scratch: string,
  { tickers: count, sessions, end }: Invented,
  { name, suffix, stamps: stampsOf, step, atOnce }: Grid,
): Promise<DailyMarket> {
  const calendar = calendarById('XNYS');
  const { from, to } = calendar.lastSessions(parseDay(end), sessions);
  const stamps = stampsOf(calendar, calendar.sessions({ from, to }));
  const folder = join(scratch, `market-${count}x${sessions}${suffix}`);
  await mkdir(folder, { recursive: true });
  const tickers = Array.from({ length: count }, (_, i) => tickerOf(i));
  for (let first = 0; first < count; first += atOnce) {
    await Promise.all(
      tickers.slice(first, first + atOnce).map((ticker, i) => {
        const lines = ['date,open,high,low,close,volume', ...walk(stamps, step, first + i + 1)];
        return writeFile(join(folder, `${ticker}${suffix}.csv`), `${lines.join('\n')}\n`);
      }),
    );
  }
  const tickerFile = join(scratch, `tickers-${count}.txt`);
  await writeFile(tickerFile, tickers.join('\n'));
  return {
    what: `${count.toLocaleString('en')} invented tickers × ${sessions.toLocaleString('en')} sessions, ${name}`,
    ...{ folder, tickerFile, tickers, start: formatDay(from), end },
    now: eveningAfter(parseDay(end)),
  };
}

function minutesOf({ open, close }: Session): string[] {
  const count = (close - open) / MINUTE_MS;
  return Array.from({ length: count }, (_, i) => new Date(open + i * MINUTE_MS).toISOString());
}

/** The same market a session earlier. */
export function sessionBefore(market: DailyMarket): Until {
  const [before] = sessionsBefore(market, 1);
  if (before === undefined) throw new Error(`no session before ${market.end}`);
  return before;
}

/** The same market so many sessions earlier, then a session less each, to its own end. */
export function sessionsBefore({ end }: DailyMarket, count: number): Until[] {
  const calendar = calendarById('XNYS');
  const days = calendar.sessions(calendar.lastSessions(parseDay(end), count + 1));
  return days.map((day) => ({ end: formatDay(day), now: eveningAfter(day) }));
}

/** An hour of the next day by UTC: New York has closed and its session is settled. */
export function eveningAfter(day: Day): string {
  return `${formatDay(day + 1)}T05:00:00Z`;
}

/** `BAAAA`, `BAAAB`, …: a ticker of New York. */
export function tickerOf(index: number): string {
  let [letters, rest] = ['', index];
  for (let i = 0; i < 4; i++) {
    letters = String.fromCharCode(65 + (rest % 26)) + letters;
    rest = Math.floor(rest / 26);
  }
  return `B${letters}`;
}

/** Rows that move by up to half a step up or down. */
function walk(stamps: readonly string[], step: number, seed: number): string[] {
  const random = randomOf(seed);
  let close = 20 + 180 * random();
  return stamps.map((stamp) => {
    const open = close * (1 + (step / 8) * (random() - 0.5));
    // A price that strays comes back: a walk of thirty years stays far from a cent and from a million.
    const pull = (step / 15) * Math.log(100 / close);
    close = open * (1 + pull + step * (random() - 0.5));
    const high = Math.max(open, close) * (1 + (step / 5) * random());
    const low = Math.min(open, close) * (1 - (step / 5) * random());
    const volume = Math.round(500_000 + 4_000_000 * random());
    return [stamp, ...[open, high, low, close].map((price) => price.toFixed(2)), volume].join(',');
  });
}

/** Numbers in `[0, 1)` that a seed decides (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = Math.imul(seed, 0x9e_37_79_b9);
  return () => {
    state = Math.trunc(state + 0x6d_2b_79_f5);
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
