import { describe, expect, it } from 'vitest';
import { NO_HOLES } from '../../src/core/coverage/unavailable.ts';
import { unusedAt } from '../../src/core/plan/quota.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { nothingToDoLine } from '../../src/report/plan-text.ts';
import { summaryText } from '../../src/report/run-text.ts';
import { beginEmpty, elapse, now, provider, reported, run, store } from './lacking-provider.ts';

beginEmpty();

const DAY = 86_400_000;

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
    elapse(25 * 3_600_000);
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
      elapse(3_600_000);
    }
    expect([one.asked.length, two.asked.length]).toEqual([1, 1]);
    elapse(DAY);
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
    elapse(3_600_000);
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
