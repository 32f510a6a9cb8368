import { describe, expect, it } from 'vitest';
import { learnFrom } from '../../../src/backfill/judge/learn-from.ts';
import { type Judgement, judgeAnswer } from '../../../src/backfill/judge/judge-answer.ts';
import { type Bar, type Identity, UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { MS_PER_DAY, parseDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { SESSIONS, XNYS, answer, received, span, split, stored, want } from '../received.ts';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import { bars, daysOf, judge, on, scaled } from './judged.ts';

/** Five bars of the interval, one a session. */
const hoursOrDays = (interval: Interval): Bar[] =>
  bars(10, 15).map((bar) =>
    interval === '1d' ? bar : { ...bar, ts: XNYS.session(bar.ts / MS_PER_DAY).open },
  );

/** What an answer alone, to a series of which nothing is stored, is worth and teaches. */
function judgeAlone(interval: Interval, rows: readonly Bar[]): Judgement {
  const range = daysOf(10, 14);
  const asked = want({ series: { ticker: 'AAPL', interval }, range, gaps: [range] });
  const heard = received({ want: asked, answer: answer({ bars: rows, proven: range }) });
  const judgement = judgeAnswer({ ...heard, stored: { ...heard.stored, bars: storedBarsOf([]) } });
  const { learned } = learnFrom({
    ...heard,
    accepted: judgement.wanted,
    rejected: judgement.rejected,
    fillers: [],
    known: storedBarsOf([]),
    absent: [],
    currency: null,
  });
  expect(learned.absent).toEqual([]);
  return judgement;
}

function startOfYear(year: number): number {
  return new Date(0).setUTCFullYear(year, 0, 1);
}

describe('of an answer', () => {
  it('the wanted bars are stored, and those that correct final ones', () => {
    const [corrected] = bars(5, 6, { volume: 2000 });
    const answered = bars(0, 20).map((bar) => (on(bar) === 5 && corrected ? corrected : bar));
    const { wanted, corrections, rejected, fillers, oddities, comparison } = judge({
      answer: { bars: answered },
    });
    expect(wanted.map((bar) => bar.ts / MS_PER_DAY)).toEqual(SESSIONS.slice(10, 20));
    expect([corrected]).toMatchObject(corrections);
    expect(corrections).toHaveLength(1);
    expect([rejected, fillers, oddities]).toEqual([[], [], []]);
    expect(comparison.compared).toHaveLength(10);
    expect(comparison.gone).toEqual([]);
  });

  it('a wanted bar that differs from a final one is no correction beside the wanted ones', () => {
    const [changed] = bars(5, 6, { volume: 2000 });
    const answered = bars(0, 20).map((bar) => (on(bar) === 5 && changed ? changed : bar));
    const { wanted, corrections, comparison } = judge({ gaps: [daysOf(0, 19)], answer: { bars: answered } });
    expect(wanted).toHaveLength(20);
    expect(comparison.differing).toHaveLength(1);
    expect(corrections).toEqual([]);
  });

  it('only what it was asked for and proves is compared with the store', () => {
    const proven = daysOf(3, 19);
    expect(judge({ answer: { bars: bars(5, 20), proven } }).comparison.gone.map(on)).toEqual([3, 4]);
    const range = daysOf(4, 19);
    expect(judge({ range, answer: { bars: bars(5, 20), proven } }).comparison.gone.map(on)).toEqual([4]);
    expect(judge({ range, answer: { bars: bars(0, 20) } }).comparison.compared).toHaveLength(6);
  });

  it('what comes of sessions that were not final is no correction', () => {
    const known = [...bars(0, 9), ...bars(9, 10, { volume: 7 })];
    const { corrections, comparison } = judge({ known, provisional: [daysOf(9, 9)] });
    expect(comparison.compared).toHaveLength(9);
    expect(corrections).toEqual([]);
    expect(judge({ known }).corrections).toHaveLength(1);
  });

  it('a volume within half a step of a reverse split is the same', () => {
    const known = bars(0, 10, { volume: 1009 });
    const actions = [split('2025-07-14', 1 / 20)];
    expect(judge({ known, stored: { actions } }).corrections).toEqual([]);
    expect(judge({ known, answer: { actions } }).corrections).toEqual([]);
    expect(judge({ known }).corrections).toHaveLength(10);
  });

  it('bad rows are rejected, and fillers told, where they were wanted', () => {
    const bad = bars(0, 20).map((bar) => ([3, 12].includes(on(bar)) ? { ...bar, high: 1 } : bar));
    const judgement = judge({ answer: { bars: bad } });
    expect(judgement.rejected.map(({ bar }) => on(bar as Bar))).toEqual([12]);
    expect(judgement.wanted).toHaveLength(9);
    const holidays = ['2025-06-19', '2025-07-04'].map((date) => stored(parseDay(date), 100, { volume: 0 }));
    const invented = judge({
      answer: { bars: [...bars(0, 20), ...holidays] },
      range: span('2025-06-02', '2025-07-04'),
      gaps: [span('2025-07-01', '2025-07-04')],
    });
    expect(invented.fillers.map(({ bar }) => bar.ts / MS_PER_DAY)).toEqual([parseDay('2025-07-04')]);
  });

  it.each([Number.NaN, Infinity, -Infinity, 1e20, 9e15, -9e15, startOfYear(10_000)])(
    'a row at %s is rejected alone',
    (ts) => {
      for (const interval of ['1d', '1h'] as const) {
        const row = { ...stored(0, 100), ts };
        const { wanted, rejected } = judgeAlone(interval, [...hoursOrDays(interval), row]);
        expect(wanted).toHaveLength(5);
        expect(rejected).toMatchObject([{ bar: { ts }, reason: `stamp ${ts} is not in ms since 1970` }]);
      }
    },
  );

  it('rows that were traded on a closed day are rejected, not dropped', () => {
    const holiday = stored(parseDay('2025-07-04'), 100.5);
    const { rejected, fillers } = judge({
      answer: { bars: [...bars(0, 20), holiday] },
      range: span('2025-06-02', '2025-07-04'),
      gaps: [span('2025-07-01', '2025-07-04')],
    });
    expect(rejected).toMatchObject([
      { bar: { ts: holiday.ts, close: 100.5 }, reason: '2025-07-04 is no session of XNYS' },
    ]);
    expect(fillers).toEqual([]);
  });

  it('rows on a straight line are rejected, volume and all', () => {
    const walk = bars(0, 30).map((bar, i) => stored(bar.ts / MS_PER_DAY, 100 + ((i * 37) % 30) / 10));
    const line = walk.map((bar, i) => (i < 21 || i > 27 ? bar : stored(bar.ts / MS_PER_DAY, 80 + i)));
    const { rejected } = judge({
      answer: { bars: line },
      known: walk.slice(0, 10),
      range: daysOf(0, 29),
      gaps: [daysOf(10, 29)],
    });
    expect(rejected.map(({ bar }) => on(bar as Bar))).toEqual([22, 23, 24, 25, 26]);
    expect(rejected[0]?.reason).toBe('one of 5 bars on a straight line from 101 to 107');
  });

  it('negative prices are those of a future, by the answer’s word or by what is known', () => {
    const crash = bars(0, 20).map((bar, i) => (i === 15 ? { ...bar, low: -40, close: -37 } : bar));
    const typed = (type: string): Identity => ({ ...UNKNOWN_IDENTITY, type });
    const rejected = (answered: Identity, known = UNKNOWN_IDENTITY): number =>
      judge({ answer: { bars: crash, identity: answered }, stored: { identity: known } }).rejected.length;
    expect(rejected(typed('future'))).toBe(0);
    expect(rejected(UNKNOWN_IDENTITY, typed('future'))).toBe(0);
    expect(rejected(typed('equity'))).toBe(1);
    expect(rejected(UNKNOWN_IDENTITY)).toBe(1);
  });

  it('what is left of a session that was mostly bad is rejected too', () => {
    const { open } = XNYS.session(SESSIONS[10] ?? 0);
    const hours = Array.from({ length: 7 }, (_, i) => ({
      ...stored(0, 100 + i, i < 4 ? { high: 1 } : {}),
      ts: open + i * 3_600_000,
    }));
    const judgement = judgeAnswer({
      ...received({ want: want({ series: { ticker: 'AAPL', interval: '1h' } }) }),
      answer: answer({ bars: hours }),
    });
    expect([judgement.wanted.length, judgement.rejected.length]).toEqual([0, 7]);
  });

  it('bars that stand still are rejected', () => {
    const moving = (bar: Bar): Bar => ({ ...bar, high: bar.high + 1 });
    const [copy] = bars(11, 12).map(moving);
    const still = bars(0, 20)
      .map(moving)
      .map((bar) => (copy && [12, 13].includes(on(bar)) ? { ...copy, ts: bar.ts } : bar));
    const { rejected } = judge({ known: bars(0, 10).map(moving), answer: { bars: still } });
    expect(rejected.map(({ bar }) => on(bar as Bar))).toEqual([12, 13]);
  });

  it('bars in another unit than their neighbours are rejected', () => {
    const flipped = bars(0, 20).map((bar) => (on(bar) === 14 ? scaled(bar, 100) : bar));
    const { rejected, wanted } = judge({ answer: { bars: flipped } });
    expect(rejected.map(({ bar }) => on(bar as Bar))).toEqual([14]);
    expect(wanted).toHaveLength(9);
  });
});
