import { seriesKey } from '../../core/bars/bars.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { givenBy } from '../../core/bars/vendor.ts';
import { type Coverage, NOTHING_KNOWN, provisionalAt } from '../../core/coverage/coverage.ts';
import { BackfillError } from '../../core/errors.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import type { DayRange } from '../../core/session/day.ts';
import { intersect, normalize, span, subtract, union } from '../../core/session/ranges.ts';
import { livedIn } from '../../core/universe/universe.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { BarStore } from '../../store/store.ts';
import type { Scan } from '../../store/scan.ts';
import { type AskedNext, NOBODY_NEXT } from '../run/ledger.ts';
import type { RecordedChain } from '../run/run-record.ts';
import { isServedAt } from '../want/served.ts';
import { ALL_DAYS, cannotGive, type Earlier } from './cannot-give.ts';

/** Who else is asked for the bars that a provider is asked for. */
export interface ChainPlace {
  /** In their order; none for the first. */
  readonly before: readonly Earlier[];
  /** All of the chain, the provider itself too. */
  readonly all: readonly Capabilities[];
  /** When the chain was begun, ms since the epoch. */
  readonly begunAt: number;
  /** Series keys: these only are asked for, each by itself (see `unnamedIn`). Default: all that lacks, as it costs least. */
  readonly unnamed?: ReadonlySet<string>;
}

/** The chain as it is recorded with a run of one of its providers. */
export function recordedChain({ all, begunAt, unnamed }: ChainPlace): RecordedChain {
  return { providers: all.map(({ id }) => id), begunAt, ...(unnamed && { isAgain: true }) };
}

/** Who is asked after a provider of a chain for what it does not have; after one alone nobody is. */
export function askedNextIn(chain: ChainPlace | undefined): AskedNext {
  const later = chain?.all.slice(chain.before.length + 1) ?? [];
  if (later.length === 0) return NOBODY_NEXT;
  return ({ ticker, interval }) => later.some((one) => isServedAt(ticker, interval, one));
}

/** What is known of the store before a provider of a chain is planned for. */
interface Known {
  readonly scan: Pick<Scan, 'series'>;
  readonly store: Pick<BarStore, 'readBars'>;
  /** The provider that is going to be asked. */
  readonly provider: string;
  /** ms since the epoch. */
  readonly now: number;
}

/**
 * What of the wanted sessions is asked of a provider because none of those before it can give it: they do not serve the
 * ticker or the interval, are closed, do not reach so far, or are on record to have no bar of it. What one of them failed to
 * answer, or what is in doubt there, is left to it. Sessions that have a bar stay whosever it is; its own that are provisional
 * it is asked for again.
 */
export async function handedOn(
  wanted: readonly WantedSeries[],
  earlier: readonly Earlier[],
  known: Known,
): Promise<readonly WantedSeries[]> {
  const handed: WantedSeries[] = [];
  for (const one of wanted) {
    const coverage = known.scan.series.get(seriesKey(one.series))?.coverage ?? NOTHING_KNOWN;
    const given = earlier.reduce(
      (days, before) => intersect(days, cannotGive(before, one, coverage, known.now)),
      [ALL_DAYS],
    );
    const open = union(subtract(given, coverage.present), await ownProvisional(one, coverage, known));
    const meant = intersect(one.lived ?? [one.range], open);
    const besides = intersect(one.besides ?? [], open);
    if (one.calendar.count(union(meant, besides)) === 0) continue;
    const { lived: _lived, besides: _besides, ...bare } = one;
    handed.push({ ...bare, ...livedIn(one.range, meant), ...(besides.length > 0 && { besides }) });
  }
  return handed;
}

/** Sessions whose bars are not final yet and are all of the provider that is going to be asked. */
async function ownProvisional(
  { series, calendar, range }: WantedSeries,
  coverage: Coverage,
  { store, provider, now }: Known,
): Promise<readonly DayRange[]> {
  const open = intersect([range], provisionalAt(coverage, now));
  const days = span(open);
  if (days === undefined) return [];
  try {
    const bars = await store.readBars(series, days);
    const sessionOf = sessionDateOf(series.interval, calendar);
    const isOwn = givenBy(bars, provider);
    const others = Array.from(bars.ts, sessionOf).filter((_, i) => !isOwn(i));
    return subtract(open, normalize(others.map((day) => ({ from: day, to: day + 1 }))));
  } catch (error) {
    // Of a damaged file nobody can say whose bars it has.
    if (error instanceof BackfillError && error.code === 'store-corrupt') return [];
    throw error;
  }
}
