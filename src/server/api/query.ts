import type { Series } from '../../core/bars/bars.ts';
import { BackfillError } from '../../core/errors.ts';
import { parseTicker } from '../../core/instrument/ticker.ts';
import { assertKnown } from '../../core/known-names.ts';
import { quoted } from '../../core/quoted.ts';
import type { Interval } from '../../core/session/interval.ts';
import { checkInterval } from '../../library/check-request.ts';
import type { BarBatchOptions, BarColumn } from '../../library/bar-batch.ts';

/** Parameters that are lists: with commas, or given more than once. */
const LISTS: ReadonlySet<string> = new Set(['tickers', 'columns']);

/** The parameters of an address by their names. Throws `usage` for one that nothing reads, and for one that is given twice. */
export function parametersOf(
  { pathname, searchParams }: URL,
  names: readonly string[],
): ReadonlyMap<string, string> {
  const known = Object.fromEntries(names.map((name) => [name, true] as const));
  assertKnown(pathname, Object.fromEntries(searchParams), known);
  return new Map(
    [...new Set(searchParams.keys())].map((name) => {
      const values = searchParams.getAll(name);
      const [first = '', second] = values;
      if (second !== undefined && !LISTS.has(name))
        throw new BackfillError('usage', `${name} ${quoted(second)}: is given twice; give it once`);
      return [name, values.length > 1 ? values.join(',') : first];
    }),
  );
}

/** The words of a list with commas between them. */
function wordsOf(list: string): readonly string[] {
  return list.split(',').map((word) => word.trim());
}

/**
 * Which series are meant: `tickers` of one `interval` (default `1d`). Throws `usage`, `invalid-ticker` and `unsupported-interval`.
 */
export function seriesOf(parameters: ReadonlyMap<string, string>): readonly Series[] {
  const interval = intervalOf(parameters);
  return tickersOf(parameters).map((ticker) => ({ ticker, interval }));
}

/** The bars that are meant. Throws `unsupported-interval`. */
export function intervalOf(parameters: ReadonlyMap<string, string>): Interval {
  const interval: unknown = parameters.get('interval') ?? '1d';
  checkInterval('interval', interval);
  return interval;
}

/** The tickers that are named, canonical. Throws `usage` and `invalid-ticker`. */
export function tickersOf(parameters: ReadonlyMap<string, string>): readonly string[] {
  const given = parameters.get('tickers') ?? '';
  const tickers = wordsOf(given);
  if (tickers.includes(''))
    throw new BackfillError(
      'usage',
      `tickers ${quoted(given)}: names no ticker, or one without a name; ` +
        'write AAPL,MSFT, of those that /api/series lists',
    );
  // Elsewhere it means all that are stored: whoever asks whether all is complete must not be told of one share.
  if (tickers.includes('all'))
    throw new BackfillError(
      'usage',
      `tickers ${quoted(given)}: leave tickers out for all, where it has a default, or name those that /api/series lists; ` +
        'the share ALL is written in capitals',
    );
  return tickers.map(parseTicker);
}

/** What is read of them; what is wrong with a value is found when it is read. Throws `invalid-date`. */
export function readingIn(parameters: ReadonlyMap<string, string>): BarBatchOptions {
  const given = ['start', 'end', 'adjust', 'require'].flatMap((name) => {
    const value = parameters.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const columns = parameters.get('columns');
  const asOf = parameters.get('asOf');
  return {
    ...Object.fromEntries(given),
    ...(asOf !== undefined && { asOf: asOfIn(asOf) }),
    ...(columns !== undefined && { columns: wordsOf(columns) as BarColumn[] }),
  };
}

/** Ms since the epoch have more digits than a date, or than seconds. Throws `invalid-date`. */
function asOfIn(text: string): string | number {
  if (/^\d{11,}$/.test(text)) return Number(text);
  if (/T\S* \d{2}:?\d{2}$/.test(text))
    throw new BackfillError(
      'invalid-date',
      `asOf ${quoted(text)}: a + in an address is a space; write that of the zone as %2B`,
    );
  return text;
}
