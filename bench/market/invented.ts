import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { type Day, formatDay, parseDay } from '../../src/core/day.ts';
import type { DailyMarket, Until } from './market.ts';

export interface Invented {
  readonly tickers: number;
  /** Sessions of New York up to `end`, which is one. */
  readonly sessions: number;
  readonly end: string;
}

const HEAD = 'date,open,high,low,close,volume';

/** Files written at a time. */
const AT_ONCE = 64;

/** A folder of random walks, the same each time: in `scratch`, below a name that says how large it is. */
export async function inventDaily(
  scratch: string,
  { tickers: count, sessions, end }: Invented,
): Promise<DailyMarket> {
  const calendar = calendarById('XNYS');
  const { from, to } = calendar.lastSessions(parseDay(end), sessions);
  const days = calendar.sessions({ from, to });
  const folder = join(scratch, `market-${count}x${sessions}`);
  await mkdir(folder, { recursive: true });
  const tickers = Array.from({ length: count }, (_, i) => tickerOf(i));
  for (let first = 0; first < count; first += AT_ONCE) {
    await Promise.all(
      tickers.slice(first, first + AT_ONCE).map((ticker, i) => {
        const lines = [HEAD, ...walk(days, first + i + 1)];
        return writeFile(join(folder, `${ticker}.csv`), `${lines.join('\n')}\n`);
      }),
    );
  }
  const tickerFile = join(scratch, `tickers-${count}.txt`);
  await writeFile(tickerFile, tickers.join('\n'));
  return {
    what: `${count.toLocaleString('en')} invented tickers × ${sessions.toLocaleString('en')} sessions, daily`,
    ...{ folder, tickerFile, tickers, start: formatDay(from), end },
    now: eveningAfter(parseDay(end)),
  };
}

/** The same market a session earlier. */
export function sessionBefore({ end }: DailyMarket): Until {
  const day = calendarById('XNYS').previousSession(parseDay(end));
  return { end: formatDay(day), now: eveningAfter(day) };
}

/** An hour of the next day by UTC: New York has closed and its session is settled. */
function eveningAfter(day: Day): string {
  return `${formatDay(day + 1)}T05:00:00Z`;
}

/** `BAAAA`, `BAAAB`, …: a ticker of New York. */
function tickerOf(index: number): string {
  let [letters, rest] = ['', index];
  for (let i = 0; i < 4; i++) {
    letters = String.fromCharCode(65 + (rest % 26)) + letters;
    rest = Math.floor(rest / 26);
  }
  return `B${letters}`;
}

/** Daily rows that move by about 1 % a session. */
function walk(days: readonly Day[], seed: number): string[] {
  const random = randomOf(seed);
  let close = 20 + 180 * random();
  return days.map((day) => {
    const open = close * (1 + 0.004 * (random() - 0.5));
    // A price that strays comes back: a walk of thirty years stays far from a cent and from a million.
    const pull = 0.002 * Math.log(100 / close);
    close = open * (1 + pull + 0.03 * (random() - 0.5));
    const high = Math.max(open, close) * (1 + 0.006 * random());
    const low = Math.min(open, close) * (1 - 0.006 * random());
    const volume = Math.round(500_000 + 4_000_000 * random());
    return [formatDay(day), ...[open, high, low, close].map((price) => price.toFixed(2)), volume].join(',');
  });
}

/** Numbers in `[0, 1)` that a seed decides (mulberry32). */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed, 0x9e_37_79_b9);
  return () => {
    state = Math.trunc(state + 0x6d_2b_79_f5);
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
