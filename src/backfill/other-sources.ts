import type { Bar, Ohlcv } from '../core/bars.ts';
import {
  type Comparison,
  type Difference,
  beyondRounding,
  factorApart,
  priceDrift,
  PRICE_TOLERANCE,
  restatement,
} from '../core/compare.ts';
import { formatDay } from '../core/day.ts';
import { BackfillError } from '../core/errors.ts';
import type { Oddity } from '../core/oddities.ts';
import { sessionDateOf } from '../core/partition.ts';
import { type Some, some } from '../core/some.ts';
import type { Hearing } from './hearing.ts';

/** A comparison with the stored bars of the source that answered, and with those of all others. */
export function bySource(
  { compared, differing, gone }: Comparison<Bar>,
  source: string,
): { own: Comparison<Bar>; others: Comparison<Bar> } {
  const part = (isOwn: boolean): Comparison<Bar> => {
    const belongs = (bar: Bar): boolean => (bar.source === source) === isOwn;
    const belong = ({ stored }: Difference<Bar>): boolean => belongs(stored);
    return {
      compared: compared.filter(belong),
      differing: differing.filter(belong),
      gone: gone.filter(belongs),
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
export function assertSameLevel(hearing: Hearing, { compared }: Comparison<Bar>): void {
  const change = restatement(compared);
  const isOneLevel = change?.ratios.length === 1;
  const ratio = change?.ratios.find((level) => isOneLevel || Math.max(level, 1 / level) > SAME_LEVEL);
  if (change !== undefined && ratio !== undefined) {
    const how = `at ${ratio.toPrecision(6)} times ${change.bars} of ${compared.length} stored bars`;
    throw notJoined('basis-unknown', how, hearing, change.changed);
  }
  const hasMoved = beyondRounding(compared);
  const far = some(compared.filter((pair) => factorApart(pair) > SAME_LEVEL && hasMoved(pair)));
  if (far === undefined || compared.length < ENOUGH || far.length <= compared.length / 2) return;
  const how = `more than 1 % off ${far.length} of ${compared.length} stored bars`;
  throw notJoined('bad-answer', how, hearing, far);
}

function notJoined(
  code: 'basis-unknown' | 'bad-answer',
  how: string,
  { task, calendar, source }: Hearing,
  pairs: Some<Difference<Bar>>,
): BackfillError {
  const { ticker, interval } = task.series;
  const [{ stored, answered }] = pairs;
  const day = formatDay(sessionDateOf(interval, calendar)(stored.ts));
  return new BackfillError(
    code,
    `the prices of ${source} for ${ticker} stand ${how} of ${sourcesOf(pairs)}, the first of ${day} ` +
      `(close ${stored.close}, now ${answered.close}): two sources on different levels are not joined; ` +
      `to have all from ${source}: backfill forget ${ticker} --interval ${interval}, then run again`,
    { retryable: true, ticker },
  );
}

/** What bars of other sources that stay have for other prices than the answer, as one oddity; none where they agree. */
export function sourcesDiffer(
  { task, calendar }: Hearing,
  { compared }: Comparison<Bar>,
  stays: (bar: Ohlcv) => boolean,
): Oddity[] {
  const kept = compared.filter(({ stored }) => stays(stored));
  const differing = some(kept.filter((pair) => priceDrift(pair) > PRICE_TOLERANCE));
  if (differing === undefined) return [];
  const worst = differing.reduce((most, pair) => Math.max(most, priceDrift(pair)), 0);
  const [{ stored: first }] = differing;
  const note =
    `${differing.length} of ${kept.length} bars of ${sourcesOf(differing)} have other prices here ` +
    `(${Number((100 * worst).toPrecision(2))} % at most): they stay`;
  return [
    {
      kind: 'sources-differ',
      session: sessionDateOf(task.series.interval, calendar)(first.ts),
      ts: first.ts,
      note,
    },
  ];
}

function sourcesOf(pairs: readonly Difference<Bar>[]): string {
  return [...new Set(pairs.map(({ stored }) => stored.source))].join(' and ');
}
