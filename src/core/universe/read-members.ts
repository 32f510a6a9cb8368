import { BackfillError } from '../errors.ts';
import { plural } from '../plural.ts';
import { parseTicker } from '../instrument/ticker.ts';
import { type Day, formatDay, parseDay } from '../session/day.ts';
import { shown } from '../shown.ts';
import type { Member } from './member.ts';

/** One entry of a list as it stands there, and where: `line 12`. What is not told is null or undefined. */
export interface Entry {
  readonly where: string;
  readonly fields: Readonly<Record<(typeof ENTRY_FIELDS)[number], unknown>>;
  /** What its keys show to be wrong with it; empty where an entry before it says so of both. Default: nothing. */
  readonly fault?: string;
}

export const ENTRY_FIELDS = [
  ...(['ticker', 'name', 'type', 'exchange', 'listed', 'delisted', 'from', 'to', 'source'] as const),
];

/**
 * What they are called, in any case, as columns of a table and as keys of an object. Those of a stay end on the day on which it
 * is over, as an index tells it.
 */
export const FIELD_NAMES: Readonly<Record<(typeof ENTRY_FIELDS)[number], readonly string[]>> = {
  ticker: ['ticker', 'symbol'],
  name: ['name', 'security', 'company'],
  type: ['type', 'assettype'],
  exchange: ['exchange'],
  listed: ['listed', 'ipodate'],
  delisted: ['delisted', 'delistingdate'],
  from: ['from', 'start', 'start_date', 'startdate'],
  to: ['to', 'end', 'end_date', 'enddate'],
  source: ['source'],
};

/** An entry that is a ticker and nothing else. */
export function tickerEntry(where: string, ticker: unknown): Entry {
  const nothing = { name: null, type: null, exchange: null, listed: null, delisted: null };
  return { where, fields: { ticker, ...nothing, from: null, to: null, source: null } };
}

/** Entries that are told of one by one; of more it is said how many. */
const MOST_FAULTS = 10;

/**
 * The members that a list means. `source`: who says so, of those that do not tell. Throws `usage`, with a line for each entry
 * that is none, which names `called`, the place and the value.
 */
export function readMembers(entries: readonly Entry[], called: string, source: string): Member[] {
  const members: Member[] = [];
  const faults: string[] = [];
  for (const { where, fields, fault: known } of entries) {
    if (known !== undefined) {
      if (known !== '') faults.push(`${called}, ${where}: ${known}`);
      continue;
    }
    try {
      members.push(memberOf(fields, source));
    } catch (error) {
      if (!(error instanceof BackfillError)) throw error;
      faults.push(`${called}, ${where}: ${error.message}`);
    }
  }
  if (faults.length === 0) return members;
  const more = faults.length - MOST_FAULTS;
  const lines = faults.slice(0, MOST_FAULTS);
  throw new BackfillError(
    'usage',
    [
      ...lines,
      ...(more > 0 ? [`… and ${plural(more, 'more entry', 'more entries')} of ${called}`] : []),
    ].join('\n'),
  );
}

/** Throws what is wrong with it. */
function memberOf(fields: Entry['fields'], source: string): Member {
  const { ticker, name, type, exchange } = fields;
  if (ticker === undefined) throw fault('it has no ticker; give it one under "ticker" or "symbol"');
  if (typeof ticker !== 'string') throw fault(`${shown(ticker)} is not a ticker; write it as a text`);
  const listed = dayIn('listed', fields.listed);
  const delisted = dayIn('delisted', fields.delisted);
  const from = dayIn('from', fields.from);
  const to = dayIn('to', fields.to);
  if (listed !== null && delisted !== null && listed > delisted)
    throw fault(`${ticker} is delisted ${formatDay(delisted)}, before it is listed ${formatDay(listed)}`);
  if (from !== null && to !== null && from >= to)
    throw fault(`${ticker} leaves ${formatDay(to)}, not after it came ${formatDay(from)}`);
  return {
    ticker: parseTicker(ticker),
    name: textIn('name', name),
    type: textIn('type', type),
    exchange: textIn('exchange', exchange),
    ...{ listed, delisted },
    ...((from !== null || to !== null) && {
      stay: { from: from ?? Number.NEGATIVE_INFINITY, to: to ?? Number.POSITIVE_INFINITY },
    }),
    source: textIn('source', fields.source) ?? source,
  };
}

function textIn(field: string, value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'string') return value;
  throw fault(`its ${field} is ${shown(value)}; it must be a text or null`);
}

function dayIn(field: string, value: unknown): Day | null {
  const text = textIn(field, value);
  if (text === null) return null;
  try {
    return parseDay(text);
  } catch (error) {
    throw fault(`its ${field} ${(error as Error).message}`);
  }
}

function fault(message: string): BackfillError {
  return new BackfillError('usage', message);
}
