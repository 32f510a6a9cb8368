import { describe, expect, it } from 'vitest';
import { learnFrom } from '../../../src/backfill/judge/learn-from.ts';
import { type Bar, type Ohlcv, UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import type { RejectedBar } from '../../../src/core/checks/checks.ts';
import { type DayRange, MS_PER_DAY, formatDay, parseDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import type { BarAnswer } from '../../../src/providers/provider.ts';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';
import { NO_BARS } from '../../../src/core/bars/columns.ts';

const calendar = calendarById('XNYS');
const now = Date.parse('2025-06-13T12:00:00Z');
const gap: DayRange = { from: parseDay('2025-06-02'), to: parseDay('2025-06-12') + 1 };

function bar(date: string): Ohlcv {
  return {
    ts: parseDay(date) * MS_PER_DAY,
    open: 1,
    high: 1,
    low: 1,
    close: 1,
    volume: 1_000_000,
    vwap: null,
    trades: null,
  };
}

const NOON_MS = 16 * 3_600_000;

interface Case {
  readonly interval?: Interval;
  readonly accepted?: readonly string[];
  readonly rejected?: readonly RejectedBar[];
  readonly fillers?: readonly RejectedBar[];
  /** Stored bars around. */
  readonly known?: readonly Bar[];
  /** Last final session, default the last one wanted. */
  readonly lastSettled?: string;
  readonly answer?: Partial<BarAnswer>;
  /** Of every bar; default a million. */
  readonly volume?: number;
  /** A session of which the bar has no volume. */
  readonly idle?: string;
  /** Instead of `now`. */
  readonly at?: string;
}

function learned(testCase: Case) {
  const { accepted = [], rejected = [], fillers = [], answer = {}, interval = '1d', known = [] } = testCase;
  const lastSettled = parseDay(testCase.lastSettled ?? '2025-06-12');
  const series = { ticker: 'AAPL', interval };
  const want = {
    id: '',
    series,
    calendar: 'XNYS',
    range: gap,
    gaps: [gap],
    sessions: 9,
  };
  const whole: BarAnswer = {
    ...{ bars: NO_BARS, unusable: [], actions: [], explained: [], delistedOn: null, dropped: 0 },
    wireBasis: 'raw',
    ...{ proven: gap, identity: UNKNOWN_IDENTITY, ...answer },
  };
  // A bar at noon has the same session date in New York and in UTC.
  const bars = accepted.map((date) => ({
    ...bar(date),
    volume: date === testCase.idle ? 0 : (testCase.volume ?? 1_000_000),
    ts: bar(date).ts + (interval === '1d' ? 0 : NOON_MS),
  }));
  const result = learnFrom({
    ...{
      want,
      calendar,
      answer: whole,
      accepted: barsOf(bars),
      rejected,
      fillers,
      known: barsOf(known),
      lastSettled,
    },
    ...{ absent: [], currency: null },
    now: testCase.at === undefined ? now : Date.parse(testCase.at),
    source: 'test',
  });
  const runs = result.learned.absent.map(
    ({ from, to, by }) => `${by[0]?.reason} ${formatDay(from)}..${formatDay(to - 1)}`,
  );
  return { ...result, runs };
}

function span(first: string, last: string): DayRange {
  return { from: parseDay(first), to: parseDay(last) + 1 };
}

const ALL = ['02', '03', '04', '05', '06', '09', '10', '11', '12'].map((date) => `2025-06-${date}`);

describe('what an answer says of the wanted sessions', () => {
  it('with a bar: present, in one run across the week-end', () => {
    const { learned: coverage, present, missing } = learned({ accepted: ALL });
    expect(coverage).toEqual({ present: [gap], provisional: [], absent: [] });
    expect([present, missing]).toEqual([9, 0]);
  });

  it('with a bar: in runs that end where a session has none', () => {
    const { learned: coverage } = learned({ accepted: ALL.filter((date) => date !== '2025-06-05') });
    expect(coverage.present).toEqual([span('2025-06-02', '2025-06-04'), span('2025-06-06', '2025-06-12')]);
  });

  it('without a bar between bars: empty at the vendor, to be asked again', () => {
    const {
      runs,
      absent,
      learned: coverage,
    } = learned({ accepted: ALL.filter((date) => !/0[69]$/.test(date)) });
    expect(runs).toEqual(['vendor-empty 2025-06-06..2025-06-09']);
    expect(absent).toEqual({ 'vendor-empty': 2 });
    expect(coverage.absent[0]?.by[0]).toMatchObject({
      provider: 'test',
      checkedAt: now,
      attempts: 1,
      nextRetryAt: now + 86_400_000,
    });
  });

  it('outside what the answer proves: missing still', () => {
    const {
      runs,
      missing,
      learned: coverage,
    } = learned({
      accepted: ALL.slice(0, 3),
      answer: { proven: span('2025-06-02', '2025-06-05') },
    });
    expect(runs).toEqual(['vendor-empty 2025-06-05..2025-06-05']);
    expect(missing).toBe(5);
    expect(coverage.present).toEqual([span('2025-06-02', '2025-06-04')]);
  });

  it('before the first trade: not listed yet, even where the answer does not reach', () => {
    const identity = { ...UNKNOWN_IDENTITY, firstTrade: parseDay('2025-06-05') };
    const answer = { identity, proven: span('2025-06-05', '2025-06-12') };
    const { runs } = learned({ accepted: ALL.slice(3), answer });
    expect(runs).toEqual(['pre-listing 2025-06-02..2025-06-04']);
  });

  it('after the delisting: delisted', () => {
    const { runs } = learned({ accepted: ALL.slice(0, 5), answer: { delistedOn: parseDay('2025-06-07') } });
    expect(runs).toEqual(['delisted 2025-06-09..2025-06-12']);
  });

  it('with a row that failed a check: rejected, with what was wrong', () => {
    const rejected = [{ bar: bar('2025-06-03'), reason: 'high 1 is below low 2' }];
    const { learned: coverage } = learned({
      accepted: ALL.filter((date) => date !== '2025-06-03'),
      rejected,
    });
    expect(coverage.absent).toMatchObject([{ by: [{ reason: 'rejected', note: 'high 1 is below low 2' }] }]);
  });

  it('with a row without prices: empty at the vendor, and it says so', () => {
    const unusable = [{ ts: parseDay('2025-06-03') * MS_PER_DAY, reason: 'empty', row: {} }];
    const { learned: coverage } = learned({
      accepted: ALL.filter((date) => date !== '2025-06-03'),
      answer: { unusable },
    });
    expect(coverage.absent).toMatchObject([
      { by: [{ reason: 'vendor-empty', note: 'a row without prices' }] },
    ]);
  });

  it('of the last two days without a bar: not published yet, to be asked again in an hour', () => {
    const { runs, learned: coverage } = learned({ accepted: ALL.slice(0, 7) });
    expect(runs).toEqual(['not-yet-published 2025-06-11..2025-06-12']);
    expect(coverage.absent[0]?.by[0]?.nextRetryAt).toBe(now + 3_600_000);
  });

  it('with intraday bars beyond its proof: present, but asked for again', () => {
    const { learned: coverage } = learned({
      accepted: ALL,
      interval: '1h',
      answer: { proven: span('2025-06-02', '2025-06-11') },
    });
    expect(coverage.provisional).toEqual([span('2025-06-12', '2025-06-12')]);
    expect(
      learned({ accepted: ALL, answer: { proven: span('2025-06-02', '2025-06-11') } }).learned.provisional,
    ).toEqual([]);
  });

  it('puts every wanted session into exactly one state', () => {
    const { present, absent, missing } = learned({
      accepted: ['2025-06-02'],
      answer: { proven: span('2025-06-02', '2025-06-10') },
    });
    expect(present + missing + Object.values(absent).reduce((sum, count) => sum + count, 0)).toBe(9);
  });

  it('younger than two days since its close: not published yet, the one before it empty', () => {
    expect(learned({ accepted: ALL.slice(0, 6) }).runs).toEqual([
      'vendor-empty 2025-06-10..2025-06-10',
      'not-yet-published 2025-06-11..2025-06-12',
    ]);
    const until = (at: string) => learned({ accepted: ALL.slice(0, 7), at }).runs[0];
    expect(until('2025-06-13T19:59:59Z')).toBe('not-yet-published 2025-06-11..2025-06-12');
    expect(until('2025-06-13T20:00:00Z')).toBe('vendor-empty 2025-06-11..2025-06-11');
  });

  it('between bars of what hardly trades: no trades, however young', () => {
    const accepted = ALL.filter((date) => date !== '2025-06-11');
    expect(learned({ accepted }).runs).toEqual(['not-yet-published 2025-06-11..2025-06-11']);
    expect(learned({ accepted, volume: 1000 }).runs).toEqual(['not-yet-published 2025-06-11..2025-06-11']);
    expect(learned({ accepted, volume: 1000, idle: '2025-06-05' }).runs).toEqual([
      'no-trades 2025-06-11..2025-06-11',
    ]);
  });

  it('of the first trade and of the delisting: empty and delisted', () => {
    const identity = { ...UNKNOWN_IDENTITY, firstTrade: parseDay('2025-06-04') };
    expect(learned({ accepted: ALL.slice(3), answer: { identity } }).runs).toEqual([
      'pre-listing 2025-06-02..2025-06-03',
      'vendor-empty 2025-06-04..2025-06-04',
    ]);
    const delistedOn = parseDay('2025-06-09');
    expect(learned({ accepted: ALL.slice(0, 5), answer: { delistedOn } }).runs).toEqual([
      'delisted 2025-06-09..2025-06-12',
    ]);
  });

  it('that the provider explains: as it says, with its words', () => {
    const explained = [{ ...span('2025-06-04', '2025-06-05'), reason: 'halted', note: 'a merger' } as const];
    const accepted = ALL.filter((date) => !['03', '04', '05', '06'].includes(date.slice(8)));
    const { runs, learned: coverage } = learned({ accepted, answer: { explained } });
    expect(runs).toEqual([
      'vendor-empty 2025-06-03..2025-06-03',
      'halted 2025-06-04..2025-06-05',
      'vendor-empty 2025-06-06..2025-06-06',
    ]);
    expect(coverage.absent.map(({ by }) => by[0]?.note)).toEqual([undefined, 'a merger', undefined]);
    const wordless = [{ ...span('2025-06-04', '2025-06-05'), reason: 'halted' } as const];
    expect(
      learned({ accepted, answer: { explained: wordless } }).learned.absent[1]?.by[0],
    ).not.toHaveProperty('note');
  });

  it('of an answer without bars: with the note of why it has none', () => {
    const { learned: coverage } = learned({ answer: { note: 'no timestamps' } });
    expect(coverage.absent.map(({ by }) => by[0]?.note)).toEqual(['no timestamps', 'no timestamps']);
  });

  it('with several faults: by the first one; a run has one note and no session with a bar', () => {
    const dates = ['02', '03', '05'].map((date) => `2025-06-${date}`);
    const rejected = [
      ...dates.map((date) => ({ bar: bar(date), reason: date === '2025-06-03' ? 'other' : 'first' })),
      ...dates.map((date) => ({ bar: bar(date), reason: 'later' })),
    ];
    const { runs, learned: coverage } = learned({
      accepted: ALL.filter((date) => !dates.includes(date)),
      rejected,
    });
    expect(runs).toEqual(dates.map((date) => `rejected ${date}..${date}`));
    expect(coverage.absent.map(({ by }) => by[0]?.note)).toEqual(['first', 'other', 'first']);
    const apart = learned({ accepted: ALL.filter((date) => !/0[35]$/.test(date)) });
    expect(apart.runs).toEqual([
      'vendor-empty 2025-06-03..2025-06-03',
      'vendor-empty 2025-06-05..2025-06-05',
    ]);
  });

  it('is counted as present only if it is final', () => {
    const { present, provisional, learned: coverage } = learned({ accepted: ALL, lastSettled: '2025-06-10' });
    expect([present, provisional]).toEqual([7, 2]);
    expect(coverage.provisional).toEqual([span('2025-06-11', '2025-06-12')]);
    const open = learned({ accepted: ALL.slice(0, 6), lastSettled: '2025-06-10' });
    expect([open.present, open.provisional, open.missing]).toEqual([6, 0, 0]);
    expect(open.runs).toEqual(['vendor-empty 2025-06-10..2025-06-10']);
  });

  it('with an invented row: no trades where it hardly trades, else the vendor’s fault', () => {
    const fillers = [{ bar: bar('2025-06-03'), reason: 'an idle bar' }];
    const accepted = ALL.filter((date) => date !== '2025-06-03');
    const of = (volume: number) => learned({ accepted, fillers, volume, idle: '2025-06-05' }).learned.absent;
    expect(of(1000)).toMatchObject([{ by: [{ reason: 'no-trades', note: 'an idle bar' }] }]);
    expect(of(1_000_000)).toMatchObject([{ by: [{ reason: 'vendor-empty', note: 'an idle bar' }] }]);
  });
});
