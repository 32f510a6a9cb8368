import type { CheckedActions, RejectedAction } from '../core/action-checks.ts';
import type { CorporateAction } from '../core/bars.ts';
import { calendarFor } from '../core/calendar/calendars.ts';
import type { DayRange } from '../core/day.ts';
import { INTERVALS, type Interval } from '../core/interval.ts';
import { readActions } from './csv/actions.ts';
import { type BarFolder, findBarFiles } from './csv/files.ts';
import { type CsvSeries, joined, readSeries, type SeriesRows } from './csv/series.ts';
import type { Listing, Market, MarketRow, QuietSessions } from './market.ts';

/** A market of files. `Market`'s methods may throw `usage` (file and line) when a malformed file is first read. */
export interface CsvFolderMarket extends Market {
  /** Whether the folder says what splits and dividends there were. */
  readonly hasActions: boolean;
  /** Splits and dividends of a ticker in `actions.csv` that cannot be. */
  badActions(ticker: string): readonly RejectedAction[];
  /** First and last session with a row of a series, `[from, to)`; undefined if there is none. */
  span(ticker: string, interval: Interval): DayRange | undefined;
  /** Number of rows of a range that were left out: outside the regular session or off its grid. */
  dropped(ticker: string, interval: Interval, range: DayRange): number;
}

/**
 * A folder of files, one or more a ticker, read when a ticker is first asked for:
 *
 * - CSV with a header: `date` (or `timestamp`, `datetime`, `time`), `open`, `high`, `low`, `close`, `volume` in any
 *   case. The ticker is the name up to the first `_`: `AAPL_data.csv`, `BRK.B.csv`, `BTCUSDT_1d_2017_2025.csv`.
 *   Daily, or intraday if rows share a date; times without an offset are UTC.
 * - Zip files of Lean: `T.zip` with daily bars (crypto: hourly too) and `T/yyyyMMdd_trade.zip` with minutes. Prices
 *   of shares are divided by 10,000 and their times are New York's; quotes give their middle; extended hours are left
 *   out. Lean's hourly bars of shares start on the clock hour, off the grid of a session: they are not offered as
 *   `1h`, but as the `1d` that they add up to where the ticker has no daily file.
 * - `actions.csv` with `ticker,date,kind,value`: `AAPL,2020-08-31,split,4:1` or `AAPL,2020-11-06,dividend,0.205`.
 *
 * `BTCUSDT` is `BTC-USDT` if it lies in a folder called `crypto` or has rows on Saturdays, `EURUSD` is `EURUSD=X`.
 * Throws `usage` where there is no such folder, or no file in it that is named after a ticker.
 */
export function csvFolderMarket(folder: string): CsvFolderMarket {
  return new CsvFolder(findBarFiles(folder));
}

class CsvFolder implements CsvFolderMarket {
  readonly #folder: BarFolder;
  readonly #series = new Map<string, readonly CsvSeries[]>();
  #actions: ReadonlyMap<string, CheckedActions> | undefined;

  constructor(folder: BarFolder) {
    this.#folder = folder;
  }

  get hasActions(): boolean {
    return this.#folder.actionsPath !== null;
  }

  tickers(): readonly string[] {
    return [...this.#folder.filesByTicker.keys()].toSorted();
  }

  listing(ticker: string): Listing | undefined {
    if (!this.#folder.filesByTicker.has(ticker)) return undefined;
    const daily = this.span(ticker, '1d');
    const firsts = this.#seriesOf(ticker).map(({ days }) => days.from);
    return {
      ticker,
      name: ticker,
      calendar: calendarFor(ticker).id,
      currency: null,
      exchange: null,
      type: null,
      firstTrade: daily?.from ?? (firsts.length === 0 ? null : Math.min(...firsts)),
      delistedOn: null,
    };
  }

  intervals(ticker: string): readonly Interval[] {
    const series = this.#seriesOf(ticker);
    return INTERVALS.filter((interval) => series.some((one) => one.interval === interval));
  }

  rows(ticker: string, interval: Interval, range: DayRange): readonly MarketRow[] {
    return this.#read(ticker, interval, range).rows;
  }

  actions(ticker: string): readonly CorporateAction[] {
    return this.#checkedActions(ticker)?.actions ?? [];
  }

  badActions(ticker: string): readonly RejectedAction[] {
    return this.#checkedActions(ticker)?.rejected ?? [];
  }

  /** None: a file does not say why a row is not there. */
  quiet(): readonly QuietSessions[] {
    return [];
  }

  span(ticker: string, interval: Interval): DayRange | undefined {
    const spans = this.#seriesOf(ticker)
      .filter((one) => one.interval === interval)
      .map(({ days }) => days);
    if (spans.length === 0) return undefined;
    return { from: Math.min(...spans.map(({ from }) => from)), to: Math.max(...spans.map(({ to }) => to)) };
  }

  dropped(ticker: string, interval: Interval, range: DayRange): number {
    return this.#read(ticker, interval, range).dropped;
  }

  #read(ticker: string, interval: Interval, range: DayRange): SeriesRows {
    const parts = this.#seriesOf(ticker)
      .filter((one) => one.interval === interval)
      .map((one) => one.read(range));
    const all = parts.reduce(joined, { rows: [], dropped: 0 });
    return parts.length > 1 ? { ...all, rows: all.rows.toSorted((a, b) => a.ts - b.ts) } : all;
  }

  #checkedActions(ticker: string): CheckedActions | undefined {
    const { actionsPath } = this.#folder;
    if (actionsPath === null) return undefined;
    this.#actions ??= readActions(actionsPath);
    return this.#actions.get(ticker);
  }

  #seriesOf(ticker: string): readonly CsvSeries[] {
    let series = this.#series.get(ticker);
    if (series === undefined) {
      series = readSeries(this.#folder.filesByTicker.get(ticker) ?? [], calendarFor(ticker));
      this.#series.set(ticker, series);
    }
    return series;
  }
}
