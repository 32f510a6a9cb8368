import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import { BackfillError } from '../../src/core/errors.ts';
import { NO_HOLES } from '../../src/core/coverage/unavailable.ts';
import { unusedAt } from '../../src/core/plan/quota.ts';
import type { BarAnswer, BarRequest, Capabilities, Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { coverageOf } from '../../src/library/coverage.ts';
import { coverageText } from '../../src/report/coverage-text.ts';
import { nothingToDoLine } from '../../src/report/plan-text.ts';
import { summaryText } from '../../src/report/run-text.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { toolsInProcess } from './in-process.ts';
import { NO_BARS, keep } from '../../src/core/bars/columns.ts';

const DAY = 86_400_000;
const WEEK = { start: '2025-06-02', end: '2025-06-06' } as const;
const sample = openSample({ id: 'sample' });
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
let now = 0;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
  now = Date.parse('2025-06-20T12:00:00Z');
});
afterEach(() => folder.remove());

interface Door extends Provider {
  readonly asked: BarRequest[];
}

/** The sample market under some name, which knows only what `of` lets through. */
function provider(
  id: string,
  of: (ticker: string) => 'bars' | 'nothing' | 'unknown',
  change: Partial<Capabilities> = {},
): Door {
  const asked: BarRequest[] = [];
  return {
    ...sample,
    capabilities: { ...sample.capabilities, id, ...change },
    asked,
    fetchBars: async (request) => {
      asked.push(request);
      const { ticker } = request.series;
      const kind = of(ticker);
      if (kind === 'unknown') throw new BackfillError('unknown-ticker', `${id} has no ticker ${ticker}`);
      return kind === 'bars' ? sample.fetchBars(request) : nothing(request);
    },
  };
}

function nothing({ range }: BarRequest): BarAnswer {
  return {
    ...{ bars: NO_BARS, unusable: [], explained: [], actions: [], identity: UNKNOWN_IDENTITY },
    ...{ proven: range, wireBasis: 'raw', delistedOn: null, dropped: 0 },
  };
}

const run = (source: Provider, request: object): Promise<RunSummary> =>
  backfill(
    { tickers: ['ALFA'], ...WEEK, ...request },
    toolsInProcess(source, store, () => now),
  );

async function reported() {
  const report = await coverageOf(store, sample.capabilities, now, WEEK, undefined);
  return { report, text: coverageText(report, { missing: false }) };
}

describe('a ticker that the provider does not know', () => {
  const some = () => provider('test', (ticker) => (ticker === 'NOPE' ? 'unknown' : 'bars'));
  const request = { tickers: ['ALFA', 'NOPE'] };

  it('is news when it is found, no error, then named by every run, and never complete', async () => {
    const first = await run(some(), request);
    expect(first).toMatchObject({ fetched: 1, failed: 0, unavailable: 1, newlyUnavailable: true });
    expect(first.failures).toMatchObject([{ ticker: 'NOPE', code: 'unknown-ticker' }]);
    expect(summaryText(first)).toContain('Fetched: 1  Errors: 0  Skipped: 0  Unavailable: 1');
    expect(summaryText(first)).toContain('CANNOT BE HAD (1)');
    expect(exitCodeOf(first)).toBe(1);
    const named = 'Unknown to test: 1 (NOPE; next asked 2025-06-21)';
    expect(summaryText(first)).toContain(named);
    expect(summaryText(first)).toContainEqual(
      expect.stringMatching(/^Backfill ended in .*, not complete: 1 cannot be had$/),
    );
    const second = await run(some(), request);
    expect(second).toMatchObject({ complete: 1, unavailable: 1, failed: 0, newlyUnavailable: false });
    expect(summaryText(second)).toContain(named);
    expect(summaryText(second)).toContainEqual(expect.stringMatching(/, not complete: 1 cannot be had$/));
  });

  it('is no news when it is asked for again and is still not known', async () => {
    await run(some(), request);
    now += 25 * 3_600_000;
    const again = await run(some(), request);
    expect(again).toMatchObject({ failed: 0, unavailable: 1, newlyUnavailable: false, failures: [] });
    expect(again.cannotBeHad).toMatchObject([{ tickers: ['NOPE'], nextRetryAt: now + 2 * DAY }]);
  });

  it('is counted apart by the report, against the coverage', async () => {
    await run(some(), request);
    const { report, text } = await reported();
    expect(report.totals).toMatchObject({ complete: 1, unavailable: 1, coverage: 50 });
    expect(text).toContain('Unknown to test: 1 (NOPE; next asked 2025-06-21)');
    expect(text.find((line) => line.startsWith('Series:'))).toContain('Complete: 1  Unavailable: 1');
  });

  it('is found by another provider, whose bars are then the series', async () => {
    await run(some(), request);
    const other = provider('other', () => 'bars');
    expect(await run(other, { tickers: ['BRVO.PA', 'NOPE'] })).toMatchObject({
      ...{ fetched: 1, failed: 0, unavailable: 1 },
      failures: [{ ticker: 'NOPE' }],
    });
    expect(other.asked.map(({ series }) => series.ticker)).toContain('NOPE');
  });
});

describe('what two providers both do not have', () => {
  it('is asked of each once, and of neither again before its own time', async () => {
    const [one, two] = ['one', 'two'].map((id) => provider(id, () => 'nothing'));
    if (one === undefined || two === undefined) throw new Error('two are needed');
    for (let day = 0; day < 6; day++) {
      await run(one, {});
      await run(two, {});
      now += 3_600_000;
    }
    expect([one.asked.length, two.asked.length]).toEqual([1, 1]);
    now += DAY;
    await run(one, {});
    await run(two, {});
    const [absence] = (await store.scan()).series.get('ALFA 1d')?.coverage.absent ?? [];
    expect(absence?.by.map(({ provider: id, attempts }) => [id, attempts])).toEqual([
      ['one', 2],
      ['two', 2],
    ]);
  });
});

describe('what a plan does not reach', () => {
  const reaching = (lookBackDays: number | null) =>
    provider('test', () => 'bars', {
      intervals: { '1d': { maxSpanDays: null, lookBackDays, requestsPerSpan: 1, settleDelayMs: 0 } },
    });

  it('is news once, and never complete', async () => {
    const first = await run(reaching(15), {});
    expect(first).toMatchObject({ newlyUnavailable: true, absent: { 'plan-limited': 4 } });
    const second = await run(reaching(15), {});
    expect(second).toMatchObject({ complete: 0, unavailable: 1, newlyUnavailable: false });
    expect(summaryText(second)).toContain(
      'Beyond the reach of test: 1 (ALFA; asked once it reaches further)',
    );
  });

  it('is asked for as soon as the plan reaches further, and not before', async () => {
    await run(reaching(15), {});
    now += 3_600_000;
    const same = reaching(15);
    await run(same, {});
    expect(same.asked).toEqual([]);
    const longer = reaching(17);
    expect(await run(longer, {})).toMatchObject({ bars: 2 });
    const endless = reaching(null);
    await run(endless, {});
    expect((await reported()).report.totals).toMatchObject({ complete: 1, unavailable: 0, coverage: 100 });
  });

  it('is counted apart by the report', async () => {
    await run(reaching(15), {});
    const { report } = await reported();
    expect(report.totals).toMatchObject({ complete: 0, unavailable: 1, coverage: 20 });
    expect(report.series[0]).toMatchObject({ standing: 'unavailable', missing: 0 });
  });
});

describe('a series without a single bar', () => {
  it('is not complete, however its sessions are explained by emptiness', async () => {
    const empty = () => provider('test', () => 'nothing');
    expect(await run(empty(), {})).toMatchObject({ fetched: 0, unavailable: 1, newlyUnavailable: true });
    const again = await run(empty(), {});
    expect(again).toMatchObject({ complete: 0, unavailable: 1, newlyUnavailable: false });
    expect(summaryText(again).join('\n')).toContain('No bars, or few, from test (vendor-empty): 1 (ALFA;');
    expect((await reported()).report.series[0]).toMatchObject({ standing: 'unavailable', coverage: 0 });
  });

  it('is complete where there was nothing to trade', async () => {
    const before = { tickers: ['NYXA'], start: '2010-01-04', end: '2010-01-08' };
    const first = await run(
      provider('test', () => 'bars'),
      before,
    );
    expect(first).toMatchObject({ failed: 0, unavailable: 0 });
  });
});

it('a run of which nothing is asked says what of it cannot be had', () => {
  const totals = { sessions: 0, requests: 0, toFill: 0, provisional: 0, withHoles: 0, ...NO_HOLES };
  const plan = { tasks: [], outOfReach: [], unavailable: [], quotaMs: null, standing: unusedAt(0) };
  const line = (counts: { series: number; complete: number; unavailable: number }): string =>
    nothingToDoLine({ ...plan, totals: { ...totals, ...counts } });
  expect(line({ series: 1060, complete: 0, unavailable: 1060 })).toBe(
    'Nothing to do: of 1,060 series 0 are complete, 1,060 cannot be had. check-data shows which.',
  );
  expect(line({ series: 2, complete: 2, unavailable: 0 })).toContain('of 2 series every session is present');
});

describe('a series that lacks more sessions between its bars than it has', () => {
  const MONTH = { start: '2025-05-01', end: '2025-05-30' };
  const every = (n: number): Door => {
    const whole = provider('test', () => 'bars');
    return {
      ...whole,
      fetchBars: async (request) => {
        const answer = await whole.fetchBars(request);
        return { ...answer, bars: keep(answer.bars, (i) => i % n === 0) };
      },
    };
  };

  it('is news once, named by every run, and never complete', async () => {
    const first = await run(every(3), MONTH);
    expect(first).toMatchObject({ bars: 7, newlyUnavailable: true });
    expect(summaryText(first)).toContainEqual(
      expect.stringMatching(/, not complete: some sessions cannot be had$/),
    );
    const second = await run(every(3), MONTH);
    expect(second).toMatchObject({ complete: 0, unavailable: 1, newlyUnavailable: false });
    expect(summaryText(second).join('\n')).toContain('No bars, or few, from test (vendor-empty): 1 (ALFA;');
  });

  it('is not complete by a new session that came', async () => {
    await run(every(3), MONTH);
    const topUp = await run(every(1), { ...MONTH, end: '2025-06-02' });
    expect(topUp).toMatchObject({ fetched: 1, failed: 0, newlyUnavailable: false });
    expect(summaryText(topUp)).toContainEqual(
      expect.stringMatching(/, not complete: some sessions cannot be had$/),
    );
  });

  it('is complete where fewer are lacking, which are counted', async () => {
    expect(await run(every(2), MONTH)).toMatchObject({ newlyUnavailable: false, fetched: 1, unavailable: 0 });
    const again = await run(every(2), MONTH);
    expect(again).toMatchObject({ complete: 0, withHoles: 1, holes: 10 });
    expect((await coverageOf(store, sample.capabilities, now, MONTH, undefined)).totals).toMatchObject({
      ...{ complete: 0, withHoles: 1 },
    });
  });
});

describe('a series of which some sessions have no bar though nobody says why', () => {
  const MONTH = { start: '2025-05-01', end: '2025-05-30' };
  /** Of the 21 sessions the first four and the last two are not there, the eighth neither, and the tenth is no bar. */
  const source = (): Door => {
    const whole = provider('test', () => 'bars');
    return {
      ...whole,
      fetchBars: async (request) => {
        const answer = await whole.fetchBars(request);
        const high = answer.bars.high.map((value, i) => (i === 9 ? value / 2 : value));
        const bars = keep({ ...answer.bars, high }, (i) => i > 3 && i < 19 && i !== 7);
        return { ...answer, bars };
      },
    };
  };
  const counts = { holes: 8, holesAround: 6, holesRejected: 1 };
  const words =
    '1 session between stored bars without one, which nobody explains; ' +
    '6 sessions before the first or after the last bar of a series; 1 session of which every row was rejected';

  it('tells those between its bars from those around them and from rejected ones, in every run', async () => {
    const first = await run(source(), MONTH);
    expect(first).toMatchObject({ fetched: 1, rejected: 1, ...counts });
    expect(summaryText(first)[0]).toContain(words);
    const second = await run(source(), MONTH);
    expect(second).toMatchObject({ fetched: 0, rejected: 0, withHoles: 1, ...counts });
    expect(summaryText(second)[0]).toContain(words);
  });

  it('tells them apart in its report', async () => {
    await run(source(), MONTH);
    const report = await coverageOf(store, sample.capabilities, now, MONTH, undefined);
    expect(report.totals).toMatchObject({ withHoles: 1, ...counts });
    expect(report.series[0]).toMatchObject(counts);
    expect(
      report.series[0]?.absences.map(({ reason, place, sessions }) => [reason, place, sessions]),
    ).toEqual([
      ['vendor-empty', 'before', 4],
      ['vendor-empty', 'between', 1],
      ['rejected', 'between', 1],
      ['vendor-empty', 'after', 2],
    ]);
    const text = coverageText(report, { missing: false });
    for (const line of [
      /^  vendor-empty 4 before its first bar: 2025-05-01\.\.2025-05-06 /,
      /^  vendor-empty 1 between its bars: 2025-05-12 /,
      /^  rejected 1 between its bars: 2025-05-14 /,
      /^  vendor-empty 2 after its last bar: 2025-05-29\.\.2025-05-30 /,
    ])
      expect(text).toContainEqual(expect.stringMatching(line));
    expect(text).toContain(
      'Absent though nobody says why: 1 between stored bars, 6 before the first or after the last bar of a series, ' +
        '1 whose rows were rejected',
    );
  });

  it('counts what lies between bars by all that are stored, not by those of the range', async () => {
    await run(source(), MONTH);
    const part = { start: '2025-05-12', end: '2025-05-12' };
    const report = await coverageOf(store, sample.capabilities, now, part, undefined);
    expect(report.totals).toMatchObject({ holes: 1, holesAround: 0 });
    expect(await run(source(), part)).toMatchObject({ holes: 1, holesAround: 0 });
  });
});
