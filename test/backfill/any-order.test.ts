import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackfillTools, backfill } from '../../src/backfill/backfill.ts';
import type { Split } from '../../src/core/bars/bars.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { volumeStepOf, volumeSteps } from '../../src/core/bars/compare.ts';
import { MS_PER_DAY, formatDay, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { openYahoo } from '../../src/providers/yahoo/index.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { toolsInProcess } from './in-process.ts';
import { rowsIn } from '../store/rows.ts';
import { compareBars } from '../core/rows.ts';
import { rounds } from '../needs.ts';

/** Instruments around an event each: a reverse split, a split, a listing, a halt, dividends. */
const SCENES = [
  { ticker: 'ORBL', around: '2024-02-05' },
  { ticker: 'FNKA.DE', around: '2026-04-20' },
  { ticker: 'XYLO', around: '2025-07-14' },
  { ticker: 'VELM', around: '2025-09-25' },
  { ticker: 'IBYX', around: '2024-04-24' },
  { ticker: 'HAZL', around: '2025-06-10' },
  { ticker: 'KUMO.T', around: '2021-09-29' },
] as const;

/** Days on either side of the event that are asked for. */
const REACH = 25;

/** One run of a backfill, `at` hours after the first day of the scene. */
interface Step {
  readonly at: number;
  readonly from: number;
  readonly length: number;
  readonly source: 'sample' | 'yahoo';
  readonly everything: boolean;
  readonly includeProvisional: boolean;
  readonly forget: boolean;
}

const step = (sources: readonly Step['source'][]): fc.Arbitrary<Step> =>
  fc.record({
    at: fc.integer({ min: 24, max: 24 * (2 * REACH + 10) }),
    from: fc.integer({ min: 0, max: 2 * REACH }),
    length: fc.integer({ min: 0, max: 2 * REACH }),
    source: fc.constantFrom(...sources),
    everything: fc.boolean(),
    includeProvisional: fc.boolean(),
    forget: fc.boolean(),
  });

let now = 0;
let simulator: Simulator;
let folder = '';
const providers = new Map<Step['source'], Provider>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-order-'));
  simulator = await startSimulator({ wire: 'yahoo', market: sampleMarket(1), now: () => now });
  providers.set('sample', openSample({ id: 'sample' }));
  providers.set('yahoo', openYahoo({ id: 'yahoo', url: simulator.url }, OPEN_GATE));
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

function toolsOf(source: Step['source'], store: BarStore): BackfillTools {
  const provider = providers.get(source);
  if (provider === undefined) throw new Error(source);
  return toolsInProcess(provider, store, () => now);
}

let stores = 0;

/** Runs the steps in the order of their times, then one over the whole scene, long after. */
async function build({ ticker, around }: (typeof SCENES)[number], steps: readonly Step[]): Promise<BarStore> {
  const store = openStore(join(folder, String(stores++)));
  const first = parseDay(around) - REACH;
  const last = parseDay(around) + REACH;
  for (const one of steps.toSorted((a, b) => a.at - b.at)) {
    now = first * MS_PER_DAY + one.at * 3_600_000 + 1_234_567;
    const start = first + one.from;
    const end = Math.min(last, start + one.length);
    const calendar = calendarFor(ticker);
    // A range in which nothing is final yet is a mistake of the user's, not a run.
    if (calendar.sessions({ from: start, to: Math.min(end + 1, calendar.lastSettled(now, 0)) }).length === 0)
      continue;
    if (one.forget) await store.forget({ ticker, interval: '1d' }, { from: start, to: end });
    const { everything, includeProvisional } = one;
    await backfill(
      {
        tickers: [ticker],
        start: formatDay(start),
        end: formatDay(end),
        everything,
        includeProvisional,
      },
      toolsOf(one.source, store),
    );
  }
  now = (last + 60) * MS_PER_DAY;
  const source = steps.at(-1)?.source ?? 'sample';
  const whole = { tickers: [ticker], start: formatDay(first), end: formatDay(last) };
  const summary = await backfill(whole, toolsOf(source, store));
  expect(summary.failures).toEqual([]);
  return store;
}

async function contentOf(store: BarStore, ticker: string) {
  const { series } = await store.scan();
  const coverage = series.get(`${ticker} 1d`)?.coverage;
  const bars = await rowsIn(store, { ticker, interval: '1d' });
  return {
    bars,
    values: bars.map(({ ts, open, high, low, close, volume }) => ({ ts, open, high, low, close, volume })),
    present: coverage?.present,
    provisional: coverage?.provisional,
    absent: coverage?.absent.flatMap(({ from, to, by }) =>
      Array.from({ length: to - from }, (_, i) => `${formatDay(from + i)} ${by[0]?.reason}`),
    ),
    actions: await store.readActions(ticker),
    revisions: await store.readRevisions({ ticker, interval: '1d' }),
  };
}

const scene = fc.constantFrom(...SCENES);
const stepsOf = (...sources: Step['source'][]) => fc.array(step(sources), { maxLength: 6 });

describe('a store built in any order of top-ups, gaps, refetches and provisional runs', () => {
  it('is the store built at once, to the last bit, on a raw wire', async () => {
    await fc.assert(
      fc.asyncProperty(scene, stepsOf('sample'), async (one, steps) => {
        const built = await contentOf(await build(one, steps), one.ticker);
        const { bars: _, ...atOnce } = await contentOf(await build(one, []), one.ticker);
        expect(built).toMatchObject(atOnce);
        expect(built.revisions).toEqual([]);
      }),
      { numRuns: rounds(60) },
    );
  }, 120_000);

  it('is the same to the wire’s precision where providers of one truth take turns', async () => {
    await fc.assert(
      fc.asyncProperty(scene, stepsOf('sample', 'yahoo'), async (one, steps) => {
        const built = await contentOf(await build(one, steps), one.ticker);
        const atOnce = await contentOf(await build(one, []), one.ticker);
        const splits = sampleMarket(1)
          .actions(one.ticker)
          .filter((action): action is Split => action.kind === 'split');
        const precision = volumeSteps(splits);
        const stepAt = (bar: number): number => Math.max(1, volumeStepOf(precision, utcDayOf(bar)));
        expect(built.provisional).toEqual([]);
        expect(built.present).toEqual(atOnce.present);
        expect(compareBars(atOnce.bars, built.bars, stepAt)).toMatchObject({ differing: [], gone: [] });
        expect(built.bars).toHaveLength(atOnce.bars.length);
        expect(built.revisions).toEqual([]);
      }),
      { numRuns: rounds(60) },
    );
  }, 120_000);
});
