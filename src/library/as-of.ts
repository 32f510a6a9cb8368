import { BackfillError } from '../core/errors.ts';
import { type Day, hasDate, parseDay } from '../core/session/day.ts';
import { shown } from '../core/shown.ts';

/** Up to when something is known: to the end of a session date, or to an instant, ms since the epoch. */
export type AsOf =
  | { readonly day: Day; readonly instant?: never }
  | { readonly instant: number; readonly day?: never };

const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * `YYYY-MM-DD`, an ISO instant with its zone, or ms since the epoch. Throws `invalid-date` for a text that is neither, and `usage`
 * for what is no text.
 */
export function parseAsOf(asOf: unknown): AsOf {
  if (typeof asOf === 'number' && hasDate(asOf)) return { instant: instantOf('asOf', asOf) };
  if (typeof asOf !== 'string')
    throw new BackfillError(
      'usage',
      `asOf ${shown(asOf)}: must be a day such as "2026-01-02", an instant such as "2026-01-02T21:00:00Z", or ms since the epoch`,
    );
  const [, date = asOf] = INSTANT.exec(asOf) ?? [];
  try {
    const day = parseDay(date);
    if (date === asOf) return { day };
  } catch (error) {
    throw new BackfillError('invalid-date', `asOf ${(error as Error).message}${OR_INSTANT}`, {
      cause: error,
    });
  }
  const instant = Date.parse(asOf);
  if (!Number.isNaN(instant)) return { instant };
  throw new BackfillError('invalid-date', `asOf ${shown(asOf)} is no time of day`);
}

/** Of seconds since the epoch, from 1973 to 2286. Who means these months of 1970 writes them as a text. */
const LIKE_SECONDS = { from: 1e8, to: 1e10 };

/** A number that is said to be an instant. Throws `usage` for what is no whole number of ms, and what must be seconds. */
export function instantOf(name: string, instant: number): number {
  const isSeconds = instant >= LIKE_SECONDS.from && instant < LIKE_SECONDS.to;
  if (!isSeconds && Number.isInteger(instant)) return instant;
  const must = isSeconds
    ? `looks like seconds; ${new Date(instant).toISOString()} is written so`
    : 'is no whole number';
  throw new BackfillError('usage', `${name} ${shown(instant)}: must be ms since the epoch, and ${must}`);
}

/** What else may be meant. */
const OR_INSTANT = ', an instant with its zone as 2026-01-02T21:00:00Z, or ms since the epoch';
