import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backfill, runPrepared } from '../../src/backfill/backfill.ts';
import { prepareVerification } from '../../src/backfill/plan/verify.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { type Day, MS_PER_DAY, formatDay, parseDay } from '../../src/core/session/day.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { BarAnswer, Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { openYahoo } from '../../src/providers/yahoo/index.ts';
import { errorText, summaryText } from '../../src/report/run-text.ts';
import type { FaultName } from '../../src/simulator/faults/faults.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { toolsInProcess } from './in-process.ts';

const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'ELNA', 'HAZL', 'JUNP', 'PYRE', 'UMBR'];
const START = '2025-03-03';
const FILLED = '2025-05-16';
const END = '2025-06-18';
const sessionsFrom = (first: string, last: string): Day[] =>
  calendarById('XNYS').sessions({ from: parseDay(first), to: parseDay(last) + 1 });
const SESSIONS = sessionsFrom(START, END).length;
const FILL = Date.parse('2025-05-18T12:00:00Z');
const TOP_UP = Date.parse('2025-06-20T12:00:00Z');

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
let now = 0;
const simulators: Simulator[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
  now = FILL;
});
afterEach(async () => {
  for (const simulator of simulators.splice(0)) await simulator.close();
  await folder.remove();
});

interface Asked {
  readonly tickers?: readonly string[];
  readonly start?: string;
  readonly end?: string;
  readonly intervals?: readonly Interval[];
  readonly everything?: boolean;
}

const run = (provider: Provider, request: Asked = {}): Promise<RunSummary> =>
  backfill(
    { tickers: TICKERS, start: START, end: END, ...request },
    toolsInProcess(provider, store, () => now),
  );

const codes = (summary: RunSummary): number[] => [exitCodeOf(summary), exitCodeOf(summary, { strict: true })];

async function rows(): Promise<number> {
  return [...(await store.scan()).series.values()].reduce((sum, state) => sum + state.rows, 0);
}

describe('sessions that come as garbage in a top-up of several weeks', () => {
  /** Yahoo's wire, of which every answer is hit by one kind of garbage, or none is. */
  const yahoo = async (fault?: FaultName): Promise<Provider> => {
    const faults = fault === undefined ? {} : { faults: { rates: `${fault}=100%`, seed: 1 } };
    const market = sampleMarket(1);
    const simulator = await startSimulator({ wire: 'yahoo', market, now: () => now, ...faults });
    simulators.push(simulator);
    return openYahoo({ id: 'yahoo', url: simulator.url }, OPEN_GATE);
  };

  it.each<FaultName>(['unit-flip', 'crossed', 'constant', 'interpolated'])(
    '(%s) are told once as newly lost, are lacking to --strict every time, and come once they are sound',
    async (kind) => {
      expect(codes(await run(await yahoo(), { end: FILLED }))).toEqual([0, 0]);
      now = TOP_UP;
      const first = await run(await yahoo(kind));
      const lost = TICKERS.length * SESSIONS - (await rows());
      expect(lost).toBeGreaterThanOrEqual(5);
      expect(first).toMatchObject({ failed: 0, newlyUnavailable: false, newlyLost: { sessions: lost } });
      expect(codes(first)).toEqual([1, 1]);
      const told = new RegExp(
        String.raw`^Newly lost: ${lost} sessions of \d tickers \(.+\): rows came that could not be stored$`,
      );
      expect(errorText(first)).toEqual([expect.stringMatching(told)]);
      expect(summaryText(first)).toContainEqual(expect.stringMatching(told));
      expect(summaryText(first)).toContainEqual(
        expect.stringMatching(`^Backfill ended in .*, not complete: ${lost} sessions newly lost; ${lost} `),
      );

      const second = await run(await yahoo(kind));
      expect(second).toMatchObject({ requests: 0, newlyLost: { sessions: 0, tickers: [] } });
      expect(codes(second)).toEqual([0, 1]);
      expect(errorText(second)).toEqual([]);
      expect(errorText(second, { strict: true })).toEqual([
        expect.stringMatching(`^Without a bar: ${lost} sessions `),
      ]);
      expect(summaryText(second)[0]).toMatch(new RegExp(`^Backfill ended in .*; ${lost} sessions `));

      now += 2 * MS_PER_DAY;
      const third = await run(await yahoo());
      expect(third).toMatchObject({ inserted: lost, holes: 0 });
      expect(codes(third)).toEqual([0, 0]);
      expect(summaryText(third)[0]).toMatch(/^Backfill complete in /);
      expect(await rows()).toBe(TICKERS.length * SESSIONS);
    },
  );

  it('in a first fill are told once too', async () => {
    now = TOP_UP;
    const first = await run(await yahoo('crossed'));
    const lost = TICKERS.length * SESSIONS - (await rows());
    expect(first).toMatchObject({ failed: 0, newlyLost: { sessions: lost, tickers: TICKERS } });
    expect(codes(first)).toEqual([1, 1]);
    expect(codes(await run(await yahoo('crossed')))).toEqual([0, 1]);
  });
});

describe('a session of which no row can be stored', () => {
  const sample = openSample({ id: 'sample' });
  const lastWeek = sessionsFrom('2025-06-09', '2025-06-13').map(formatDay);
  const JUNE = { tickers: ['ALFA'], start: '2025-05-01' };

  /** The sample market with bars of some sessions whose high is below their low, of daily bars or of all. */
  const crossedOn = (dates: readonly string[], interval?: Interval): Provider => {
    const days = new Set(dates.map(parseDay));
    const crossed = ({ bars, ...answer }: BarAnswer): BarAnswer => {
      const high = bars.high.map((value, i) =>
        days.has(Math.floor((bars.ts[i] ?? 0) / MS_PER_DAY)) ? value / 2 : value,
      );
      return { ...answer, bars: { ...bars, high } };
    };
    const fetchBars: Provider['fetchBars'] = async (request) => {
      const answer = await sample.fetchBars(request);
      return interval === undefined || request.series.interval === interval ? crossed(answer) : answer;
    };
    return { ...sample, fetchBars };
  };

  it('is no news however often it comes so again, and no failure', async () => {
    now = TOP_UP;
    const bad = lastWeek.slice(0, 3);
    expect(await run(crossedOn(bad), JUNE)).toMatchObject({ newlyLost: { sessions: 3, tickers: ['ALFA'] } });
    for (let time = 0; time < 3; time++) {
      now += 9 * MS_PER_DAY;
      const again = await run(crossedOn(bad), JUNE);
      expect(again).toMatchObject({ requests: 1, rejected: 3, failures: [], newlyLost: { sessions: 0 } });
      expect(codes(again)).toEqual([0, 1]);
    }
  });

  it('is news beside those that were lost before', async () => {
    now = Date.parse('2025-06-14T12:00:00Z');
    await run(crossedOn(lastWeek.slice(0, 2)), { ...JUNE, end: '2025-06-13' });
    now += 6 * MS_PER_DAY;
    const later = await run(crossedOn([...lastWeek.slice(0, 2), '2025-06-17']), JUNE);
    expect(later).toMatchObject({ rejected: 3, newlyLost: { sessions: 1, tickers: ['ALFA'] } });
    expect(codes(later)).toEqual([1, 1]);
  });

  it('is told by the next run where the one that found it was killed before it told', async () => {
    now = TOP_UP;
    const bad = lastWeek.slice(0, 3);
    await run(sample, { ...JUNE, end: '2025-06-06' });
    now += 1000;
    const killed = await run(crossedOn(bad), JUNE);
    await rm(join(folder.path, `runs/${killed.runId}.json`));
    now += 1000;
    const next = await run(sample, JUNE);
    expect(next).toMatchObject({ requests: 0, newlyLost: { sessions: 3, tickers: ['ALFA'] } });
    expect(codes(next)).toEqual([1, 1]);
    expect(codes(await run(sample, JUNE))).toEqual([0, 1]);
    // Nor where no run is on record at all; not of other tickers and days.
    await rm(join(folder.path, 'runs'), { recursive: true });
    expect(await run(sample, { ...JUNE, tickers: ['BRIQ'] })).toMatchObject({ newlyLost: { sessions: 0 } });
    await rm(join(folder.path, 'runs'), { recursive: true });
    expect(await run(sample, { ...JUNE, end: '2025-06-09' })).toMatchObject({ newlyLost: { sessions: 1 } });
    // Asked for again, it is lost again: still nobody was told.
    await rm(join(folder.path, 'runs'), { recursive: true });
    now += 2 * MS_PER_DAY;
    expect(await run(crossedOn(bad), JUNE)).toMatchObject({ requests: 1, newlyLost: { sessions: 3 } });
    // What is asked for again and comes is lost no more.
    await rm(join(folder.path, 'runs'), { recursive: true });
    expect(await run(sample, { ...JUNE, everything: true })).toMatchObject({
      newlyLost: { sessions: 0 },
      holes: 0,
    });
  });

  it('is not told again where a run that was killed only met it again', async () => {
    now = TOP_UP;
    const bad = lastWeek.slice(0, 3);
    const killed = async (days: readonly string[], request: Asked): Promise<void> => {
      now += 1000;
      const { runId } = await run(crossedOn(days), request);
      await rm(join(folder.path, `runs/${runId}.json`));
      now += 1000;
    };
    const early = { ...JUNE, end: bad.at(-1) ?? '' };
    const again = { ...early, everything: true };
    expect(await run(crossedOn(bad), early)).toMatchObject({ newlyLost: { sessions: 3 } });
    for (let time = 0; time < 2; time++) await killed(bad, again);
    const next = await run(sample, early);
    expect(next).toMatchObject({ requests: 0, newlyLost: { sessions: 0, tickers: [] } });
    expect(codes(next)).toEqual([0, 1]);
    // Nor where they are asked for and lost once more; one that the killed run found is news still.
    await killed(bad, again);
    expect(await run(crossedOn(bad), again)).toMatchObject({ rejected: 3, newlyLost: { sessions: 0 } });
    const all = { ...JUNE, everything: true };
    await killed(lastWeek.slice(0, 4), all);
    const last = await run(crossedOn(lastWeek.slice(0, 4)), all);
    expect(last).toMatchObject({ rejected: 4, newlyLost: { sessions: 1, tickers: ['ALFA'] } });
  });

  it('is news of another provider, whose rows nobody knew', async () => {
    now = TOP_UP;
    const bad = lastWeek.slice(0, 3);
    await run(crossedOn(bad), JUNE);
    const one = crossedOn(bad);
    const other = { ...one, capabilities: { ...one.capabilities, id: 'other' } };
    expect(await run(other, JUNE)).toMatchObject({
      ...{ rejected: 3, newlyLost: { sessions: 3 }, failures: [{ code: 'mostly-rejected' }] },
    });
  });

  it('is lost anew once it was given up and asked for again', async () => {
    now = TOP_UP;
    await run(crossedOn(lastWeek.slice(0, 1)), JUNE);
    await store.forget({ ticker: 'ALFA', interval: '1d' }, { from: 0, to: 30_000 });
    expect(await run(crossedOn(lastWeek.slice(0, 1)), JUNE)).toMatchObject({ newlyLost: { sessions: 1 } });
  });

  it('is lost of the interval that lacks it, and not of the others', async () => {
    now = TOP_UP;
    const both = { ...JUNE, intervals: ['1d', '1h'] as const };
    const summary = await run(crossedOn(lastWeek.slice(0, 2), '1h'), both);
    expect(summary).toMatchObject({ newlyLost: { sessions: 2, tickers: ['ALFA'] } });
    expect((await store.scan()).series.get('ALFA 1d')?.coverage.absent).toEqual([]);
  });

  it('is not lost where it is stored already: --no-gaps and verify keep it', async () => {
    now = TOP_UP;
    await run(sample, JUNE);
    const everything = await run(crossedOn(lastWeek.slice(0, 2)), { ...JUNE, everything: true });
    expect(everything).toMatchObject({ rejected: 2, holes: 0, newlyLost: { sessions: 0 } });
    expect(codes(everything)).toEqual([0, 0]);
    const provider = crossedOn(lastWeek.slice(0, 2));
    const verified = await runPrepared(
      (opened, at) =>
        prepareVerification({ sample: 1, seed: 1 }, opened, { capabilities: provider.capabilities }, at),
      toolsInProcess(provider, store, () => now),
    );
    expect(verified).toMatchObject({ rejected: 2, newlyLost: { sessions: 0 } });
    expect(exitCodeOf(verified)).toBe(0);
  });

  it('is not lost where it was not asked for', async () => {
    now = TOP_UP;
    await run(sample, { ...JUNE, end: lastWeek.at(-1) ?? '' });
    const beside = await run(crossedOn(lastWeek.slice(-1)), { ...JUNE, start: '2025-06-16' });
    expect(beside).toMatchObject({ inserted: 3, newlyLost: { sessions: 0 } });
    expect(codes(beside)).toEqual([0, 0]);
  });
});
