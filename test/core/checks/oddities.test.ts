import { describe, expect, it } from 'vitest';
import type { CorporateAction, Ohlcv } from '../../../src/core/bars/bars.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { splitOfRatio } from '../../../src/core/checks/common-splits.ts';
import { SESSIONS, context, dayBar, dayBars, minuteBars } from '../daily-bars.ts';
import { type RowContext, findOddities } from '../rows.ts';

/** Kinds by index of the session in `SESSIONS`. */
function oddOnes(bars: readonly Ohlcv[], change: Partial<RowContext> = {}): [string, number][] {
  return findOddities(bars, context(change)).map(({ kind, session }) => [kind, SESSIONS.indexOf(session)]);
}

function split(at: number, ratio: number): CorporateAction {
  return { kind: 'split', exDay: SESSIONS[at] ?? 0, ratio };
}

function dividend(at: number, amount: number): CorporateAction {
  return { kind: 'dividend', exDay: SESSIONS[at] ?? 0, amount };
}

describe('a jump', () => {
  it('is a close beyond 1.5 times or below 1/1.5 of the close before', () => {
    expect(oddOnes(dayBars([10, 15.4, 15]))).toEqual([['jump', 1]]);
    expect(oddOnes(dayBars([10, 15.1, 15]))).toHaveLength(1);
    expect(oddOnes(dayBars([10, 6.66, 6.6]))).toHaveLength(1);
    expect(oddOnes(dayBars([10, 15, 15]))).toEqual([]);
    expect(oddOnes(dayBars([10, 6.3, 6.3]))).toEqual([['jump', 1]]);
    expect(oddOnes(dayBars([10, 6.7, 6.7]))).toEqual([]);
  });

  it('says both prices and the stamp of its bar', () => {
    expect(findOddities(dayBars([69.93, 38.86, 38]), context())).toEqual([
      {
        kind: 'jump',
        session: SESSIONS[1],
        ts: dayBars([1], 1)[0]?.ts,
        note: 'close 38.86 is 0.556 times the last close of 69.93, and no corporate action explains it',
      },
    ]);
  });

  it('may be of the open alone, as of a bad tick at the open', () => {
    const [first, second] = dayBars([33.87, 33.895]) as [Ohlcv, Ohlcv];
    const [oddity] = findOddities([first, { ...second, open: 18.77, low: 18.77 }], context());
    expect(oddity?.kind).toBe('jump');
    expect(oddity?.note).toContain('open 18.77 is 0.554 times the last close of 33.87');
  });

  it('is explained by a split after the session before and up to the ex-date', () => {
    expect(oddOnes(dayBars([100, 26, 26]), { actions: [split(1, 4)] })).toEqual([]);
    expect(oddOnes(dayBars([100, 26, 26]), { actions: [split(0, 4)] })).toEqual([['jump', 1]]);
    expect(oddOnes(dayBars([100, 26, 26]), { actions: [split(3, 4)] })).toEqual([['jump', 1]]);
    expect(oddOnes(dayBars([100, 27, 27]), { actions: [split(1, 2)] })).toEqual([['jump', 1]]);
    expect(oddOnes(dayBars([10, 200, 200]), { actions: [split(1, 0.05)] })).toEqual([]);
    expect(oddOnes(dayBars([100, 17, 17]), { actions: [split(1, 3), split(1, 2)] })).toEqual([]);
  });

  it('is explained by a dividend, with a split or without', () => {
    expect(oddOnes(dayBars([100, 55, 55]), { actions: [dividend(1, 40)] })).toEqual([]);
    expect(oddOnes(dayBars([100, 55, 55]), { actions: [dividend(2, 40)] })).toEqual([
      ['jump', 1],
      ['dividend-size', 2],
    ]);
    expect(oddOnes(dayBars([100, 30, 30]), { actions: [dividend(1, 20), split(1, 2)] })).toEqual([]);
    expect(oddOnes(dayBars([100, 55, 55]), { actions: [dividend(1, 1)] })).toEqual([['jump', 1]]);
    expect(oddOnes(dayBars([100, 55, 55]), { actions: [dividend(1, 100)] })).toEqual([['jump', 1]]);
  });

  it('is not made by an action that is far from the price', () => {
    expect(oddOnes(dayBars([100, 100, 99]), { actions: [dividend(1, 90), split(1, 1.4)] })).toEqual([
      ['dividend-size', 1],
    ]);
  });

  it('is told against known bars before and after, which are reported where a judged one shows it', () => {
    expect(oddOnes(dayBars([16, 16], 1), { known: dayBars([10]) })).toEqual([['jump', 1]]);
    expect(oddOnes(dayBars([10]), { known: dayBars([16, 16], 1) })).toEqual([['jump', 1]]);
    expect(oddOnes(dayBars([10], 3), { known: dayBars([5, 10, 10]) })).toEqual([]);
    expect(oddOnes(dayBars([10, 10]), { known: dayBars([5, 5]) })).toEqual([]);
  });

  it('is not told across more than 30 days', () => {
    const day = SESSIONS[0] ?? 0;
    expect(findOddities([dayBar(day, 10), dayBar(day + 30, 16)], context())).toHaveLength(1);
    expect(findOddities([dayBar(day, 10), dayBar(day + 31, 16)], context())).toEqual([]);
  });
});

describe('a bar on a day after the calendar’s facts that it expects closed', () => {
  const friday = dayBar(parseDay('2026-09-04'), 10);
  const labourDay = dayBar(parseDay('2026-09-07'), 10.1);
  const tuesday = dayBar(parseDay('2026-09-08'), 10.2);

  it('is named with the calendar and its date, whatever else is odd about it', () => {
    const named = {
      kind: 'closed-day',
      session: parseDay('2026-09-07'),
      ts: labourDay.ts,
      note: 'a bar on 2026-09-07, which the calendar of XNYS, as of 2026-07-23, expects closed',
    };
    expect(findOddities([friday, labourDay, tuesday], context())).toEqual([named]);
    const far = dayBar(parseDay('2026-09-07'), 20);
    expect(findOddities([friday, far], context())).toEqual([named]);
  });

  it('is named once, where it is judged', () => {
    expect(findOddities([tuesday], context({ known: [friday, labourDay] }))).toEqual([]);
    const minutes = [0, 1, 2].map((minute) => ({
      ...labourDay,
      ts: Date.parse('2026-09-07T14:30:00Z') + minute * 60_000,
    }));
    expect(findOddities(minutes, context({ interval: '1m' }))).toMatchObject([{ ts: minutes[0]?.ts }]);
  });

  it('is none within the facts, nor where the calendar is a guess', () => {
    const independence = dayBar(parseDay('2026-07-03'), 10);
    expect(findOddities([independence], context())).toEqual([]);
    const saturday = dayBar(parseDay('2026-08-08'), 10);
    expect(findOddities([saturday], context({ calendar: calendarById('weekdays') }))).toEqual([]);
  });
});

describe('a flip of the basis', () => {
  it.each([
    [100, 50, '2:1'],
    [100, 33.5, '3:1'],
    [100, 25, '4:1'],
    [100, 20, '5:1'],
    [98, 14.2, '7:1'],
    [100, 10, '10:1'],
    [100, 5.05, '20:1'],
    [100, 66, '3:2'],
    [10, 20, '1:2'],
    [10, 151, '1:15'],
    [10, 15.2, '2:3'],
  ])('is a jump from %d to %d, like a split of %s', (from, to, ratio) => {
    const [oddity] = findOddities(dayBars([from, to, to]), context());
    if (ratio === '1:15') expect(oddity?.kind).toBe('jump');
    else {
      expect(oddity?.kind).toBe('basis-flip');
      expect(oddity?.note).toContain(`it looks like a ${ratio} split that the provider does not list`);
    }
  });

  it('comes within 2 % of the ratio', () => {
    expect(splitOfRatio(0.5 * 1.0199)).toBe('2:1');
    expect(splitOfRatio(0.5 * 1.0201)).toBeUndefined();
    expect(splitOfRatio(2 * 0.9801)).toBe('1:2');
    expect(splitOfRatio(2 * 0.9799)).toBeUndefined();
    expect(splitOfRatio(1)).toBeUndefined();
  });

  it('comes within 3 in 10,000 of the ratio where it is a small one', () => {
    expect(splitOfRatio((20 / 21) * (1 + 2.9e-4))).toBe('21:20');
    expect(splitOfRatio((20 / 21) * (1 + 3.1e-4))).toBeUndefined();
    expect(splitOfRatio(1.25 * (1 - 2.9e-4))).toBe('4:5');
    expect(splitOfRatio(1.25 * (1 - 3.1e-4))).toBeUndefined();
  });

  it('shows from the open on: what moves on through the day is a jump', () => {
    const opened = (open: number, close: number): Ohlcv[] => [
      ...dayBars([100]),
      { ...(dayBars([close], 1)[0] as Ohlcv), open },
    ];
    expect(oddOnes(opened(50, 52))).toEqual([['basis-flip', 1]]);
    expect(oddOnes(opened(52, 50))).toEqual([['basis-flip', 1]]);
    expect(oddOnes(opened(50, 53))).toEqual([['jump', 1]]);
    expect(oddOnes(opened(50, 100))).toEqual([['jump', 1]]);
  });

  it('is a listed split that does not show in the prices', () => {
    const actions = [split(1, 4)];
    expect(oddOnes(dayBars([100, 101, 101]), { actions })).toEqual([['basis-flip', 1]]);
    expect(findOddities(dayBars([100, 101]), context({ actions }))[0]?.note).toBe(
      'close 101 after 100 does not show the split of 4 for 1 after 2025-03-03',
    );
    expect(oddOnes(dayBars([100, 101, 101]), { actions: [split(1, 1.5)] })).toEqual([['basis-flip', 1]]);
    expect(oddOnes(dayBars([100, 101, 101]), { actions: [split(1, 1.4)] })).toEqual([]);
    expect(oddOnes(dayBars([100, 70, 70]), { actions: [split(1, 2)] })).toEqual([]);
    expect(oddOnes([], { actions, known: dayBars([100, 101]) })).toEqual([]);
    const [first, second] = dayBars([100, 75]) as [Ohlcv, Ohlcv];
    expect(oddOnes([first, { ...second, open: 60 }], { actions: [split(1, 2)] })).toEqual([]);
  });
});

describe('a spike', () => {
  it('is a close beyond 1.2 times or below 1/1.2 of both neighbours that agree, and its return is no jump', () => {
    expect(oddOnes(dayBars([40.14, 50.62, 40.43]))).toEqual([['spike', 1]]);
    expect(oddOnes(dayBars([10, 8.2, 10]))).toEqual([['spike', 1]]);
    expect(oddOnes(dayBars([10, 20, 10, 10]))).toEqual([['spike', 1]]);
    expect(findOddities(dayBars([10, 13, 10.2]), context())[0]?.note).toBe(
      'close 13 stands between closes of 10 and 10.2',
    );
  });

  it('is none nearer than that, at an end, or between neighbours that differ by more than 5 %', () => {
    expect(oddOnes(dayBars([10, 11.9, 10]))).toEqual([]);
    expect(oddOnes(dayBars([10, 12.2, 10.3]))).toEqual([]);
    expect(oddOnes(dayBars([10, 13]))).toEqual([]);
    expect(oddOnes(dayBars([10, 13, 10.4]))).toEqual([['spike', 1]]);
    expect(oddOnes(dayBars([10, 13, 10.6]))).toEqual([]);
    expect(oddOnes(dayBars([10, 13, 13, 10]))).toEqual([]);
  });

  it('may be known already when the next session shows it', () => {
    expect(oddOnes(dayBars([10], 2), { known: dayBars([10, 13]) })).toEqual([['spike', 1]]);
    expect(oddOnes(dayBars([10], 3), { known: dayBars([10, 13, 10]) })).toEqual([]);
  });

  it('is none where splits explain it', () => {
    expect(oddOnes(dayBars([10, 100, 10]), { actions: [split(1, 0.1), split(2, 10)] })).toEqual([]);
  });

  it('is measured across a split', () => {
    expect(oddOnes(dayBars([100, 65, 50]), { actions: [split(1, 2)] })).toEqual([['spike', 1]]);
    expect(oddOnes(dayBars([100, 130, 50]), { actions: [split(2, 2)] })).toEqual([['spike', 1]]);
  });

  it('is none next to a session more than 30 days away', () => {
    const day = SESSIONS[0] ?? 0;
    const around = (before: number, after: number): Ohlcv[] => [
      dayBar(day - before, 10),
      dayBar(day, 13),
      dayBar(day + after, 10),
    ];
    expect(findOddities(around(30, 30), context())).toHaveLength(1);
    expect(findOddities(around(31, 30), context())).toEqual([]);
    expect(findOddities(around(30, 31), context())).toEqual([]);
  });
});

describe('intraday bars', () => {
  const minute = { interval: '1m' } as const;
  const session = (at: number, ...closes: number[]): Ohlcv[] => {
    const bars = minuteBars(SESSIONS[at] ?? 0, closes.length, 1);
    return bars.map((bar, i) => ({ ...bar, ...dayBar(0, closes[i] ?? 1), ts: bar.ts }));
  };

  it('are compared from the last bar of one session to the first of the next', () => {
    expect(oddOnes([...session(0, 10, 16), ...session(1, 16, 10)], minute)).toEqual([]);
    expect(oddOnes([...session(0, 16, 10), ...session(1, 16, 10)], minute)).toEqual([['jump', 1]]);
  });

  it('jump where only the first bar of a session closes far off', () => {
    const [first, last] = session(1, 16, 10) as [Ohlcv, Ohlcv];
    expect(oddOnes([...session(0, 10, 10), { ...first, open: 10, low: 10 }, last], minute)).toEqual([
      ['jump', 1],
    ]);
  });

  it('are judged with the known bars of their session', () => {
    const bars = [...session(0, 10), ...session(1, 16, 16)];
    expect(oddOnes(bars.slice(2), { ...minute, known: bars.slice(0, 2) })).toEqual([['jump', 1]]);
  });

  it('are a spike only if the session opens and ends there', () => {
    const around = (...closes: number[]): Ohlcv[] => [
      ...session(0, 10, 10),
      ...session(1, ...closes),
      ...session(2, 10, 10),
    ];
    expect(oddOnes(around(13, 13), minute)).toEqual([['spike', 1]]);
    expect(oddOnes(around(11, 13), minute)).toEqual([]);
    expect(oddOnes(around(13, 11), minute)).toEqual([]);
    expect(oddOnes(around(11, 20, 11), minute)).toEqual([]);
  });
});

describe('findOddities', () => {
  it('finds nothing in nothing', () => {
    expect(findOddities([], context())).toEqual([]);
  });

  it('gives at most one oddity a session, ascending', () => {
    const bars = [10, 30, 10, 20, 20].flatMap((close, i) =>
      minuteBars(SESSIONS[i] ?? 0, i === 1 || i === 2 ? 30 : 390, close),
    );
    expect(oddOnes(bars, { interval: '1m' })).toEqual([
      ['spike', 1],
      ['thin', 2],
      ['basis-flip', 3],
    ]);
  });
});

describe('prices near 0 of what may go below it', () => {
  const kinds = (closes: readonly number[], type: string): string[] =>
    findOddities(dayBars(closes), context({ type })).map(({ kind, note }) => `${kind}: ${note}`);

  it('are neither jumps nor spikes, and what lies around them is compared', () => {
    expect(kinds([19.87, 18.27, -37.63, 10.01, 13.78], 'future')).toEqual([
      'jump: close 10.01 is 0.548 times the last close of 18.27, and no corporate action explains it',
    ]);
    expect(kinds([0.003, 0.3, 0.004, 0, -0.105, 0.02], 'index')).toEqual([]);
  });
});
