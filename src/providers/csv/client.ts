import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { RejectedAction } from '../../core/actions/action-checks.ts';
import { isSplit, type Series } from '../../core/bars/bars.ts';
import type { Bars } from '../../core/bars/columns.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import { type Day, parseDay } from '../../core/session/day.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { option } from '../../core/option-name.ts';
import { smallest } from '../../core/extremes.ts';
import { checkBars } from '../../core/checks/checks.ts';
import { grouped } from '../../core/grouped.ts';
import { plural } from '../../core/plural.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { NEIGHBOUR_DAYS } from '../../core/checks/plausibility.ts';
import { type CsvFolderMarket, csvFolderMarket } from '../../market/csv-folder.ts';
import { assertThere } from '../../market/csv/folder-paths.ts';
import { clockNamed } from '../../market/csv/named-clock.ts';
import { DATE_ORDERS } from '../../market/csv/stamps.ts';
import type { StampsSaid } from '../../market/csv/stamped-ends.ts';
import type { SaidForms } from '../../market/csv/table.ts';
import type { RowsRead } from '../offline/answer.ts';
import { type MarketReading, readMarket } from '../offline/read-market.ts';
import type { BarRequest, Basis, NotListed, ProviderConfig, StampsRead } from '../provider.ts';
import { type Reach, reachOf } from './rows-to-come.ts';
import { type CsvSettings, csvSettings } from './settings.ts';
import { stampsRead } from './stamps-read.ts';
import { assertTurnedBack, type SplitsTold } from './told-splits.ts';

/** A reading of a folder, with how far its files reach. */
export interface CsvReading extends MarketReading, RowsRead, Reach {
  /** Rows of the range outside the regular session or off its grid. */
  readonly dropped: number;
  /** Those of them within the session, but off its grid. */
  readonly offGrid: number;
  readonly offGridOn: readonly Day[];
  readonly straysOn: readonly Day[];
  /** What is odd about the stamps of its rows. */
  readonly oddities: readonly Oddity[];
  /** Session dates of rows that may have been cut. */
  readonly mayBeCut: readonly Day[];
  /** Split-adjusted rows of the series within a month of its splits, whatever the range; none of raw ones. */
  readonly aroundSplits: Bars;
  /** What of its files is not read, a line each. */
  readonly notRead: readonly string[];
  /** See `CsvClient.editionOf`. */
  readonly edition: string | null;
  /** See `CsvClient.ownListOf`. */
  readonly ownList: string | null;
  /** Where its files say what the prices are in: a file and its line; null where none does. */
  readonly currencyAt: string | null;
  /** How the stamps of its rows were read; null where that is nothing to say of them. */
  readonly stampsRead: StampsRead | null;
  /** Splits and dividends of the ticker that cannot be. */
  readonly badActions: readonly RejectedAction[];
}

export interface CsvClient {
  /**
   * Throws `unknown-ticker`, `unsupported-interval`, `usage` (file and line) for a malformed file, and `basis-unknown` where
   * its prices are not what they are said to be.
   */
  read(request: BarRequest): CsvReading;
  tickers(): readonly string[];
  /** The day up to which splits are in its prices; null: not said. */
  readonly adjustedOn: Day | null;
  /** Another text once a file of the ticker changed, or how it is to be read did; null where it has none. */
  editionOf(ticker: string): string | null;
  /** Another text once what `actions.csv` lists of the ticker did; null where there is no such file. Throws `usage`. */
  ownListOf(ticker: string): string | null;
  /** A line for each reason for which files of the folder are not read, with their names. */
  readonly notes: readonly string[];
  /** Names that its rows go by and that are no tickers. */
  readonly notListed: readonly NotListed[];
}

/**
 * Opens the folder `config.url`. Throws `usage` where it, the basis of its prices, the zone of its times or the day of its
 * splits is not given or not usable.
 */
export function openClient(config: ProviderConfig): CsvClient {
  const { url } = config;
  const settings = csvSettings(config);
  const { basis } = settings;
  if (url === undefined)
    throw new BackfillError('usage', `provider csv needs ${option('providerUrl')}, a folder of bar files`);
  assertThere(url);
  if (basis === undefined) {
    throw new BackfillError(
      'usage',
      `provider csv needs to know the basis of the prices in "${url}": raw or split-adjusted`,
    );
  }
  const { zone, stamps, said } = readingOf(settings);
  return clientOf(csvFolderMarket(url, zone, stamps, said), url, { ...settings, basis });
}

/** How files are to be read. Throws `usage` for a zone that is none. */
export function readingOf(settings: CsvSettings): {
  readonly zone: string | null;
  readonly stamps: StampsSaid;
  readonly said: SaidForms;
} {
  return { zone: zoneOf(settings), stamps: settings.stamps ?? null, said: saidForms(settings) };
}

/** A client of a folder that is open, by the path that messages name. Throws like `openClient`. */
export function clientOf(
  market: CsvFolderMarket,
  url: string,
  settings: CsvSettings & { readonly basis: Basis },
): CsvClient {
  const { basis } = settings;
  if (basis === 'split-adjusted' && !market.hasActions) {
    throw new BackfillError(
      'usage',
      `split-adjusted prices need their splits: "${url}" has no actions.csv; write one (ticker,date,kind,value; ` +
        `its header alone where nothing was split), or say ${option('basis')} raw if they are as traded`,
    );
  }
  const editionOf = (ticker: string): string | null => {
    // Of prices that are as traded the actions are no part.
    const state = market.stateOf(ticker, basis === 'split-adjusted');
    return state === null ? null : fingerprint(`${basis} ${settings.asOf ?? ''}\n${state}`);
  };
  const ownListOf = (ticker: string): string | null =>
    market.hasActions
      ? fingerprint(JSON.stringify([market.actions(ticker), market.badActions(ticker)]))
      : null;
  return {
    read(request) {
      const { ticker, interval } = request.series;
      const reading = readMarket(market, request, 'csv');
      const reach = reachOf(market, request, calendarById(reading.listing.calendar));
      const rows = market.read(ticker, interval, reading.closed);
      assertTurnedBack(splitsTold(market, request, { ...reading, ...rows }), basis);
      const splits = basis === 'raw' ? [] : reading.actions.filter(isSplit);
      const aroundSplits = rowsAround(market, request, splits);
      const badActions = market.badActions(ticker);
      const notRead = [...market.notRead(ticker), ...repeatNotes(rows.bars, request.series)];
      const [edition, ownList] = [editionOf(ticker), ownListOf(ticker)];
      const told = { badActions, aroundSplits, notRead, edition, ownList };
      return {
        ...{ ...reading, ...rows, ...reach, ...told },
        currencyAt: currencyAt(market, ticker),
        stampsRead: stampsRead(market, request.series, settings),
      };
    },
    tickers: () => market.tickers(),
    ...{ editionOf, ownListOf },
    adjustedOn: dayOf(settings),
    notes: market.notes,
    notListed: [...unnamedRows(market.unread), ...namelessFiles(market.unread)],
  };
}

/** A line about rows that only repeat another, as the checks of a run leave them out. `bars`: ascending. */
function repeatNotes(bars: Bars, { ticker, interval }: Series): string[] {
  if (bars.ts.every((ts, i) => i === 0 || ts !== bars.ts[i - 1])) return [];
  const { accepted, rejected } = checkBars(bars);
  const count = bars.length - accepted.length - rejected.length;
  const repeat = count === 1 ? 'repeats' : 'repeat';
  return count === 0 ? [] : [`${plural(count, 'row')} of ${ticker} ${interval} that only ${repeat} another`];
}

/** All of a folder at once, however many files it has. */
function unnamedRows({ unnamed }: CsvFolderMarket['unread']): NotListed[] {
  const [first] = unnamed;
  if (first === undefined) return [];
  const others = new Set(unnamed.map(({ path }) => path)).size - 1;
  const more = others === 0 ? '' : ` and ${others} more`;
  return [
    {
      tickers: [...new Set(unnamed.map(({ name }) => name))],
      rows: unnamed.reduce((sum, { rows }) => sum + rows, 0),
      why: `${first.path}${more} ${others === 0 ? 'names' : 'name'} them so, which is no ticker`,
    },
  ];
}

/** By the reason. */
function namelessFiles({ nameless }: CsvFolderMarket['unread']): NotListed[] {
  return [...grouped(nameless, ({ reason }) => reason)].map(([why, files]) => ({
    tickers: files.map(({ path }) => path),
    areFiles: true,
    why,
  }));
}

function currencyAt(market: CsvFolderMarket, ticker: string): string | null {
  const said = market.currencySaid(ticker);
  return said && `${basename(said.path)}, line ${said.line}`;
}

/** Rows of a series within a month of some days. */
function rowsAround(
  market: CsvFolderMarket,
  { series: { ticker, interval } }: BarRequest,
  days: readonly { readonly exDay: Day }[],
): Bars {
  const parts = days.map(({ exDay }) => {
    const around = { from: exDay - NEIGHBOUR_DAYS, to: exDay + NEIGHBOUR_DAYS };
    return market.read(ticker, interval, around).bars;
  });
  return concatBars(parts);
}

/** What the files of a series tell of splits after the first row that is wanted. */
function splitsTold(
  market: CsvFolderMarket,
  request: BarRequest,
  { listing, bars, unusable, actions }: MarketReading & RowsRead,
): SplitsTold {
  const { ticker, interval } = request.series;
  const sessionOf = sessionDateOf(interval, calendarById(listing.calendar));
  const stamps = [bars.ts[0], unusable[0]?.ts].flatMap((ts) => ts ?? []);
  const first = stamps.length === 0 ? Number.POSITIVE_INFINITY : sessionOf(smallest(stamps));
  const told = market.toldActions(ticker).filter((one) => one.column.kind === 'split' && first < one.exDay);
  return { told, listed: actions, rows: rowsAround(market, request, told), sessionOf, ticker };
}

/** Long enough that no two states of a folder share one. */
function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

function zoneOf({ zone }: CsvSettings): string | null {
  if (zone === undefined) return null;
  const clock = clockNamed(zone);
  if (clock !== undefined) return clock;
  throw new BackfillError(
    'usage',
    `${option('csvZone')} ${zone}: is no time zone; write it as UTC, America/New_York, or exchange for each ticker's own`,
  );
}

/** What the user says of how numbers and dates are written. */
function saidForms({ decimal, dates }: CsvSettings): SaidForms {
  return { numbers: decimal, dates: dates && DATE_ORDERS[dates] };
}

function dayOf({ asOf }: CsvSettings): Day | null {
  if (asOf === undefined) return null;
  try {
    return parseDay(asOf);
  } catch (error) {
    throw new BackfillError('usage', `${option('csvAsOf')} ${(error as Error).message}`, { cause: error });
  }
}
