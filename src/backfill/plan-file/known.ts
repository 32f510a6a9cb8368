import { createHash } from 'node:crypto';
import { seriesKey } from '../../core/bars/bars.ts';
import { NOTHING_KNOWN } from '../../core/coverage/coverage.ts';
import type { DayRange } from '../../core/session/day.ts';
import { sessionRuns, type WantedSeries } from '../../core/plan/gaps.ts';
import { normalize, subtract } from '../../core/session/ranges.ts';
import type { Scan } from '../../store/scan.ts';

/** What a store knew of a series when a plan was made of it. */
export interface Known {
  /** The same text as long as nobody learns or forgets anything of the series, its splits and dividends included. */
  readonly state: string;
  /** The same as long as it has the same sessions outside the days that the plan asks for. */
  readonly beside: string;
}

/** `asked`: the days of the series that the plan asks for. */
export function knownOf(
  { series, calendar }: Pick<WantedSeries, 'series' | 'calendar'>,
  asked: readonly DayRange[],
  scan: Scan,
): Known {
  const coverage = scan.series.get(seriesKey(series))?.coverage ?? NOTHING_KNOWN;
  const { ticker, interval } = series;
  const actions = scan.actions.get(ticker) ?? [];
  const ownList = scan.ownLists?.get(ticker)?.[interval] ?? null;
  return {
    state: markOf({ coverage, actions, ownList }),
    beside: markOf(sessionRuns(subtract(coverage.present, normalize(asked)), calendar)),
  };
}

function markOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, inOrder)).digest('hex').slice(0, 16);
}

/** Names in the order of the alphabet: what was read of a file and what was remembered of it may differ in that. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
