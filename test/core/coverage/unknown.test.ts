import { describe, expect, it } from 'vitest';
import {
  type Coverage,
  learn,
  NOTHING_KNOWN,
  unknownTo,
  unlearn,
  within,
} from '../../../src/core/coverage/coverage.ts';
import { handOver } from '../../../src/core/coverage/hand-over.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { findGaps } from '../../../src/core/plan/gaps.ts';
import { compact } from '../../../src/store/parquet/partition/knowledge.ts';
import { coverageOf, encodeCoverage } from '../../../src/store/parquet/partition/coverage-json.ts';
import { absence, days } from '../../store/fixtures.ts';

const DAY_MS = 86_400_000;
const WEEK = days('2026-02-23', '2026-02-28');
const MONDAY = days('2026-03-02', '2026-03-03');
const calendar = calendarById('XNYS');

const claimAt = (checkedAt: number, attempts = 1) => ({
  ...{ provider: 'yahoo', reason: 'unknown-ticker' as const, checkedAt, attempts },
  nextRetryAt: checkedAt + attempts * DAY_MS,
});
const unknownIn = (range: typeof WEEK, at: number): Coverage => ({
  ...NOTHING_KNOWN,
  absent: [absence(range, claimAt(at))],
});
const bars = (range: typeof WEEK): Coverage => ({ ...NOTHING_KNOWN, present: [range] });

/** A week that yahoo does not know and polygon has. */
const FILLED = learn(learn(NOTHING_KNOWN, unknownIn(WEEK, 0)), bars(WEEK), ['polygon']);

describe('a claim that a provider does not know the ticker', () => {
  it('outlives the bars of another one, and lies with them in a file', () => {
    expect(FILLED).toEqual({ ...bars(WEEK), unknown: [claimAt(0)] });
    expect(unknownTo('yahoo', FILLED)).toEqual(claimAt(0));
    expect(unknownTo('polygon', FILLED)).toBeUndefined();
    const read = coverageOf(JSON.parse(JSON.stringify(encodeCoverage(FILLED))));
    expect(learn(NOTHING_KNOWN, read, [])).toEqual(FILLED);
    expect(compact(FILLED, calendar)).toEqual(FILLED);
  });

  it('is with the absences as long as one of them has it', () => {
    const part = learn(unknownIn(WEEK, 0), bars(days('2026-02-23', '2026-02-25')), ['polygon']);
    expect(part).not.toHaveProperty('unknown');
    expect(unknownTo('yahoo', part)).toEqual(claimAt(0));
    // What is left of it on the days between two sessions goes as these become one run.
    const friday = learn(FILLED, unknownIn(days('2026-02-28', '2026-03-03'), DAY_MS));
    const both = learn({ ...friday, unknown: [] }, bars(MONDAY), ['polygon']);
    expect(both.absent).toHaveLength(1);
    expect(compact(both, calendar)).toMatchObject({ absent: [], unknown: [claimAt(DAY_MS)] });
  });

  it('counts up with each answer that says so, once', () => {
    const again = learn(FILLED, unknownIn(MONDAY, DAY_MS));
    const counted = { ...claimAt(DAY_MS, 2), since: 0 };
    expect(again.unknown).toEqual([counted]);
    expect(unknownTo('yahoo', again)).toEqual(counted);
    expect(learn(again, unknownIn(MONDAY, DAY_MS)).unknown).toEqual([counted]);
    expect(learn(again, bars(MONDAY), ['polygon'])).toMatchObject({ absent: [], unknown: [counted] });
  });

  it('ends when the provider tells anything, with the bars beside it, and with the name', () => {
    const ended = learn(FILLED, bars(MONDAY), ['yahoo']);
    expect(ended).toEqual({ ...NOTHING_KNOWN, present: [WEEK, MONDAY] });
    const empty = absence(MONDAY, { ...claimAt(DAY_MS), reason: 'vendor-empty' });
    expect(learn(FILLED, { ...NOTHING_KNOWN, absent: [empty] })).not.toHaveProperty('unknown');
    expect(learn(FILLED, bars(MONDAY))).not.toHaveProperty('unknown');
    const [tuesday, rest] = [days('2026-02-24', '2026-02-25'), days('2026-02-20', '2026-02-21')];
    expect([unlearn(FILLED, [tuesday]), within(FILLED, [tuesday])].map(({ unknown }) => unknown)).toEqual([
      [claimAt(0)],
      [claimAt(0)],
    ]);
    expect([unlearn(FILLED, [WEEK]), within(FILLED, [rest])]).toEqual([NOTHING_KNOWN, NOTHING_KNOWN]);
    expect(handOver(FILLED, NOTHING_KNOWN, WEEK).learned).toEqual(bars(WEEK));
  });

  it('keeps the provider from being asked until it is due, and what it does not have from being complete', () => {
    const wanted = [
      {
        series: { ticker: 'QA', interval: '1d' as const },
        calendar,
        range: { from: WEEK.from, to: MONDAY.to },
      },
    ];
    const askedAt = (now: number, provider: string) => {
      const [one] = findGaps(wanted, { get: () => FILLED }, { provider, now });
      return { gaps: one?.gaps, unavailable: one?.unavailable };
    };
    expect(askedAt(DAY_MS - 1, 'yahoo')).toEqual({
      gaps: [],
      unavailable: [{ provider: 'yahoo', reason: 'unknown-ticker', sessions: 1, nextRetryAt: DAY_MS }],
    });
    expect(askedAt(DAY_MS, 'yahoo')).toEqual({ gaps: [MONDAY], unavailable: [] });
    expect(askedAt(0, 'polygon')).toEqual({ gaps: [MONDAY], unavailable: [] });
    const [read, other] = ['1', null].map((edition) =>
      findGaps(wanted, { get: () => FILLED }, { provider: 'yahoo', now: 0, editionOf: () => edition }),
    );
    expect([read?.[0]?.gaps, other?.[0]?.gaps]).toEqual([[MONDAY], []]);
  });
});
