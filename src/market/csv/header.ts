import {
  fixedPointOf,
  lotsOf,
  priceUnits,
  ticksUnit,
  unitsProblem,
  type VolumeUnit,
  volumeUnit,
} from './column-units.ts';
import {
  alikeIn,
  bareName,
  type Find,
  finderIn,
  otherDateIn,
  otherVolume,
  plainName,
} from './column-names.ts';
import { type ClockSaid, clockSaidBy, type UnknownClock } from './named-clock.ts';
import { EPOCH, TIME_OF_DAY } from './stamps.ts';
import type { ActionColumn } from './told-actions.ts';

/** Where a file has what: indices of its columns. */
export interface Header {
  /** The date, or the whole stamp. */
  readonly stamp: number;
  /** The time of day, where it has a column of its own. */
  readonly time: number | null;
  /** What is not read, and tells of dates or stamps by its name: of the same days. */
  readonly otherDate: number | null;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number | null;
  /** MetaTrader's number of changes of the price, which stands for a volume where the broker knows none. */
  readonly ticks: number | null;
  readonly vwap: number | null;
  readonly trades: number | null;
  /** Whether a row is final: this program's own exports tell. */
  readonly isFinal: number | null;
  /** What the prices of a row are adjusted for: this program's own exports tell. */
  readonly adjusted: number | null;
  /** What tells of splits and dividends beside the bars. */
  readonly actions: readonly ActionColumn[];
  /** Which instrument a row is of. */
  readonly ticker: number | null;
  /** The same, or the name of its company. */
  readonly name: number | null;
  /** Which interval a row is of. */
  readonly interval: number | null;
  /** What the prices of a row are in. */
  readonly currency: number | null;
  /** The clock of the stamps, as the header names it: an IANA zone, `UTC` or `exchange`. */
  readonly zone: string | null;
  /** What it, or a column of zones, says of that clock and is not understood. */
  readonly unknownClock: UnknownClock | null;
  /** The clock of a row. */
  readonly clock: number | null;
  /** What all prices are in, as the names of their columns say. */
  readonly pricesIn: string | null;
  /** What the volume counts, by its name, where that is not plainly what is traded. */
  readonly volumeIn: VolumeUnit | null;
  /** Columns that mean the same, of which one is read. */
  readonly twins: readonly Twins[];
  /** Why nothing below it is read, what would do: its numbers are of another unit (`Volume (000s)`); null where all is well. */
  readonly problem: string | null;
}

/**
 * Columns of one name, `Close` and `Close`, or `Close` and `Close.1` as pandas calls the second; or of two that mean the same,
 * `volume` and `vol`.
 */
export interface Twins {
  /** As the file has them, of each. */
  readonly names: readonly string[];
  readonly columns: readonly number[];
  /** Set of what names instruments, which may be in two spellings. */
  readonly areTickers?: true;
}

const EPOCHS: ReadonlySet<string> = new Set(['timestamp', 'time', 'unix', 'unix timestamp', 'epoch']);
/** A date and a time without an offset. */
const HAS_TIME = /^\d{4}\D?\d{2}\D?\d{2}[T ]\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$/;

/**
 * The columns that a header and the first rows of a file tell of, of which some may be damaged, or the first column that is wanted and not there; a volume
 * may be missing.
 */
export function readHeader(
  names: readonly string[],
  rows: readonly (readonly string[])[],
): Header | { readonly missing: string } {
  const { columns, find, prices, beside, clocks, problem, twinsOf, twins } = namedAlike(names);
  const stamps = stampColumns(find, columns, rows);
  if (stamps === null) return { missing: 'date' };
  if ('missing' in prices) return prices;
  const { open, high, low, close } = prices;
  const clock = clocks[stamps.stamp] ?? clocks[stamps.time ?? -1];
  const fixedPoint = (): string | null =>
    fixedPointOf(
      columns,
      rows.map((row) => row[open] ?? ''),
    );
  return {
    ...{ ...stamps, ...prices, ...beside },
    otherDate: otherDateIn(columns, [stamps.stamp, stamps.time]),
    twins: [...twinsOf([stamps.stamp, open, high, low, close]), ...twins],
    zone: clock?.zone ?? null,
    unknownClock: clock?.unknown ?? null,
    problem: problem ?? fixedPoint(),
  };
}

/** What the names of columns tell, whatever stands below them. */
interface Named {
  /** Their plain names. */
  readonly columns: readonly string[];
  readonly find: Find;
  /** Those of the prices, or the first that is not there. */
  readonly prices: Pick<Header, 'open' | 'high' | 'low' | 'close'> | { readonly missing: string };
  readonly beside: Pick<Header, 'volume' | 'ticks' | 'pricesIn' | 'volumeIn' | Others>;
  /** What each says of the clock of its times; null where that is nothing. */
  readonly clocks: readonly (ClockSaid | null)[];
  /** Those of one name with the columns that are read. */
  readonly twinsOf: (read: readonly (number | null)[]) => Twins[];
  /** Those of volumes and of tickers. */
  readonly twins: readonly Twins[];
  readonly problem: string | null;
}

let newest: { readonly key: string; readonly named: Named } | undefined;

/** Files of a folder mostly have one header, and each is looked at several times: the newest is remembered. */
function namedAlike(names: readonly string[]): Named {
  const key = names.join('\0');
  if (newest?.key !== key) newest = { key, named: namedColumns(names) };
  return newest.named;
}

function namedColumns(names: readonly string[]): Named {
  const columns = names.map(plainName);
  const find = finderIn(columns);
  const prices = pricesFound(find);
  const ticks = find('ticks');
  const volume = find('volume') ?? otherVolume(columns) ?? ticks;
  const nameAt = (column: number | null): string => (column === null ? '' : (names[column] ?? ''));
  const priceNames = 'missing' in prices ? [] : Object.values(prices).map(nameAt);
  const { currency, problem } = priceUnits(priceNames);
  return {
    ...{ columns, find, prices },
    beside: {
      ...{ volume, ticks, ...columnsBeside(find, names) },
      pricesIn: currency,
      volumeIn: volume === null ? null : (volume === ticks ? ticksUnit : volumeUnit)(nameAt(volume)),
    },
    clocks: names.map(clockIn),
    twinsOf: twinsAmong(names, columns),
    twins: [
      // What is in brackets behind a volume is its unit: the first one is of what is traded.
      ...twinsAmong(
        names,
        names.map((name) => name.toLowerCase()),
      )([volume]),
      ...meaningTheSame(
        names,
        alikeIn(columns, 'volume').filter((i) => volumeUnit(nameAt(i)) === null),
      ),
      ...meaningTheSame(names, alikeIn(columns, 'ticker'), { areTickers: true }),
    ],
    problem: unitsProblem([...priceNames, nameAt(volume)]) ?? problem ?? lotsOf(columns),
  };
}

function pricesFound(find: Find): Named['prices'] {
  const [open, high, low, close] = [find('open'), find('high'), find('low'), find('close')];
  if (open === null) return { missing: 'open' };
  if (high === null) return { missing: 'high' };
  if (low === null) return { missing: 'low' };
  if (close === null) return { missing: 'close' };
  return { open, high, low, close };
}

/** What a header has beside the stamps, the prices and the volume. */
type Others =
  | 'vwap'
  | 'trades'
  | 'isFinal'
  | 'adjusted'
  | 'actions'
  | 'ticker'
  | 'name'
  | 'interval'
  | 'currency'
  | 'clock';

function columnsBeside(find: Find, names: readonly string[]): Pick<Header, Others> {
  return {
    vwap: find('vwap'),
    trades: find('trades'),
    isFinal: find('isFinal'),
    adjusted: find('adjusted'),
    actions: (['split', 'dividend'] as const).flatMap((kind) => {
      const index = find(kind);
      return index === null ? [] : [{ kind, index, name: names[index] ?? '' }];
    }),
    ticker: find('ticker'),
    name: find('name'),
    interval: find('interval'),
    currency: find('currency'),
    clock: find('clock'),
  };
}

function twinsAmong(names: readonly string[], columns: readonly string[]): Named['twinsOf'] {
  const plain = columns.map((name) => name.replace(/[. ]\d+$| price$/, '').trim());
  return (read) =>
    read.flatMap((column) => {
      const name = column === null ? '' : plain[column];
      const alike = plain.flatMap((one, i) => (one === name && one !== '' ? [i] : []));
      const named = names[column ?? -1] ?? '';
      return alike.length < 2 ? [] : [{ names: alike.map(() => named), columns: alike }];
    });
}

function meaningTheSame(
  names: readonly string[],
  columns: readonly number[],
  more: Pick<Twins, 'areTickers'> = {},
): Twins[] {
  return columns.length < 2 ? [] : [{ names: columns.map((i) => names[i] ?? ''), columns, ...more }];
}

/** The column of the stamps, and that of the times where dates have none. */
function stampColumns(
  find: Find,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Pick<Header, 'stamp' | 'time'> | null {
  const [date, time] = [find('date'), find('time')];
  const someIs = (what: RegExp, column: number): boolean => rows.some((row) => what.test(row[column] ?? ''));
  if (date !== null && time !== null && someIs(TIME_OF_DAY, time)) return { stamp: date, time };
  // A table of pandas has its stamps in a first column without a name.
  const stamp = find('stamp') ?? (columns[0] === '' ? 0 : null);
  if (stamp === null) return null;
  // A number since the epoch needs no clock.
  const epoch = columns.findIndex((name, i) => EPOCHS.has(name) && someIs(EPOCH, i));
  return { stamp: epoch >= 0 && someIs(HAS_TIME, stamp) ? epoch : stamp, time: null };
}

function clockIn(name: string): ClockSaid | null {
  return clockSaidBy(name, bareName(name).split(' '));
}
