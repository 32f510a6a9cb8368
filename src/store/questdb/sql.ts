import { fnv1a } from '../../core/fnv.ts';
import { literal } from '../tables/literal.ts';

/** Values as literals: the server takes no array of texts, and finds the types of parameters out by their order. */

/** A text as a `VARCHAR`; one of a single sign would be a `CHAR`. */
export function varchar(value: string | null): string {
  return value === null ? 'cast(null as varchar)' : `cast(${literal(value)} as varchar)`;
}

export function symbol(value: string): string {
  return `cast(${literal(value)} as symbol)`;
}

/** Any of some texts. */
export function oneOf(column: string, values: readonly string[]): string {
  return `${column} IN (${values.map(literal).join(', ')})`;
}

/** What fits into one statement. */
const MOST_NAMES = 2000;

/** The same of however many, as conditions of as many statements. Default: of all. */
export function conditionsOf(column: string, values: readonly string[] | undefined): string[] {
  if (values === undefined) return ['1 = 1'];
  const ordered = [...new Set(values)].toSorted();
  return Array.from({ length: Math.ceil(ordered.length / MOST_NAMES) }, (_, i) =>
    oneOf(column, ordered.slice(i * MOST_NAMES, (i + 1) * MOST_NAMES)),
  );
}

/** An instant in ms since the epoch as a `TIMESTAMP`, which counts microseconds. */
export function time(ms: number | null): string {
  return ms === null ? 'cast(null as timestamp)' : `cast(${Math.round(ms * 1000)} as timestamp)`;
}

export function double(value: number | null): string {
  return value === null || Number.isNaN(value) ? 'cast(null as double)' : `cast(${value} as double)`;
}

export function long(value: number | null): string {
  return value === null ? 'cast(null as long)' : `cast(${value} as long)`;
}

/** A column of instants as ms. */
export function msOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Math.floor(Number(value) / 1000);
}

const DAY_MS = 86_400_000;
const SLOTS = 16;

/**
 * Rows that are of no time need one all the same, by which the server keeps them apart: a change of one makes it write anew
 * what lies on the same day.
 */
export function slotOf(key: string): string {
  return time((fnv1a(key) % SLOTS) * DAY_MS);
}

/** All of them. */
export const SLOT_TIMES: readonly string[] = Array.from({ length: SLOTS }, (_, i) => time(i * DAY_MS));

/** Another number each time, of which doubles hold every one. */
export function newVersion(): string {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return String((high % 2 ** 20) * 2 ** 32 + low + 1);
}
