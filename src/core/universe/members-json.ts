import { BackfillError } from '../errors.ts';
import { type Day, formatDay } from '../session/day.ts';
import type { Member } from './member.ts';
import { type Entry, readMembers, tickerEntry } from './read-members.ts';

/** A universe as a file: what it is called, of which day it is, and who said so. */
export interface UniverseHead {
  readonly name: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly source: string;
}

const SHAPE =
  'a JSON list of tickers, or {"members": [{"ticker": "AAPL", "listed": "1980-12-12", "delisted": null}]}';

/**
 * The members of a JSON text: a list of tickers and of members, or an object with such a list under `members` or `tickers`.
 * Throws `usage`.
 */
export function membersInJson(text: string, called: string): Member[] {
  const json = parsed(text, called);
  const { members, tickers, source }: { members?: unknown; tickers?: unknown; source?: unknown } =
    typeof json === 'object' && json !== null ? json : {};
  const list = Array.isArray(json) ? json : (members ?? tickers);
  if (!Array.isArray(list)) throw new BackfillError('usage', `${called} is no universe; it must be ${SHAPE}`);
  const entries = list.map((entry: unknown, i) => entryOf(entry, `entry ${i + 1}`));
  return readMembers(entries, called, typeof source === 'string' ? source : called);
}

/** The text of a universe, a member a line. */
export function universeJson(head: UniverseHead, members: readonly Member[]): string {
  const lines = members.map((member) => ` ${JSON.stringify(written(member))}`);
  const open = JSON.stringify(head).slice(0, -1);
  return `${open},"members":[\n${lines.join(',\n')}\n]}\n`;
}

function parsed(text: string, called: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BackfillError(
      'usage',
      `${called} is no universe, nor any JSON (${(cause as Error).message}); it must be ${SHAPE}`,
      {
        cause,
      },
    );
  }
}

function entryOf(entry: unknown, where: string): Entry {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return tickerEntry(where, entry);
  return { where, fields: { ...tickerEntry(where, undefined).fields, ...entry } };
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
