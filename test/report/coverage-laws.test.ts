import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import type { Calendar } from '../../src/core/calendar/calendar.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import {
  type Absence,
  type Coverage,
  learn,
  NOTHING_KNOWN,
  provisionalAt,
  stateOf,
} from '../../src/core/coverage/coverage.ts';
import { type DayRange, formatDay, MS_PER_DAY, parseDay } from '../../src/core/session/day.ts';
import { ABSENCE_REASONS, type AbsenceReason, firstClaim } from '../../src/core/coverage/evidence.ts';
import { contains } from '../../src/core/session/ranges.ts';
import { isHole } from '../../src/core/coverage/unavailable.ts';
import { coverageOf } from '../../src/library/coverage.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { coverageText, staleHint } from '../../src/report/coverage-text.ts';
import { coverSeries, type Judged } from '../../src/report/series-coverage.ts';
import type { BarStore } from '../../src/store/store.ts';
import type { SeriesState } from '../../src/store/scan.ts';

const START = parseDay('2026-09-01');
const NOW = Date.parse('2026-11-20T12:00:00Z');
const TICKERS = ['AAPL', 'BTC-USD', 'EURUSD=X', 'NBK.KW', '000001', '^GSPC', '2222.SR'];

const range = fc
  .tuple(fc.nat(90), fc.integer({ min: 1, max: 20 }))
  .map(([from, length]): DayRange => ({ from: START + from, to: START + from + length }));
const answer = fc
  .record({
    kind: fc.constantFrom('present', 'provisional', 'unconfirmed', 'absent'),
    range,
    reason: fc.constantFrom(...ABSENCE_REASONS),
    provider: fc.constantFrom('yahoo', 'polygon'),
  })
  .map(({ kind, range: run, reason, provider }): Coverage => {
    if (kind === 'absent')
      return { ...NOTHING_KNOWN, absent: [{ ...run, by: [firstClaim(reason, provider, NOW)] }] };
    const provisional = kind === 'present' ? [] : [run];
    const unconfirmed = kind === 'unconfirmed' ? { unconfirmed: [{ ...run, since: NOW }] } : {};
    return { present: [run], provisional, absent: [], ...unconfirmed };
  });
const state = fc
  .tuple(fc.constantFrom(...TICKERS), fc.array(answer, { maxLength: 6 }))
  .map(([ticker, answers]): SeriesState => {
    const coverage = answers.reduce((known, one) => learn(known, one), NOTHING_KNOWN);
    const about = { series: { ticker, interval: '1d' as const }, calendar: calendarFor(ticker).id, coverage };
    return { ...about, identity: UNKNOWN_IDENTITY, rows: 0, fetchedAt: NOW };
  });

/** A store of which only the scan is asked, and what lies staged. */
function holding(states: readonly SeriesState[]): BarStore {
  const series = new Map(states.map((one) => [`${one.series.ticker} 1d`, one]));
  const scan = () => Promise.resolve({ series, actions: new Map(), setAside: [] });
  const nothing = (): Promise<never[]> => Promise.resolve([]);
  return {
    scan,
    staging: { list: nothing },
    firstFills: { list: nothing },
    readRuns: nothing,
  } as unknown as BarStore;
}

/** The report of a series by the plain way: each session looked at by itself. */
function walk(known: Coverage, calendar: Calendar, { range: days, settled, now }: Judged) {
  const provisional = provisionalAt(known, now);
  const sessions = calendar.sessions(days).map((session) => ({ session, is: stateOf(known, session) }));
  const of = (kind: string) => sessions.filter(({ is }) => is.state === kind);
  const datesOf = (some: readonly { session: number }[]) => some.map(({ session }) => formatDay(session));
  const runs = (some: readonly { session: number }[]) => ({
    ...{ from: datesOf(some)[0], to: datesOf(some).at(-1), sessions: some.length },
  });
  const open = of('present').filter(({ session }) => contains(provisional, session));
  const unsure = open.filter(({ session }) => session <= settled);
  const lacking = of('present').filter(
    ({ session }) => contains(known.lacking ?? [], session) && !unsure.some((one) => one.session === session),
  );
  const absences: { by: Absence; sessions: typeof sessions }[] = [];
  const absentByReason: Partial<Record<AbsenceReason, number>> = {};
  for (const one of sessions) {
    if (one.is.state !== 'absent') continue;
    const { absence, claim } = one.is;
    absentByReason[claim.reason] = (absentByReason[claim.reason] ?? 0) + 1;
    if (absences.at(-1)?.by === absence) absences.at(-1)?.sessions.push(one);
    else absences.push({ by: absence, sessions: [one] });
  }
  const missing: (typeof sessions)[] = [];
  for (const [i, one] of sessions.entries()) {
    if (one.is.state !== 'missing') continue;
    if (sessions[i - 1]?.is.state === 'missing') missing.at(-1)?.push(one);
    else missing.push([one]);
  }
  return {
    ...{ expected: sessions.length, present: of('present').length, missing: of('missing').length },
    ...{ absent: of('absent').length, provisional: open.length, unsure: unsure.length, absentByReason },
    first: datesOf(of('present'))[0] ?? null,
    last: datesOf(of('present')).at(-1) ?? null,
    absences: absences.map(({ by, sessions: some }) => ({ ...runs(some), reason: by.by[0]?.reason })),
    missingRuns: missing.map(runs),
    missingSessions: datesOf(of('missing')),
    provisionalSessions: datesOf(unsure),
    lackingSessions: datesOf(lacking),
  };
}

const { capabilities } = openSample({ id: 'sample' });
const report = (states: readonly SeriesState[], request = {}) =>
  coverageOf(holding(states), capabilities, NOW, request, undefined);

describe('the report of any store', () => {
  it('is made, whatever is known of its series, and adds up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(state, { maxLength: 5 }),
        fc.constantFrom({}, { days: 5 }, { start: '2026-10-01', end: '2026-10-30' }),
        async (states, request) => {
          const made = await report(states, request);
          for (const one of made.series) {
            expect(one.present + one.absent + one.missing).toBe(one.expected);
            const isWhole = one.missing + one.unsure === 0 && one.unavailable.length === 0;
            const hasHoles = ABSENCE_REASONS.some((reason) => isHole(reason) && one.absentByReason[reason]);
            expect(one.standing === 'complete').toBe(isWhole && !hasHoles);
          }
          coverageText(made, { missing: true });
          staleHint(made);
        },
      ),
    );
  });

  it('has the numbers, runs and lists of a walk over every session', () => {
    const day = fc.nat(160).map((after) => START - 20 + after);
    fc.assert(
      fc.property(
        state,
        day,
        fc.integer({ min: -3, max: 150 }),
        day,
        fc.nat(60),
        (one, from, length, settled, age) => {
          const calendar = calendarFor(one.series.ticker);
          const judged = { range: { from, to: from + length }, settled, now: NOW + age * MS_PER_DAY };
          const walked = walk(one.coverage, calendar, judged);
          const counted = coverSeries(one, calendar, judged, []);
          expect({ ...counted }).toMatchObject(walked);
          expect(Object.keys(counted.absentByReason)).toEqual(Object.keys(walked.absentByReason));
          expect(JSON.parse(JSON.stringify(counted))).toMatchObject({
            missingSessions: walked.missingSessions,
          });
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each(ABSENCE_REASONS)('is made where a series has no bar and is only %s', async (reason) => {
    const tickers = ['AAPL', 'MSFT', 'IBM'];
    const absent = [{ from: START + 85, to: START + 88, by: [firstClaim(reason, 'yahoo', NOW)] }];
    const states = tickers.map((ticker): SeriesState => {
      const about = {
        series: { ticker, interval: '1d' as const },
        calendar: 'XNYS',
        rows: 0,
        fetchedAt: NOW,
      };
      return { ...about, coverage: { ...NOTHING_KNOWN, absent }, identity: UNKNOWN_IDENTITY };
    });
    expect((await report(states, { days: 5 })).series).toHaveLength(3);
    expect((await report(states)).series).toHaveLength(3);
  });
});
