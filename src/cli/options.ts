import { BackfillError, INTERVALS, type RangeOptions, assertRange } from '../index.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { checkDate, parseClock, parseDuration, parseIntervals, wholeFrom } from './quantities.ts';
import { asFlag } from './in-flags.ts';

export const WHICH = 'Which bars';
export const OUTPUT = 'What is printed';
export const PLACES = 'Where things are';

/** Where the bars are kept. */
export const STORE = {
  store: {
    value: 'STORE',
    default: './data',
    group: PLACES,
    describe: 'Where the bars are kept: a folder, postgres://…, questdb://… or s3://…',
  },
} as const satisfies Declarations;

/** Which tickers, as words or by name: both together are added up. */
export const TICKERS = {
  tickers: {
    short: 't',
    alias: 'symbols',
    value: 'TICKERS',
    word: 'many',
    joined: true,
    group: WHICH,
    describe: 'AAPL,MSFT, @FILE, portfolio, sp500, all, or a universe of the store; alias symbols',
  },
} as const satisfies Declarations;

/** Which intervals. */
export const INTERVAL = {
  interval: {
    alias: 'timeframes',
    value: 'LIST',
    isList: true,
    offers: INTERVALS,
    read: parseIntervals,
    group: WHICH,
    describe: `Lengths of bars, of ${INTERVALS.join(' ')}; several with commas; alias timeframes`,
  },
} as const satisfies Declarations;

/** First and last session. */
export const DATES = {
  start: { value: 'DATE', read: checkDate, group: WHICH, describe: 'First session, YYYY-MM-DD, inclusive' },
  end: { value: 'DATE', read: checkDate, group: WHICH, describe: 'Last session, YYYY-MM-DD, inclusive' },
} as const satisfies Declarations;

/** Options that say which sessions are meant. */
export const RANGE = {
  days: {
    value: 'N',
    read: wholeFrom(1),
    group: WHICH,
    describe: 'The last N settled sessions of each ticker’s own calendar',
  },
  years: { value: 'N', read: wholeFrom(1), group: WHICH, describe: 'The last N years' },
  ...DATES,
} as const satisfies Declarations;

const BATCHES = 'In batches';
/** What was left undone is asked for at once. */
const UNCUT = { voidWith: ['retry-failed'], group: BATCHES } as const;
const CUT = { ...UNCUT, needs: { 'batch-size': 'given' } } as const;

/** Options that cut a run into batches. */
export const BATCHED = {
  'batch-size': {
    ...UNCUT,
    value: 'N',
    read: wholeFrom(1),
    describe: 'So many tickers after the other, in the order in which they are asked for',
  },
  'start-batch': {
    ...CUT,
    value: 'N',
    otherwise: '0',
    read: wholeFrom(0),
    describe: 'Leave out so many batches: 10 begins with the eleventh',
  },
  'max-batches': { ...CUT, value: 'N', read: wholeFrom(1), describe: 'Batches at most' },
  delay: {
    ...CUT,
    value: 'TIME',
    read: parseDuration,
    describe: 'Pause between a batch that asked for something and the next one',
  },
} as const satisfies Declarations;

/** Lists at their full length. */
export const ALL = {
  all: { type: 'switch', voidWith: ['json'], group: OUTPUT, describe: 'Cut no list short, as in a pipe' },
} as const satisfies Declarations;

/** A clock to pretend. */
export const NOW = {
  now: {
    value: 'INSTANT',
    read: parseClock,
    describe: 'Pretend that it is this instant, such as 2026-11-20T22:00:00Z',
  },
} as const satisfies Declarations;

/** First and last date, in that order. Throws `usage`. */
export function datesOf({ start, end }: ValuesOf<typeof DATES>): { start?: string; end?: string } {
  if (start === undefined || end === undefined || start <= end) return given({ start, end });
  throw new BackfillError('usage', `--start ${start} is after --end ${end}`);
}

/** What the options of a range chose, without what was not given. Throws `usage`. */
export function rangeOf({ days, years, ...dates }: ValuesOf<typeof RANGE>): RangeOptions {
  const range = { ...given({ days, years }), ...datesOf(dates) };
  assertRange(range, asFlag);
  return range;
}

/** Drops options that were not given, so that defaults apply. */
export function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** What a command that sees a run to its end prints, and how it ends. */
export const WATCHED = {
  quiet: { type: 'switch', group: OUTPUT, describe: 'Print errors only' },
  'no-progress': { type: 'switch', group: OUTPUT, describe: 'Show no progress' },
  strict: {
    type: 'switch',
    group: OUTPUT,
    describe: 'Exit 1 whenever something that was asked for cannot be had, be it one session',
  },
} as const satisfies Declarations;
