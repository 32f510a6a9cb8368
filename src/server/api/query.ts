import type { Series } from '../../core/bars/bars.ts';
import { BackfillError } from '../../core/errors.ts';
import { parseTicker } from '../../core/instrument/ticker.ts';
import { assertKnown } from '../../core/known-names.ts';
import { quoted } from '../../core/quoted.ts';
import type { Interval } from '../../core/session/interval.ts';
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
export function wordsOf(list: string): readonly string[] {
  return list.split(',').map((word) => word.trim());
}

/** Which series are meant: `tickers` of one `interval` (default `1d`). Throws `usage` and `invalid-ticker`. */
export function seriesOf(parameters: ReadonlyMap<string, string>): readonly Series[] {
  const tickers = wordsOf(parameters.get('tickers') ?? '');
  if (tickers.includes(''))
    throw new BackfillError(
      'usage',
      `tickers ${quoted(parameters.get('tickers') ?? '')}: names no ticker, or one without a name; ` +
        'write AAPL,MSFT, of those that /api/series lists',
    );
  // What is no interval is refused in the words of a read.
  const interval = (parameters.get('interval') ?? '1d') as Interval;
  return tickers.map((ticker) => ({ ticker: parseTicker(ticker), interval }));
}

/** What is read of them; what is wrong with a value is found when it is read. */
export function readingIn(parameters: ReadonlyMap<string, string>): BarBatchOptions {
  const given = ['start', 'end', 'adjust', 'asOf', 'require'].flatMap((name) => {
    const value = parameters.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const columns = parameters.get('columns');
  return {
    ...Object.fromEntries(given),
    ...(columns !== undefined && { columns: wordsOf(columns) as BarColumn[] }),
  };
}
