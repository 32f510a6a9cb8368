import { closest } from '../closest.ts';
import { BackfillError } from '../errors.ts';
import { grouped } from '../grouped.ts';
import { inOneLine } from '../quoted.ts';
import { sealed, unsealed } from '../seal.ts';
import { type Day, formatDay } from '../session/day.ts';
import type { Member } from './member.ts';
import { ENTRY_FIELDS, type Entry, FIELD_NAMES, readMembers, tickerEntry } from './read-members.ts';

/** A universe as a file: what it is called, of which day it is, and who said so. */
export interface UniverseHead {
  readonly name: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly source: string;
}

const SHAPE =
  'a JSON list of tickers, or {"members": [{"ticker": "AAPL", "listed": "1980-12-12", "delisted": null}]}';

/** The names that a list of members has. */
const LISTS = ['members', 'tickers', 'symbols'];

/**
 * The members of a JSON text: a list of tickers and of members, or an object with such a list under `members`, `tickers` or
 * `symbols`. Throws `usage`, also for several such lists, for keys of members that look misspelt, and for a list that was changed since
 * `universeJson` wrote it.
 */
export function membersInJson(text: string, called: string): Member[] {
  const json = parsed(text, called);
  if (unsealed(json)?.seal === 'broken')
    throw new BackfillError(
      'usage',
      `${called} is not as it was fetched: discover it again, or take its "seal" out if it was changed on purpose`,
    );
  const { source, ...fields }: Partial<Record<string, unknown>> =
    typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : {};
  const [name, second] = LISTS.filter((one) => Array.isArray(fields[one]));
  if (second !== undefined)
    throw new BackfillError(
      'usage',
      `${called} has a list under "${name}" and another under "${second}"; put them together in one`,
    );
  const list = Array.isArray(json) ? json : (fields['members'] ?? fields['tickers'] ?? fields['symbols']);
  if (!Array.isArray(list)) throw new BackfillError('usage', `${called} is no universe; it must be ${SHAPE}`);
  const misspelt = misspeltIn(list);
  const entries = list.map((entry: unknown, i) => {
    const fault = misspelt.get(i);
    return { ...entryOf(entry, `entry ${i + 1}`), ...(fault !== undefined && { fault }) };
  });
  return readMembers(entries, called, typeof source === 'string' ? source : called);
}

/** The text of a universe, a member a line. */
export function universeJson(head: UniverseHead, members: readonly Member[]): string {
  const list = members.map(written);
  const lines = list.map((member) => ` ${JSON.stringify(member)}`);
  const open = JSON.stringify(head).slice(0, -1);
  const { seal } = sealed({ ...head, members: list });
  return `${open},"members":[\n${lines.join(',\n')}\n],"seal":${JSON.stringify(seal)}}\n`;
}

function parsed(text: string, called: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BackfillError(
      'usage',
      `${called} is no universe, nor any JSON (${inOneLine((cause as Error).message)}); it must be ${SHAPE}`,
      {
        cause,
      },
    );
  }
}

function entryOf(entry: unknown, where: string): Entry {
  if (!isObject(entry)) return tickerEntry(where, entry);
  const told = Object.entries(entry).map(([key, value]) => [key.toLowerCase(), value] as const);
  const byKey = new Map(told);
  const fields = ENTRY_FIELDS.flatMap((field) => {
    const key = FIELD_NAMES[field].find((name) => byKey.has(name));
    return key === undefined ? [] : [[field, byKey.get(key)]];
  });
  return { where, fields: { ...tickerEntry(where, undefined).fields, ...Object.fromEntries(fields) } };
}

/** What an entry may be misspelt from: what is as near to a second name of a field is a key of somebody's own. */
const SPELT = [...ENTRY_FIELDS, 'symbol'];

/** A key of fewer letters is like too many. */
const FEWEST_LETTERS = 3;

/**
 * What is wrong with entries of which a key looks misspelt, by their places: what it says would be left out, and nobody would
 * know. Of several with one such key the first says so of all, and the others nothing.
 */
function misspeltIn(list: readonly unknown[]): ReadonlyMap<number, string> {
  const meant = list.flatMap((entry, place) => {
    const key = isObject(entry) ? meantIn(entry) : undefined;
    return key === undefined ? [] : [{ ...key, place }];
  });
  const faults = new Map<number, string>();
  for (const [key, [first, ...alike]] of grouped(meant, (one) => one.key)) {
    if (first === undefined) continue;
    const others = alike.length === 0 ? '' : ` (nor of ${alike.length} more)`;
    faults.set(first.place, `there is no "${key}" of a member${others}; did you mean ${first.name}?`);
    for (const { place } of alike) faults.set(place, '');
  }
  return faults;
}

/** A key that no member has, whose text is as that of one could be which is not there, and that one. */
function meantIn(
  entry: Readonly<Record<string, unknown>>,
): { readonly key: string; readonly name: string } | undefined {
  const told = new Set(Object.keys(entry).map((key) => key.toLowerCase()));
  const untold = ENTRY_FIELDS.filter((field) => !FIELD_NAMES[field].some((name) => told.has(name)));
  const names = SPELT.filter((name) => untold.some((field) => FIELD_NAMES[field].includes(name)));
  for (const [key, value] of Object.entries(entry)) {
    const isKnown = Object.values(FIELD_NAMES).flat().includes(key.toLowerCase());
    if (isKnown || typeof value !== 'string' || key.length < FEWEST_LETTERS) continue;
    const name = closest(key, names);
    if (name !== undefined) return { key, name };
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function written({ stay, listed, delisted, source, ...member }: Member): object {
  const date = (day: Day | null): string | null =>
    day === null || !Number.isFinite(day) ? null : formatDay(day);
  return {
    ...member,
    ...{ listed: date(listed), delisted: date(delisted) },
    ...(stay && { from: date(stay.from), to: date(stay.to) }),
    source,
  };
}
