import { type Series, seriesKey } from '../core/bars/bars.ts';
import { BackfillError } from '../core/errors.ts';
import type { Scan } from '../store/scan.ts';
import { assertReadable } from './adjusted.ts';
import { parseAsOf } from './as-of.ts';
import { canonical, checkedRead } from './check-request.ts';
import { assertComplete } from './complete.ts';
import type { ReadOptions } from './read-options.ts';
import { parseAdjust } from './reading.ts';
import type { Verdict } from './verdict.ts';
import { tickersOf, type VerdictTools, verdictIn } from './verdict-in.ts';

/** Stored bars that are about to be read, of several series. */
export interface BarSource<Options extends ReadOptions = ReadOptions> {
  /** Canonical, each once, in the order in which they were named. */
  readonly series: readonly Series[];
  readonly options: Options;
  /** What is known of them; as it was when it was first asked for. */
  scan(): Promise<Scan>;
  /** What that says of the range. */
  verdict(): Promise<Verdict>;
  /** The same scan, if all can be read by it. Throws `incomplete`, `store-corrupt` and `not-stored`. */
  readable(): Promise<Scan>;
}

/** Throws `usage`, `invalid-ticker`, `invalid-date` and `unsupported-interval`. */
export function barSource<Options extends ReadOptions>(
  tools: VerdictTools,
  named: Series | readonly Series[],
  options: Options,
): BarSource<Options> {
  const series = seriesOf(named);
  parseAdjust(checkedRead(options));
  let scanning: Promise<Scan> | undefined;
  const scan = (): Promise<Scan> => (scanning ??= tools.store.scan({ tickers: tickersOf(series) }));
  const verdict = async (): Promise<Verdict> => verdictOn(tools, series, options, await scan());
  const readable = async (): Promise<Scan> => {
    const known = await scan();
    if (options.require !== undefined) assertComplete(await verdict());
    for (const one of series) assertReadable(known, one, options);
    return known;
  };
  return { series, options, scan, verdict, readable };
}

/** The verdict on what a read is of. */
export function verdictOn(
  tools: VerdictTools,
  series: readonly Series[],
  { start, end, asOf }: ReadOptions,
  scan?: Scan,
): Promise<Verdict> {
  const range = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
  return verdictIn(tools, series, range, asOf === undefined ? undefined : parseAsOf(asOf), scan);
}

function seriesOf(named: Series | readonly Series[]): readonly Series[] {
  const list: readonly Series[] = Array.isArray(named) ? named : [named as Series];
  if (list.length === 0) throw new BackfillError('usage', 'no series is named; name at least one');
  return [...new Map(list.map((one) => canonical(one)).map((one) => [seriesKey(one), one])).values()];
}
