import { type StoredBars, keep } from '../../core/bars/columns.ts';
import {
  type Comparison,
  type Pairs,
  PRICE_TOLERANCE,
  pairsWhere,
  priceDrift,
  worstDrift,
} from '../../core/bars/compare.ts';
import { formatDay } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { beyondRounding, closesAt, factorApart, restatement } from '../../core/checks/restatement.ts';
import { givenBy, vendorsIn } from '../../core/bars/vendor.ts';
import type { Received } from './received.ts';

/** A comparison with the stored bars of the source that answered, and with those of all others. */
export function bySource(
  { compared, differing, gone }: Comparison,
  source: string,
): { own: Comparison; others: Comparison } {
  const part = (isOwn: boolean): Comparison => {
    const belongs = (stored: StoredBars): ((i: number) => boolean) => {
      const isIts = givenBy(stored, source);
      return (i) => isIts(i) === isOwn;
    };
    return {
      compared: pairsWhere(compared, belongs(compared.stored)),
      differing: pairsWhere(differing, belongs(differing.stored)),
      gone: keep(gone, belongs(gone)),
    };
  };
  return { own: part(true), others: part(false) };
}

/** Two sources of one instrument differ by the auction they take and by rounding, not by more than this. */
const SAME_LEVEL = 1.01;

/** A single bar cannot tell another level from a bad tick. */
const ENOUGH = 2;

/**
 * Compares an answer with stored bars of other sources, for level only. Throws `basis-unknown` where a ratio parts them,
 * and `bad-answer` where most lie more than 1 % apart (both worth another try): a series is not spliced from two levels.
 */
export function assertSameLevel(received: Received, { compared }: Comparison): void {
  const change = restatement(compared);
  const isOneLevel = change?.ratios.length === 1;
  const ratio = change?.ratios.find((level) => isOneLevel || Math.max(level, 1 / level) > SAME_LEVEL);
  if (change !== undefined && ratio !== undefined) {
    const how = `at ${ratio.toPrecision(6)} times ${change.changed.length} of ${compared.length} stored bars`;
    throw notJoined('basis-unknown', how, received, change.changed);
  }
  const hasMoved = beyondRounding(compared);
  const far = pairsWhere(compared, (i) => factorApart(compared, i) > SAME_LEVEL && hasMoved(i));
  if (compared.length < ENOUGH || far.length <= compared.length / 2) return;
  const how = `more than 1 % off ${far.length} of ${compared.length} stored bars`;
  throw notJoined('bad-answer', how, received, far);
}

function notJoined(
  code: 'basis-unknown' | 'bad-answer',
  how: string,
  { want, calendar, source }: Received,
  pairs: Pairs,
): BackfillError {
  const { ticker, interval } = want.series;
  const [before, now] = closesAt(pairs, 0);
  const day = formatDay(sessionDateOf(interval, calendar)(pairs.stored.ts[0] as number));
  return new BackfillError(
    code,
    `the prices of ${source} for ${ticker} stand ${how} of ${sourcesOf(pairs)}, the first of ${day} ` +
      `(close ${before}, now ${now}): two sources on different levels are not joined; ` +
      `to have all from ${source}: backfill forget ${ticker} --interval ${interval}, then run again`,
    { retryable: true, ticker },
  );
}

/** What bars of other sources that stay have for other prices than the answer, as one oddity; none where they agree. */
export function sourcesDiffer(
  { want, calendar }: Received,
  { compared }: Comparison,
  stays: (ts: number) => boolean,
): Oddity[] {
  const kept = pairsWhere(compared, (i) => stays(compared.stored.ts[i] as number));
  const differing = pairsWhere(kept, (i) => priceDrift(kept, i) > PRICE_TOLERANCE);
  if (differing.length === 0) return [];
  const worst = worstDrift(differing);
  const ts = differing.stored.ts[0] as number;
  const note =
    `${differing.length} of ${kept.length} bars of ${sourcesOf(differing)} have other prices here ` +
    `(${Number((100 * worst).toPrecision(2))} % at most): they stay`;
  return [
    {
      kind: 'sources-differ',
      session: sessionDateOf(want.series.interval, calendar)(ts),
      ts,
      note,
    },
  ];
}

function sourcesOf({ stored }: Pairs): string {
  return vendorsIn(stored).join(' and ');
}
