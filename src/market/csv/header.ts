import {
  fixedPointOf,
  priceUnits,
  saysMoney,
  saysUnit,
  unitsProblem,
  type VolumeUnit,
  volumeUnit,
} from './column-units.ts';
import { type ClockSaid, clockSaidBy, type UnknownClock } from './named-clock.ts';
import { EPOCH, TIME_OF_DAY } from './stamps.ts';
import type { ActionColumn } from './told-actions.ts';

/** Where a file has what: indices of its columns. */
export interface Header {
  /** The date, or the whole stamp. */
  readonly stamp: number;
  /** The time of day, where it has a column of its own. */
  readonly time: number | null;
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
  /** Columns of one name, of which the first is read. */
  readonly twins: readonly Twins[];
  /** Why nothing below it is read, what would do: its numbers are of another unit (`Volume (000s)`); null where all is well. */
  readonly problem: string | null;
}

/** Columns of one name: `Close` and `Close`, or `Close` and `Close.1` as pandas calls the second. */
export interface Twins {
  readonly name: string;
  readonly columns: readonly number[];
}

/** Names of columns, without case, signs and brackets; what stands first is preferred. */
const NAMES = {
  stamp:
    'datetime,date time,timestamp,ts,ts event,open time,opentime,window start,date,time,begins at,day,trade date,tradedate,trading date,t,unix,unix timestamp,epoch',
  date: 'date,day,trade date,tradedate,trading date',
  time: 'time,timestamp,hour',
  open: 'open,open price,o',
  high: 'high,high price,h',
  low: 'low,low price,l',
  close: 'close,close price,close/last,c,last,price',
  volume: 'volume,vol,vol.,v',
  ticks: 'tickvol,tick volume',
  vwap: 'vwap,vw',
  trades: 'trades,trade count,tradecount,number of trades,transactions,barcount,count,n',
  isFinal: 'is final,isfinal',
  adjusted: 'adjusted',
  split: 'stock splits,stock split,splits,split,split ratio,split factor,splitfactor,split coefficient',
  dividend: 'dividends,dividend,dividend amount,divcash,div cash,ex-dividend,ex dividend',
  ticker: 'ticker,symbol',
  name: 'name',
  interval: 'interval',
  clock: 'timezone,time zone,tz,zone,offset,utcoffset,gmtoffset',
  currency: 'currency,currency code,price currency,quote currency,ccy',
} as const;

/** Behind the plain name of `Close (adj.)`, which is read no more than `Adj Close`, and of `Volume (000s)`. */
const ADJUSTED = ' (adjusted)';
const IN_UNITS = ' (in units)';
/** Behind that of `Volume USD`, which is read no more than `Dollar Volume`. */
const IN_MONEY = ' (in money)';

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
  const columns = names.map(plainName);
  const find: Find = (wanted) => {
    const known = NAMES[wanted].split(',');
    // What is of another unit is taken, to be refused, only where nothing else has the name.
    const name = [...known, ...known.map((one) => one + IN_UNITS)].find((one) => columns.includes(one));
    return name === undefined ? null : columns.indexOf(name);
  };
  const stamps = stampColumns(find, columns, rows);
  const [open, high, low, close] = [find('open'), find('high'), find('low'), find('close')];
  if (stamps === null) return { missing: 'date' };
  if (open === null) return { missing: 'open' };
  if (high === null) return { missing: 'high' };
  if (low === null) return { missing: 'low' };
  if (close === null) return { missing: 'close' };
  const ticks = find('ticks');
  const volume =
    find('volume') ??
    indexOrNull(
      columns.findIndex(
        (name) => name.startsWith('volume ') && ![ADJUSTED, IN_MONEY].some((end) => name.endsWith(end)),
      ),
    ) ??
    ticks;
  const others = { volume, ticks, ...columnsBeside(find, names) };
  const nameAt = (column: number | null): string => (column === null ? '' : (names[column] ?? ''));
  const clock = clockIn(nameAt(stamps.stamp)) ?? clockIn(nameAt(stamps.time));
  const twins = [
    ...twinsOf(names, columns, [stamps.stamp, open, high, low, close]),
    // What is in brackets behind a volume is its unit: the first one is of what is traded.
    ...twinsOf(
      names,
      names.map((name) => name.toLowerCase()),
      [volume],
    ),
  ];
  const prices = [open, high, low, close].map(nameAt);
  const fixedPoint = (): string | null =>
    fixedPointOf(
      columns,
      rows.map((row) => row[open] ?? ''),
    );
  const { currency, problem } = priceUnits(prices);
  return {
    ...{ ...stamps, open, high, low, close, ...others, twins },
    zone: clock?.zone ?? null,
    unknownClock: clock?.unknown ?? null,
    pricesIn: currency,
    volumeIn: volume === null ? null : volumeUnit(nameAt(volume)),
    problem: unitsProblem([...prices, nameAt(volume)]) ?? problem ?? fixedPoint(),
  };
}

type Find = (wanted: keyof typeof NAMES) => number | null;

/** What a header has beside the stamps, the prices and the volume. */
function columnsBeside(
  find: Find,
  names: readonly string[],
): Pick<
  Header,
  | 'vwap'
  | 'trades'
  | 'isFinal'
  | 'adjusted'
  | 'actions'
  | 'ticker'
  | 'name'
  | 'interval'
  | 'currency'
  | 'clock'
> {
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

function twinsOf(
  names: readonly string[],
  columns: readonly string[],
  read: readonly (number | null)[],
): Twins[] {
  const plain = columns.map((name) => name.replace(/[. ]\d+$| price$/, '').trim());
  return read.flatMap((column) => {
    const name = column === null ? '' : plain[column];
    const alike = plain.flatMap((one, i) => (one === name && one !== '' ? [i] : []));
    return column === null || alike.length < 2 ? [] : [{ name: names[column] ?? '', columns: alike }];
  });
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

/** `open time` of `Open_Time`, `date` of `<DATE>` and `Date (UTC)`, `open` of `1. open`, `timestamp` of `timestamp_utc`. */
function plainName(name: string): string {
  const words = bare(name).split(' ');
  const rest = words.filter((word) => !['utc', 'gmt', 'et', 'est', 'local'].includes(word));
  const plain = (rest.length === 0 ? words : rest).join(' ');
  if (isAdjusted(name)) return plain + ADJUSTED;
  if (saysMoney(name)) return plain + IN_MONEY;
  return saysUnit(name) ? plain + IN_UNITS : plain;
}

/** Whether a column says in brackets that its values are adjusted. */
function isAdjusted(name: string): boolean {
  return /[([](?![^)\]]*\b(un|non|not)[- ]?adj)[^)\]]*adj/i.test(name);
}

function bare(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[<>*]|[([][^)\]]*[)\]]|^\d+[a-z]?\./g, '')
    .trim()
    .split(/[_\s]+/)
    .join(' ');
}

/** What a column's name says of the clock of its times; null where that is nothing. */
function clockIn(name: string): ClockSaid | null {
  return clockSaidBy(name, bare(name).split(' '));
}

function indexOrNull(index: number): number | null {
  return index < 0 ? null : index;
}
