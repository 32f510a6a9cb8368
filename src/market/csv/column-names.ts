import { saysMoney, saysUnit } from './column-units.ts';

/** Names of columns, without case, signs and brackets; what stands first is preferred. */
const COLUMNS = {
  stamp:
    'datetime,date time,timestamp,ts,ts event,open time,opentime,window start,date,time,begins at,day,trade date,tradedate,trading date,t,unix,unix timestamp,epoch',
  date: 'date,day,trade date,tradedate,trading date',
  time: 'time,timestamp,hour',
  open: 'open,open price,o',
  high: 'high,high price,h',
  low: 'low,low price,l',
  close: 'close,close price,close/last,c,last,price',
  volume:
    'volume,vol,vol.,v,real volume,total volume,total traded volume,total traded quantity,traded volume,traded quantity,trade volume,shares traded,ttl trd qnty,tottrdqty,quantity,qty',
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

/** What is of another unit is taken, to be refused, only where nothing else has the name. */
const KNOWN = new Map(
  Object.entries(COLUMNS).map(([column, text]) => {
    const known = text.split(',');
    return [column, [...known, ...known.map((name) => name + IN_UNITS)]];
  }),
);

/** The index of the column that is wanted; null where there is none. */
export type Find = (wanted: keyof typeof COLUMNS) => number | null;

/** Finds columns by their plain names. */
export function finderIn(columns: readonly string[]): Find {
  return (wanted) => {
    const name = KNOWN.get(wanted)?.find((one) => columns.includes(one));
    return name === undefined ? null : columns.indexOf(name);
  };
}

/** What columns of dates and stamps are called. */
const DATES = new Set(`${COLUMNS.stamp},${COLUMNS.date}`.split(','));

/** The first column, besides those that are read, whose name is that of dates or stamps; null where there is none. */
export function otherDateIn(columns: readonly string[], read: readonly (number | null)[]): number | null {
  const isRead = (name: string): boolean => read.some((column) => columns[column ?? -1] === name);
  const index = columns.findIndex((name) => DATES.has(name) && !isRead(name));
  return index < 0 ? null : index;
}

/** Names that mean the same, whichever is read. */
const ALIKE = { volume: ['volume', 'vol', 'vol.', 'v'], ticker: COLUMNS.ticker.split(',') } as const;

/** The columns whose names mean the same. */
export function alikeIn(columns: readonly string[], wanted: keyof typeof ALIKE): number[] {
  const names: readonly string[] = ALIKE[wanted];
  return columns.flatMap((name, i) => (names.includes(name) ? [i] : []));
}

/** A volume with a word behind it, such as that of one of the two currencies. */
export function otherVolume(columns: readonly string[]): number | null {
  const isPlain = (name: string): boolean => ![ADJUSTED, IN_MONEY].some((end) => name.endsWith(end));
  const index = columns.findIndex((name) => name.startsWith('volume ') && isPlain(name));
  return index < 0 ? null : index;
}

/** `open time` of `Open_Time`, `date` of `<DATE>` and `Date (UTC)`, `open` of `1. open`, `timestamp` of `timestamp_utc`. */
export function plainName(name: string): string {
  const words = bareName(name).split(' ');
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

/** A name without case, signs and brackets, of words with one space between them. */
export function bareName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[<>*]|[([][^)\]]*[)\]]|^\d+[a-z]?\./g, '')
    .trim()
    .split(/[_\s]+/)
    .join(' ');
}
