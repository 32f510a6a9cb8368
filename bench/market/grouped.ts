import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { type Day, formatDay, parseDay } from '../../src/core/session/day.ts';
import { type Invented, eveningAfter, randomOf, tickerOf } from './invented.ts';

const pack = promisify(gzip);

/** A market as Polygon answers for it, a file a page, gzipped: `grouped-server.mjs` serves such a folder. */
export interface GroupedMarket {
  /** For the notes. */
  readonly what: string;
  readonly folder: string;
  /** One ticker a line. */
  readonly tickerFile: string;
  readonly tickers: number;
  readonly sessions: number;
  /** Requests that tell all of it: one a session, and the pages of the lists. */
  readonly requests: number;
  /** Of the first and the last session, `YYYY-MM-DD`, and the evening after that. */
  readonly start: string;
  readonly end: string;
  readonly now: string;
}

/** Entries of a page of a list. Source: https://polygon.io/docs/rest/stocks/corporate-actions/dividends (`limit`). */
const PAGE = 1000;

/** Every so many tickers one pays no dividend, and one is split. */
const PAYS_NOT = 2;
const SPLIT_OF = 100;

/** Days between the dividends of a ticker: four a year. */
const QUARTER = 63;

/** A year, or so many sessions, of invented shares: random walks, the same each time. */
export async function inventGrouped(
  scratch: string,
  { tickers: count, sessions, end }: Invented,
): Promise<GroupedMarket> {
  const calendar = calendarById('XNYS');
  const days = calendar.sessions(calendar.lastSessions(parseDay(end), sessions));
  const folder = join(scratch, `grouped-${count}x${sessions}`);
  await mkdir(folder, { recursive: true });
  const tickers = Array.from({ length: count }, (_, i) => tickerOf(i));
  const market = tickers.map((ticker, i) => shareOf(ticker, i, days));
  for (const [at, day] of days.entries()) {
    const { close: t } = calendar.session(day);
    const results = market.map((one) => one.barAt(at, t));
    const body = { queryCount: count, resultsCount: count, adjusted: false, results, status: 'OK', count };
    await writeFile(
      join(folder, `${formatDay(day)}.json.gz`),
      await pack(JSON.stringify(body), { level: 1 }),
    );
  }
  const lists = [
    await writeList(
      folder,
      'splits',
      market.flatMap(({ splits }) => splits),
    ),
    await writeList(
      folder,
      'dividends',
      market.flatMap(({ dividends }) => dividends),
    ),
  ];
  const tickerFile = join(scratch, `grouped-tickers-${count}.txt`);
  await writeFile(tickerFile, tickers.join('\n'));
  return {
    what: `${count.toLocaleString('en')} invented shares × ${sessions} sessions`,
    ...{ folder, tickerFile, tickers: count, sessions, start: formatDay(days.at(0) as Day), end },
    requests: lists.reduce((sum, pages) => sum + pages, sessions),
    now: eveningAfter(parseDay(end)),
  };
}

/** Writes the pages of a list, and gives how many there are. */
export async function writeList(folder: string, name: string, entries: readonly object[]): Promise<number> {
  const pages = Math.max(1, Math.ceil(entries.length / PAGE));
  for (let page = 0; page < pages; page++) {
    const results = entries.slice(page * PAGE, (page + 1) * PAGE);
    const next = page + 1 < pages && { next_url: `/v3/reference/${name}?cursor=${page + 1}` };
    const body = JSON.stringify({ results, status: 'OK', ...next });
    await writeFile(join(folder, `${name}-${page}.json.gz`), await pack(body));
  }
  return pages;
}

interface Share {
  /** The next session's bar, stamped with its close. */
  barAt(session: number, t: number): object;
  readonly splits: readonly object[];
  readonly dividends: readonly object[];
}

/** A share that moves by up to a hundredth a session; a split takes half of its price and doubles its volume. */
function shareOf(ticker: string, index: number, days: readonly Day[]): Share {
  const random = randomOf(index + 1);
  const splitAt = index % SPLIT_OF === 1 ? 1 + (index % (days.length - 1)) : -1;
  const pays = index % PAYS_NOT === 0;
  const exDays = days.filter((_, at) => pays && at % QUARTER === index % QUARTER);
  let close = 20 + 180 * random();
  const usual = Math.round(500_000 + 4_000_000 * random());
  let shares = 1;
  return {
    barAt: (at, t) => {
      if (at === splitAt) [close, shares] = [close / 2, 2];
      const open = close * (1 + 0.005 * (random() - 0.5));
      close = open * (1 + 0.001 * Math.log(100 / close / shares) + 0.02 * (random() - 0.5));
      const high = Math.max(open, close) * (1 + 0.005 * random());
      const low = Math.min(open, close) * (1 - 0.005 * random());
      const [o, h, l, c] = [open, high, low, close].map((price) => Number(price.toFixed(4)));
      const v = Math.round(usual * shares * (0.5 + random()));
      const vw = Number(((open + high + low + close) / 4).toFixed(4));
      return { T: ticker, v, vw, o, c, h, l, t, n: Math.round(v / 150) };
    },
    splits:
      splitAt < 0
        ? []
        : [{ execution_date: formatDay(days.at(splitAt) as Day), split_from: 1, split_to: 2, ticker }],
    dividends: exDays.map((day) => ({
      ...{ cash_amount: 0.25, currency: 'USD', dividend_type: 'CD', ex_dividend_date: formatDay(day) },
      ...{ frequency: 4, ticker },
    })),
  };
}
