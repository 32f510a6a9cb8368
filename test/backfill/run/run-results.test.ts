import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sumDrift } from '../../../src/backfill/drift.ts';
import { failureOf, joinFailures } from '../../../src/backfill/failure.ts';
import type { RunResults } from '../../../src/backfill/run/run-results.ts';
import { NO_TRAFFIC, type SeriesReport, type SeriesResult } from '../../../src/backfill/runner.ts';
import { asPriced } from '../../report/calm-run.ts';
import { type RunOutcome, summarize } from '../../../src/backfill/settle/summary.ts';
import { UNKNOWN_IDENTITY, seriesKey } from '../../../src/core/bars/bars.ts';
import { NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import { formatDay } from '../../../src/core/session/day.ts';
import type { AbsenceReason } from '../../../src/core/coverage/evidence.ts';
import type { Plan } from '../../../src/core/plan/plan.ts';
import type { Task, Want } from '../../../src/core/plan/task.ts';
import { unusedAt } from '../../../src/core/plan/quota.ts';
import { NO_HOLES, isHole } from '../../../src/core/coverage/unavailable.ts';
import { NOW, done, resultsOf, span, want } from '../received.ts';

const GAP = span('2025-06-02', '2025-06-13');

const rare = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.constantFrom(...others) },
  );
const count = fc.nat(9);
const report: fc.Arbitrary<Partial<SeriesReport>> = fc.record({
  ...{ bars: count, inserted: count, changed: count, revised: count, provisional: count },
  ...{ dropped: count, unfinished: count, fillers: count },
  rejected: rare(0, 3),
  missing: rare(0, 2),
  waiting: rare(0, 1),
  absent: rare({}, { 'no-trades': 2 }, { 'vendor-empty': 1, 'pre-listing': 4 }),
  unavailable: rare<SeriesReport['unavailable']>(
    [],
    [{ provider: 'test', reason: 'vendor-empty', sessions: 3, nextRetryAt: null }],
  ),
  oddities: rare<SeriesReport['oddities']>([], [{ ts: 0, session: GAP.from, kind: 'jump', note: 'odd' }]),
  notRead: rare<readonly string[]>([], ['a file'], ['another file']),
  drift: fc.oneof(
    fc.constant({}),
    fc.nat(5).map((compared) => ({ test: { compared: compared + 1, changed: 0, gone: 0, worst: 0 } })),
    fc.constant({ test: { compared: 2, changed: 1, gone: 0, worst: 0.1 } }),
    fc.constant({ other: { compared: 0, changed: 0, gone: 1, worst: 0 } }),
  ),
});
const result: fc.Arbitrary<SeriesResult> = fc.oneof(
  { weight: 6, arbitrary: report.map((change) => done(change)) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('network' as const, 'unknown-ticker' as const)
      .map((code): SeriesResult => ({ ok: false, error: { code, message: code, retryable: true } })),
  },
);

/** What was asked of some tickers, and what became of it. Each of the latter got one of three answers, or one of its own. */
const run = fc
  .array(fc.record({ ticker: fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F'), result, bars: fc.nat(5) }), {
    maxLength: 14,
  })
  .map((parts) =>
    parts.map(({ ticker, result: one, bars }, i): [Want, SeriesResult] => {
      const fingerprint = bars < 3 ? `same ${bars}` : `own ${i}`;
      const about = want({ id: String(i), series: { ticker, interval: '1d' }, gaps: [GAP], sessions: 10 });
      return [about, one.ok ? { ok: true, report: { ...one.report, fingerprint } } : one];
    }),
  );

function outcomeOf(all: readonly (readonly [Want, SeriesResult])[], results: RunResults): RunOutcome {
  const tasks = all.map(([one]): Task => ({
    id: one.id,
    wants: [one],
    requests: 1,
    partitions: [one.series.ticker],
  }));
  const totals = { series: 6, complete: 0, withHoles: 0, ...NO_HOLES, provisional: 0, unavailable: 0 };
  const plan: Plan = {
    ...{ tasks, outOfReach: [], unavailable: [], quotaMs: null, standing: unusedAt(NOW) },
    totals: { ...totals, toFill: 6, sessions: 0, requests: all.length },
  };
  const stored = {
    series: { ticker: 'A', interval: '1d' as const },
    calendar: 'XNYS',
    rows: 5,
    fetchedAt: 0,
  };
  const scan = new Map([['A 1d', { ...stored, coverage: NOTHING_KNOWN, identity: UNKNOWN_IDENTITY }]]);
  return {
    ...{ plan, results, scan: { series: scan }, provider: 'test', requests: 3, notRun: [], requestsLeft: 0 },
    ...{ setAside: [], stopped: null, opens: null, refused: [], quotas: [], startedAt: NOW, endedAt: NOW },
    traffic: NO_TRAFFIC,
    requestsBy: asPriced(3),
  };
}

/** The same by the plain way: from a list of all results. */
function listed(all: readonly (readonly [Want, SeriesResult])[]) {
  const told = all.flatMap(([one, { ...given }]) => (given.ok ? [{ one, ...given.report }] : []));
  const sum = (of: (report: SeriesReport) => number): number =>
    told.reduce((total, { one: _one, ...each }) => total + of(each), 0);
  const absent: Record<string, number> = {};
  for (const { absent: some } of told)
    for (const [reason, sessions] of Object.entries(some)) absent[reason] = (absent[reason] ?? 0) + sessions;
  const failures = joinFailures(
    all.flatMap(([one, given]) => {
      const failure = failureOf(one, given);
      return failure === null ? [] : [[one, failure, given] as const];
    }),
  );
  // A ticker that is not known has nothing wrong with it.
  const errors = new Set(
    failures.filter(({ code }) => code !== 'unknown-ticker').map(({ ticker }) => ticker),
  );
  const hasAny = new Map<string, boolean>();
  for (const [{ series }, given] of all) {
    if (errors.has(series.ticker)) continue;
    const { unavailable, bars } = given.ok ? given.report : { unavailable: [given], bars: 0 };
    const isStored = given.ok && series.ticker === 'A';
    const isAny = unavailable.length === 0 || bars > 0 || isStored;
    hasAny.set(seriesKey(series), isAny || hasAny.get(seriesKey(series)) === true);
  }
  const empty = [...hasAny].filter(([, isAny]) => !isAny).map(([key]) => key);
  const failed = new Set(
    failures.map(({ ticker }) => ticker).filter((ticker) => !empty.includes(`${ticker} 1d`)),
  );
  return {
    ...{ bars: sum((one) => one.bars), inserted: sum((one) => one.inserted) },
    ...{ changed: sum((one) => one.changed), revised: sum((one) => one.revised) },
    ...{ provisional: sum((one) => one.provisional), rejected: sum((one) => one.rejected) },
    ...{ dropped: sum((one) => one.dropped), unfinished: sum((one) => one.unfinished) },
    ...{ fillers: sum((one) => one.fillers), absent, drift: sumDrift(told.map(({ drift }) => drift)) },
    holes: Object.entries(absent).reduce(
      (holes, [reason, sessions]) => holes + (isHole(reason as AbsenceReason) ? sessions : 0),
      0,
    ),
    waiting: new Set(told.filter(({ waiting }) => waiting > 0).map(({ one }) => one.series.ticker)).size,
    ...{ failed: failed.size, unavailable: empty.length },
    fetched: new Set(all.map(([{ series }]) => series.ticker)).size - failed.size - empty.length,
    warnings: told.flatMap(({ one, oddities }) =>
      oddities.map(({ session, kind, note }) => ({ ...one.series, session: formatDay(session), kind, note })),
    ),
    notRead: new Set(told.flatMap(({ notRead = [] }) => notRead)),
    failures: new Set(failures),
  };
}

describe('the results of a run', () => {
  it('add up to what a list of all of them says, also where answers are taken back at the end', () => {
    fc.assert(
      fc.property(run, (all) => {
        const results = resultsOf(all);
        const final = new Map(all);
        for (const group of results.sameBars()) {
          for (const told of group) {
            const fault: SeriesResult = {
              ok: false,
              error: { code: 'bad-answer', message: 'same', retryable: true },
            };
            results.judge(told, fault);
            final.set(told.want, fault);
          }
        }
        const { notRead, failures, ...summary } = summarize(outcomeOf(all, results));
        const plain = listed([...final]);
        const told = { ...summary, notRead: new Set(notRead), failures: new Set(failures) };
        expect(told).toMatchObject(plain);
        expect([told.absent, told.drift]).toEqual([plain.absent, plain.drift]);
        expect(results.size).toBe(all.length);
        expect(results.tickers).toBe(new Set(all.map(([{ series }]) => series.ticker)).size);
      }),
      { numRuns: 1000 },
    );
  });

  it('have as lost what no later answer for the same sessions brought', () => {
    const [june, july] = [span('2025-06-02', '2025-06-13'), span('2025-07-01', '2025-07-11')];
    const of = (gap: typeof june): Want => want({ gaps: [gap] });
    const lost = [{ ...june, reason: 'rejected' as const }];
    const days = (all: Parameters<typeof resultsOf>[0]) => resultsOf(all).lost.get('AAPL 1d')?.sessions ?? [];
    expect(days([[of(june), done({ lost })]])).toEqual(lost);
    expect(
      days([
        [of(june), done({ lost })],
        [of(july), done({})],
      ]),
    ).toEqual(lost);
    expect(
      days([
        [of(june), done({ lost })],
        [of(span('2025-06-01', '2025-06-30')), done({})],
      ]),
    ).toEqual([]);
    const both = [...lost, { ...july, reason: 'vendor-empty' as const }];
    expect(
      days([
        [of(june), done({ lost })],
        [of(july), done({ lost: both.slice(1) })],
      ]),
    ).toEqual(both);
  });

  it('have nothing as lost of an answer that is taken back: its sessions are missing again', () => {
    const tickers = ['A', 'B'].map((ticker) => want({ series: { ticker, interval: '1d' }, gaps: [GAP] }));
    const lost = [{ ...GAP, reason: 'rejected' as const }];
    const results = resultsOf(tickers.map((one) => [one, done({ fingerprint: 'same', inserted: 5, lost })]));
    expect([...results.lost.keys()]).toEqual(['A 1d', 'B 1d']);
    const error = { code: 'bad-answer' as const, message: 'same', retryable: true };
    for (const told of results.sameBars().flat()) results.judge(told, { ok: false, error });
    expect([...results.lost.values()].flatMap(({ sessions }) => sessions)).toEqual([]);
  });

  it('are let go where they are nothing but numbers', () => {
    const one = (i: number): Want => want({ series: { ticker: `T${i}`, interval: '1d' } });
    const plain = { bars: 5, inserted: 5, absent: { 'no-trades': 1 } };
    const drift = { test: { compared: 4, changed: 0, gone: 0, worst: 0 } };
    const results = resultsOf(
      Array.from({ length: 50 }, (_, i) => [one(i), done({ ...plain, drift, fingerprint: `bars ${i}` })]),
    );
    expect([results.size, results.kept.size]).toEqual([50, 0]);
    expect(results.counts).toMatchObject({ bars: 250, absent: { 'no-trades': 50 }, compared: { test: 200 } });
  });
});
