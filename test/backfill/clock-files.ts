import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backfill } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { Zone } from '../../src/core/calendar/zone.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { type Day, MS_PER_DAY, formatDay, parseDay } from '../../src/core/session/day.ts';
import { type Interval, intervalMs } from '../../src/core/session/interval.ts';
import { randomFor } from '../../src/market/random.ts';
import { openCsv } from '../../src/providers/csv/index.ts';
import type { CsvSettings } from '../../src/providers/csv/settings.ts';
import { openStore } from '../../src/store/open.ts';
import { toolsInProcess } from './in-process.ts';

/** A row of a file, by the instant at which its bar starts; a volume of NaN is in none. */
export type Row = readonly [
  ts: number,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
];

/** Two editions of a file that a store is filled from, a day apart, and how each of them is read. */
export interface TopUp {
  readonly ticker: string;
  readonly interval: Interval;
  readonly rows: readonly Row[];
  /** What the clock on which the file is written shows at an instant, in ms as if it were UTC. */
  readonly clockAt: (ts: number) => number;
  /** The last session of the first run; the second one asks for the next too. */
  readonly last: string;
  /** How the first run reads the file, and the second. */
  readonly settings: readonly [first: CsvSettings, then: CsvSettings];
  /** What the second edition has of a row. Default: the same. */
  readonly revised?: (row: Row, i: number) => Row;
  /** What the second edition writes behind each time. Default: nothing. */
  readonly offset?: string;
}

/** A clock of a zone. */
export function clockOf(zone: string): (ts: number) => number {
  const clock = new Zone(zone);
  return (ts) => clock.clockAt(ts);
}

/** Days before the last one of the first run that a series begins, and after it that the file reaches. */
const [EARLIER, LATER] = [20, 3];

/** A walk of a ticker, around its sessions up to a day: of prices in hundred-thousandths of `price`, and volumes below 10,000. */
export function walk(ticker: string, interval: Interval, last: string, price = 100): Row[] {
  const calendar = calendarFor(ticker);
  const day = parseDay(last);
  const days = calendar.sessions({ from: day - EARLIER, to: day + LATER + 1 });
  const random = randomFor(`${ticker} ${interval} ${last}`);
  const unit = price / 1e5;
  let units = 1e5;
  return days
    .flatMap((one) => startsOf(one, ticker, interval))
    .map((ts) => {
      const open = units;
      units = Math.round(units * (0.99 + random() / 50));
      const [high, low] = [
        Math.max(open, units) + 9 + random() * 200,
        Math.min(open, units) - 9 - random() * 200,
      ];
      const prices = [open, high, low, units].map((one) => Number((Math.round(one) * unit).toFixed(5)));
      return [ts, ...prices, 100 + Math.floor(random() * 9900)] as unknown as Row;
    });
}

function startsOf(day: Day, ticker: string, interval: Interval): number[] {
  if (interval === '1d') return [day * MS_PER_DAY];
  const [{ open, close }, length] = [calendarFor(ticker).session(day), intervalMs(interval)];
  return Array.from({ length: Math.ceil((close - open) / length) }, (_, i) => open + i * length);
}

/** Fills a store in `folder` from the file up to a day, and tops it up by one; what came of either. */
export async function topUp(folder: string, topped: TopUp): Promise<readonly [RunSummary, RunSummary]> {
  const { ticker, interval, last, settings, revised = (row) => row } = topped;
  const [day, url] = [parseDay(last), join(folder, 'files')];
  const store = openStore(join(folder, 'store'));
  mkdirSync(url, { recursive: true });
  const run = async (rows: readonly Row[], to: Day, how: CsvSettings, offset = ''): Promise<RunSummary> => {
    writeFileSync(join(url, `${ticker}.csv`), text(rows, topped, offset));
    const provider = openCsv({ id: 'csv', url, settings: { basis: 'raw', ...how } });
    // Long after the last of them, so that all is final.
    const tools = toolsInProcess(provider, store, () => (day + 30) * MS_PER_DAY);
    const range = { start: formatDay(day - EARLIER), end: formatDay(to) };
    const summary = await backfill({ tickers: [ticker], intervals: [interval], ...range }, tools);
    await provider.close();
    return summary;
  };
  const until = (end: number): Row[] => topped.rows.filter(([ts]) => ts < end * MS_PER_DAY);
  const first = await run(until(day + 2), day, settings[0]);
  return [first, await run(until(day + LATER + 1).map(revised), day + 1, settings[1], topped.offset)];
}

function text(rows: readonly Row[], { clockAt, interval }: TopUp, offset: string): string {
  const hasVolume = rows.some(([, , , , , volume]) => !Number.isNaN(volume));
  const header = `${interval === '1d' ? 'date' : 'datetime'},open,high,low,close${hasVolume ? ',volume' : ''}`;
  const lines = rows.map(([ts, open, high, low, close, volume]) => {
    const at = new Date(clockAt(ts)).toISOString();
    const stamp = interval === '1d' ? at.slice(0, 10) : `${at.slice(0, 10)} ${at.slice(11, 16)}${offset}`;
    return [stamp, open, high, low, close, ...(hasVolume ? [volume] : [])].join(',');
  });
  return `${[header, ...lines].join('\n')}\n`;
}
