import { type Series, seriesKey } from '../../core/bars/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import type { Day, DayRange } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { type SeriesGaps, sessionRuns } from '../../core/plan/gaps.ts';
import { grouped } from '../../core/grouped.ts';
import type { Interval } from '../../core/session/interval.ts';
import { reachedFrom } from '../../core/plan/limits.ts';
import { planTasks } from '../../core/plan/plan.ts';
import { contains, normalize, subtract } from '../../core/session/ranges.ts';
import { randomFor } from '../../market/random.ts';
import type { Capabilities } from '../../providers/provider.ts';
import { servesIntervalOf } from '../../providers/serves.ts';
import type { BarStore } from '../../store/store.ts';
import type { SeriesState } from '../../store/scan.ts';
import type { Prepared, Source } from './prepare.ts';
import { type RangeOptions, parseRange } from '../want/wanted.ts';

/** Which stored sessions to fetch again, to see whether the provider still says the same. */
export interface Verification extends RangeOptions {
  /** Canonical tickers; default all that are stored. */
  readonly tickers?: readonly string[];
  /** Default all that are stored. */
  readonly intervals?: readonly Interval[];
  /** Part of the final sessions, above 0, at most 1. */
  readonly sample: number;
  /** Another seed, another sample. */
  readonly seed: number;
}

/** Sessions are drawn in blocks of so many in a row: a request costs the same for one as for twenty. */
const BLOCK_SESSIONS = 20;

/**
 * A plan that fetches a sample of the final sessions again. Every block of every series is as likely as any other, and
 * the same seed draws the same ones. Throws `usage` where nothing is stored that could be drawn, `not-stored` where
 * tickers were named.
 */
export async function prepareVerification(
  verification: Verification,
  store: BarStore,
  { capabilities, standing }: Source,
  now: number,
): Promise<Prepared> {
  const { tickers, intervals, sample, seed } = verification;
  const scan = await store.scan({ ...(tickers && { tickers }), ...(intervals && { intervals }) });
  const blocks = [...scan.series.values()].flatMap((state) =>
    blocksOf(state, verification, capabilities, now),
  );
  if (blocks.length === 0)
    throw new BackfillError(
      tickers === undefined ? 'usage' : 'not-stored',
      'nothing to verify: the store has no final session of what was asked for',
    );
  const drawn = blocks.map((block) => ({ block, lot: lotOf(block, seed) })).toSorted((a, b) => a.lot - b.lot);
  const chosen = drawn.filter(({ lot }, i) => i === 0 || lot < sample).map(({ block }) => block);
  const { intervals: limits, quotas, actions } = capabilities;
  const asItStands = await standing?.();
  const options = { limits, quotas, actions, now, ...(asItStands && { standing: asItStands }) };
  return { scan, plan: planTasks(gapsOf(chosen), options) };
}

interface Block {
  readonly series: Series;
  readonly calendar: Calendar;
  readonly sessions: readonly Day[];
}

/** The final sessions of a series that the provider still reaches, cut into blocks. */
function blocksOf(
  { series, calendar: id, coverage }: SeriesState,
  range: Verification,
  capabilities: Capabilities,
  now: number,
): Block[] {
  const { ticker, interval } = series;
  const limits = capabilities.intervals[interval];
  const calendar = calendarById(id);
  if (limits === undefined || !servesIntervalOf(ticker, interval, capabilities)) return [];
  const final = subtract(coverage.present, coverage.provisional);
  const settled = calendar.lastSettled(now, limits.settleDelayMs);
  const asked = parseRange(range)(calendar, settled, Number.NEGATIVE_INFINITY);
  const earliest = reachedFrom(limits, ticker, calendar, now);
  const reach = { from: Math.max(asked.from, earliest), to: asked.to };
  const sessions = final.flatMap((run) => calendar.sessions(run)).filter((day) => contains([reach], day));
  const blocks: Block[] = [];
  for (let i = 0; i < sessions.length; i += BLOCK_SESSIONS)
    blocks.push({ series, calendar, sessions: sessions.slice(i, i + BLOCK_SESSIONS) });
  return blocks;
}

/** From 0 to 1, evenly. */
function lotOf({ series, sessions }: Block, seed: number): number {
  return randomFor(`${seed} ${seriesKey(series)} ${sessions[0]}`)();
}

/** Blocks as gaps, one entry a series. */
function gapsOf(blocks: readonly Block[]): SeriesGaps[] {
  return [...grouped(blocks, ({ series }) => seriesKey(series)).values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { series, calendar } = first;
    const days = own.flatMap((block) => block.sessions.map((day): DayRange => ({ from: day, to: day + 1 })));
    const sessions = own.reduce((sum, block) => sum + block.sessions.length, 0);
    return [{ series, calendar, gaps: sessionRuns(normalize(days), calendar), sessions, final: [] }];
  });
}
