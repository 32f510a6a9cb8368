import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Session } from '../../src/core/calendar/calendar.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { type Day, formatDay, parseDay } from '../../src/core/session/day.ts';
import { type GroupedMarket, writeList } from './grouped.ts';
import { type Invented, eveningAfter, randomOf, tickerOf } from './invented.ts';

const MINUTE_MS = 60_000;
const HEADING = 'ticker,volume,open,close,high,low,window_start,transactions\n';

/**
 * Minutes of invented shares as Polygon's flat files have them, every one traded: a packed file a session, the same each time,
 * and empty lists of splits and dividends. `grouped-server.mjs` serves such a folder.
 */
export async function inventFlat(
  scratch: string,
  { tickers: count, sessions, end }: Invented,
): Promise<GroupedMarket> {
  const calendar = calendarById('XNYS');
  const days = calendar.sessions(calendar.lastSessions(parseDay(end), sessions));
  const folder = join(scratch, `flat-${count}x${sessions}`);
  await mkdir(folder, { recursive: true });
  const tickers = Array.from({ length: count }, (_, i) => tickerOf(i));
  const shares = tickers.map((ticker, i) => shareOf(ticker, i));
  for (const day of days) {
    const file = createWriteStream(join(folder, `${formatDay(day)}.csv.gz`));
    await pipeline(Readable.from(linesOf(shares, calendar.session(day))), createGzip({ level: 1 }), file);
  }
  const lists = [await writeList(folder, 'splits', []), await writeList(folder, 'dividends', [])];
  const tickerFile = join(scratch, `flat-tickers-${count}.txt`);
  await writeFile(tickerFile, tickers.join('\n'));
  return {
    what: `Minutes of ${count.toLocaleString('en')} invented shares × ${sessions} sessions`,
    ...{ folder, tickerFile, tickers: count, sessions, start: formatDay(days.at(0) as Day), end },
    requests: lists.reduce((sum, pages) => sum + pages, sessions),
    // The last file is whole by then.
    now: eveningAfter(parseDay(end) + 1),
  };
}

/** The lines of a session. */
type Share = (session: Session) => string;

function* linesOf(shares: readonly Share[], session: Session): Generator<string, void, undefined> {
  yield HEADING;
  for (const linesIn of shares) yield linesIn(session);
}

/** A share that moves by up to a thousandth a minute. */
function shareOf(ticker: string, index: number): Share {
  const random = randomOf(index + 1);
  let close = 20 + 180 * random();
  return ({ open: from, close: to }) => {
    let lines = '';
    for (let t = from; t < to; t += MINUTE_MS) {
      const open = close;
      close = open * (1 + 0.0001 * Math.log(100 / open) + 0.002 * (random() - 0.5));
      const high = Math.max(open, close) * (1 + 0.0003 * random());
      const low = Math.min(open, close) * (1 - 0.0003 * random());
      const [o, c, h, l] = [open, close, high, low].map((price) => price.toFixed(4));
      const volume = 1000 + Math.floor(9000 * random());
      lines += `${ticker},${volume},${o},${c},${h},${l},${t}000000,${1 + (volume >> 7)}\n`;
    }
    return lines;
  };
}
