import type { RejectedAction } from '../core/actions/action-checks.ts';
import { rowsOf } from '../core/bars/bar-builder.ts';
import type { CorporateAction } from '../core/bars/bars.ts';
import { calendarFor } from '../core/calendar/calendars.ts';
import type { DayRange } from '../core/session/day.ts';
import { INTERVALS, type Interval } from '../core/session/interval.ts';
import { type ListedActions, readActions } from './csv/actions.ts';
import { currencyOf } from './csv/currencies.ts';
import { ascending } from './csv/file-bars.ts';
import { withFinalRows } from './csv/final-rows.ts';
import { notFinalNotes } from './csv/not-final.ts';
import { FileStates } from './csv/file-states.ts';
import type { FileRead } from './csv/file-read.ts';
import type { CurrencyOfFiles } from './csv/join-files.ts';
import { assertOneLevel } from './csv/level-steps.ts';
import { type BarFolder, findBarFiles, lookThrough } from './csv/files.ts';
import { RecentReads } from './csv/recent-reads.ts';
import { type CsvSeries, type FilesRead, joined, readSeries, type SeriesRows } from './csv/series.ts';
import type { StampsSaid } from './csv/stamped-ends.ts';
import type { SaidForms } from './csv/table.ts';
import { type LongFiles, SharedTables } from './csv/shared-tables.ts';
import { splitTold, type ToldAction, toldNotes } from './csv/told-actions.ts';
import type { Listing, Market, MarketRow, QuietSessions } from './market.ts';
import { largest, smallest } from '../core/extremes.ts';

/** A market of files. `Market`'s methods may throw `usage` (file and line) when a malformed file is first read. */
export interface CsvFolderMarket extends Market {
  /** Whether the folder says what splits and dividends there were. */
  readonly hasActions: boolean;
  /** Splits and dividends of a ticker in `actions.csv` that cannot be. */
  badActions(ticker: string): readonly RejectedAction[];
  /** A line for each reason for which files of the folder are not read, with their names. */
  readonly notes: readonly string[];
  /** Splits and dividends that the bar files of a ticker tell of beside the bars. */
  toldActions(ticker: string): readonly ToldAction[];
  /** A line for whatever of a ticker's files is not read: rows that are not final, columns of splits and dividends. */
  notRead(ticker: string): readonly string[];
  /**
   * How what is read of a ticker was when it was first looked at, as a text that changes with its files and the zone;
   * `withActions`: with `actions.csv` too. Null where it has no file.
   */
  stateOf(ticker: string, withActions: boolean): string | null;
  /** What the prices of a ticker's files are in, as these say, and where; null where none says it. */
  currencySaid(ticker: string): CurrencyOfFiles | null;
  /** What was read of each file of a ticker. Throws `usage` where one of them is refused. */
  filesRead(ticker: string): readonly FileRead[];
  /** The paths of a ticker's files. */
  pathsOf(ticker: string): readonly string[];
  /** What of the folder is not read. */
  readonly unread: Pick<BarFolder, 'asides' | 'refused' | 'unnamed' | 'nameless'>;
  /** First and last session with a row of a series, `[from, to)`; undefined if there is none. */
  span(ticker: string, interval: Interval): DayRange | undefined;
  /** Rows of a range, and how many were left out: outside the regular session or off its grid. */
  read(ticker: string, interval: Interval, range: DayRange): SeriesRows;
}

/**
 * A folder of files, one or more a ticker, read when a ticker is first asked for:
 *
 * - CSV with a header (see `readTable`), by name (see `readFileName`): `AAPL_data.csv`, `BRK.B.csv`, `hd.us.txt`,
 *   `XOM (1).csv`, `daily_IBM.csv`, `AAPL.csv.gz`. A file whose name is no ticker may have a column `ticker` and hold
 *   several, as this program's exports do. Files of one ticker are joined unless they contradict each other.
 *   Daily, or intraday if rows are closer. Times without an offset are of the exchange's clock (UTC for currencies and
 *   crypto), unless the header or `zone` (an IANA zone, `UTC` or `exchange`) says otherwise.
 * - Zip files of Lean: `T.zip` with daily bars (crypto: hourly too) and `T/yyyyMMdd_trade.zip` with minutes. Prices
 *   of shares are divided by 10,000 and their times are New York's; quotes give their middle; extended hours are left
 *   out. Lean's hourly bars of shares start on the clock hour, off the grid of a session: they are not offered as
 *   `1h`, but as the `1d` that they add up to where the ticker has no daily file.
 * - `actions.csv` with `ticker,date,kind,value`: `AAPL,2020-08-31,split,4:1` or `AAPL,2020-11-06,dividend,0.205`.
 *
 * `BTCUSDT` is `BTC-USDT`, `BTCUSD` is `BTC-USD` if it lies in a folder called `crypto` or has rows on Saturdays, `EURUSD`
 * is `EURUSD=X`. `mostRows`: rows that are kept of the tickers asked for last; `long`: see `LongFiles`. Throws `usage` where
 * there is no such folder, or no file in it that is named after a ticker.
 */
export function csvFolderMarket(
  folder: string,
  zone: string | null = null,
  stamps: StampsSaid = null,
  said: SaidForms = {},
  mostRows: number = MOST_ROWS,
  long?: LongFiles,
): CsvFolderMarket {
  return openFolder(folder, { zone, stamps, said, mostRows, long, find: findBarFiles });
}

/** Rows that are kept of the tickers asked for last: of a folder that is read through, more only fill the memory. */
const MOST_ROWS = 10_000;

/** How a folder is read. */
interface FolderOptions {
  readonly zone: string | null;
  readonly stamps: StampsSaid;
  readonly said: SaidForms;
  /** Rows that are kept of the tickers asked for last; those of the last one in any case. */
  readonly mostRows: number;
  /** What files are read a stretch at a time. Default: those of more than 4 MB. */
  readonly long?: LongFiles | undefined;
  readonly find: (folder: string, shared: SharedTables) => BarFolder;
}

/** The same of a folder that may hold no file that is read, or of one file. Throws `usage` where there is neither. */
export function inspectedFolder(
  folder: string,
  options: Omit<FolderOptions, 'find' | 'mostRows'>,
): CsvFolderMarket {
  return openFolder(folder, { ...options, mostRows: MOST_ROWS, find: lookThrough });
}

function openFolder(folder: string, { find, ...options }: FolderOptions): CsvFolderMarket {
  const states = new FileStates();
  const shared = new SharedTables(states, options.said, options.long);
  return new CsvFolder(find(folder, shared), shared, states, options);
}

class CsvFolder implements CsvFolderMarket {
  readonly #folder: BarFolder;
  readonly #shared: SharedTables;
  readonly #states: FileStates;
  readonly #zone: string | null;
  readonly #stamps: StampsSaid;
  readonly #said: SaidForms;
  readonly #reads: RecentReads;
  #last: { readonly what: string; readonly rows: SeriesRows } | undefined;
  #actions: ReadonlyMap<string, ListedActions> | undefined;

  constructor(
    folder: BarFolder,
    shared: SharedTables,
    states: FileStates,
    { zone, stamps, said, mostRows }: Omit<FolderOptions, 'find' | 'long'>,
  ) {
    this.#folder = folder;
    this.#shared = shared;
    this.#states = states;
    this.#zone = zone;
    this.#stamps = stamps;
    this.#said = said;
    this.#reads = new RecentReads(mostRows);
  }

  get hasActions(): boolean {
    return this.#folder.actionsPath !== null;
  }

  get unread(): CsvFolderMarket['unread'] {
    return this.#folder;
  }

  filesRead(ticker: string): readonly FileRead[] {
    return this.#filesOf(ticker).files;
  }

  currencySaid(ticker: string): CurrencyOfFiles | null {
    return this.#filesOf(ticker).currency;
  }

  pathsOf(ticker: string): readonly string[] {
    return (this.#folder.filesByTicker.get(ticker) ?? []).map(({ path }) => path);
  }

  get notes(): readonly string[] {
    return this.#folder.notes;
  }

  tickers(): readonly string[] {
    return [...this.#folder.filesByTicker.keys()].toSorted();
  }

  listing(ticker: string): Listing | undefined {
    if (!this.#folder.filesByTicker.has(ticker)) return undefined;
    const said = this.currencySaid(ticker);
    const daily = this.span(ticker, '1d');
    const firsts = this.#seriesOf(ticker).map(({ days }) => days.from);
    return {
      ticker,
      name: ticker,
      calendar: calendarFor(ticker).id,
      currency: said && (currencyOf(said.word, ticker) ?? null),
      exchange: null,
      type: null,
      firstTrade: daily?.from ?? (firsts.length === 0 ? null : smallest(firsts)),
      delistedOn: null,
    };
  }

  intervals(ticker: string): readonly Interval[] {
    const series = this.#seriesOf(ticker);
    return INTERVALS.filter((interval) => series.some((one) => one.interval === interval));
  }

  rows(ticker: string, interval: Interval, range: DayRange): readonly MarketRow[] {
    const { bars, unusable } = this.read(ticker, interval, range);
    return unusable.length === 0 ? rowsOf(bars) : [...rowsOf(bars), ...unusable].toSorted(byTime);
  }

  actions(ticker: string): readonly CorporateAction[] {
    return this.#checkedActions(ticker)?.actions ?? [];
  }

  badActions(ticker: string): readonly RejectedAction[] {
    return this.#checkedActions(ticker)?.rejected ?? [];
  }

  toldActions(ticker: string): readonly ToldAction[] {
    return this.#filesOf(ticker).told;
  }

  notRead(ticker: string): readonly string[] {
    const { told, notFinal, notes } = this.#filesOf(ticker);
    return [
      ...notes,
      ...notFinal.flatMap(({ path, rows }) => notFinalNotes(path, rows, ticker)),
      ...toldNotes(told, this.actions(ticker)),
      ...(this.#checkedActions(ticker)?.notes ?? []),
    ];
  }

  /** None: a file does not say why a row is not there. */
  quiet(): readonly QuietSessions[] {
    return [];
  }

  stateOf(ticker: string, withActions: boolean): string | null {
    const files = this.#folder.filesByTicker.get(ticker);
    if (files === undefined) return null;
    const { actionsPath } = this.#folder;
    const paths = files.map(({ path }) => path);
    const all = withActions && actionsPath !== null ? [...paths, actionsPath] : paths;
    const { numbers = '', dates = '' } = this.#said;
    const said = numbers + dates === '' ? [] : [`${numbers} ${dates}`];
    const states = all.map((path) => this.#states.of(path));
    return [this.#zone ?? '', this.#stamps ?? 'start', ...said, ...states].join('\n');
  }

  span(ticker: string, interval: Interval): DayRange | undefined {
    const spans = this.#seriesOf(ticker)
      .filter((one) => one.interval === interval)
      .map(({ days }) => days);
    if (spans.length === 0) return undefined;
    return { from: smallest(spans.map(({ from }) => from)), to: largest(spans.map(({ to }) => to)) };
  }

  read(ticker: string, interval: Interval, range: DayRange): SeriesRows {
    const what = `${ticker} ${interval} ${range.from} ${range.to}`;
    // The rows of a range and their number of others are asked for one after the other.
    if (this.#last?.what !== what) this.#last = { what, rows: this.#readAll(ticker, interval, range) };
    return this.#last.rows;
  }

  #readAll(ticker: string, interval: Interval, range: DayRange): SeriesRows {
    const parts = this.#seriesOf(ticker)
      .filter((one) => one.interval === interval)
      .map((one) => this.#readOne(one, ticker, range));
    const all = joined(parts);
    if (parts.length < 2) return all;
    const { bars } = ascending({ bars: all.bars, faults: new Map() });
    return { ...all, bars, unusable: all.unusable.toSorted(byTime) };
  }

  /** Rows of a long file are read again, and that fails once it was changed: it is looked through anew the next time. */
  #readOne(series: CsvSeries, ticker: string, range: DayRange): SeriesRows {
    try {
      return series.read(range);
    } catch (error) {
      this.#reads.forget(ticker);
      this.#last = undefined;
      throw error;
    }
  }

  #checkedActions(ticker: string): ListedActions | undefined {
    const { actionsPath } = this.#folder;
    if (actionsPath === null) return undefined;
    return (this.#actions ??= readActions(actionsPath)).get(ticker);
  }

  #seriesOf(ticker: string): readonly CsvSeries[] {
    return this.#filesOf(ticker).series;
  }

  #filesOf(ticker: string): FilesRead {
    return this.#reads.of(ticker, () => {
      this.stateOf(ticker, true);
      const files = this.#folder.filesByTicker.get(ticker) ?? [];
      const context = {
        ...{ ticker, calendar: calendarFor(ticker) },
        ...{ zone: this.#zone, stamps: this.#stamps, shared: this.#shared },
        isLong: this.#shared.areLong(files.map(({ path }) => path)),
      };
      const read = withFinalRows(readSeries(files, context), ticker);
      const splits = read.told.flatMap((one) => splitTold(one) ?? []);
      assertOneLevel(read.steps, () => [...splits, ...this.actions(ticker)], ticker);
      return read;
    });
  }
}

function byTime(a: MarketRow, b: MarketRow): number {
  return a.ts - b.ts;
}
