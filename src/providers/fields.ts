import { type Day, parseDay } from '../core/session/day.ts';

/** What a JSON value has by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object; none of anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** The day of a date, `YYYY-MM-DD`. NaN for what is no date, which is then rejected by name. */
export function dayIn(fields: Fields, name: string): Day {
  const { [name]: value } = fields;
  try {
    return parseDay(typeof value === 'string' ? value : '');
  } catch {
    return Number.NaN;
  }
}

/** NaN for what is no number. */
export function numberIn(fields: Fields, name: string): number {
  const { [name]: value } = fields;
  return typeof value === 'number' ? value : Number.NaN;
}
