import { type AssetClass, assetClassOf } from '../../../core/instrument/asset-class.ts';
import { calendarFor } from '../../../core/calendar/calendars.ts';
import { type Day, type DayRange, formatDay, utcDayOf } from '../../../core/session/day.ts';
import type { Interval } from '../../../core/session/interval.ts';
import { NEW_YORK } from '../parse.ts';
import { tickerIn } from '../request.ts';
import type { ListRequest } from '../../provider.ts';

/** By what an instrument is, the folder of its files. */
const FOLDERS: Readonly<Partial<Record<AssetClass, string>>> = {
  'us-shares': 'us_stocks_sip',
  options: 'us_options_opra',
  crypto: 'global_crypto',
  fx: 'global_forex',
  indices: 'us_indices',
};

const TABLES: Readonly<Partial<Record<Interval, string>>> = { '1d': 'day_aggs_v1', '1m': 'minute_aggs_v1' };

/** The one of trades, of which minutes are made. */
const TRADES = 'trades_v1';

/** A file of what was traded on one day. */
export interface FlatFile {
  readonly interval: Interval;
  readonly day: Day;
  /** `us_stocks_sip/day_aggs_v1/2024/01/2024-01-02.csv.gz` */
  readonly key: string;
  /** Whether its rows are trades. */
  readonly isOfTrades: boolean;
}

/** The file of a day of what belongs to a class. `isOfTrades`: the one of trades, of which bars are made. */
export function fileOf(of: AssetClass, interval: Interval, day: Day, isOfTrades = false): FlatFile {
  const [date, year, month] = [formatDay(day), formatDay(day).slice(0, 4), formatDay(day).slice(5, 7)];
  const table = isOfTrades ? TRADES : TABLES[interval];
  return { interval, day, key: `${FOLDERS[of]}/${table}/${year}/${month}/${date}.csv.gz`, isOfTrades };
}

/** What the keys of all files of the same month begin with. */
export function monthOfFile({ key }: FlatFile): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** What the keys of all files of the same market and kind begin with. */
export function tableOfFile({ key }: FlatFile): string {
  return key.split('/').slice(0, 2).join('/');
}

/**
 * The files that have the sessions of a request for one ticker, in order; of a range without a session that is over that of its
 * first day, which should not be there. A session of currencies is one of London and lies in files of two UTC dates.
 */
export function filesOf(asked: ListRequest, isOfTrades = false): readonly FlatFile[] {
  const { interval, range, now } = asked;
  const ticker = tickerIn(asked);
  const calendar = calendarFor(ticker);
  const today = NEW_YORK.localDay(now);
  const days = new Set<Day>();
  for (const session of calendar.sessions(range)) {
    if (interval === '1d' || calendar.kind === 'exchange') days.add(session);
    else {
      const { open, close } = calendar.session(session);
      for (let day = utcDayOf(open); day <= utcDayOf(close - 1); day++) days.add(day);
    }
  }
  const over = [...days].filter((day) => day < today);
  return (over.length === 0 ? [range.from] : over).map((day) =>
    fileOf(assetClassOf(ticker), interval, day, isOfTrades),
  );
}

/** The sessions of a ticker that lie in the file of a day, wholly or in part. */
export function sessionsIn(ticker: string, { interval, day }: FlatFile): DayRange {
  const { kind } = calendarFor(ticker);
  // Of currencies that of the next day begins in the evening.
  return { from: day, to: day + (interval === '1m' && kind === 'currencies' ? 2 : 1) };
}
