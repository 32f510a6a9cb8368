import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import type { Calendar } from '../../../src/core/calendar/calendar.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { type Day, parseDay } from '../../../src/core/session/day.ts';
import { SESSIONS, XNYS, context, dayBar, dayBars, minuteBars } from '../daily-bars.ts';
import { checkBars, type RowContext, dropFillers, rejectClosedDays } from '../rows.ts';

const idle = { volume: 0 };

function droppedCloses(bars: readonly Ohlcv[], change: Partial<RowContext> = {}): number[] {
  return dropFillers(bars, context(change)).dropped.map(({ bar }) => bar.close);
}

describe('a bar on a day without a session', () => {
  const day = parseDay('2025-03-08');
  const saturday = dayBar(day, 10, idle);
  const [friday] = dayBars([9.5], 4);
  const [monday] = dayBars([10], 5);
  const judged = (bars: readonly Ohlcv[], change: Partial<RowContext> = {}) => {
    const { kept, dropped } = dropFillers(bars, context(change));
    const { accepted, rejected } = rejectClosedDays({ accepted: kept, rejected: [] }, context(change));
    return { dropped: dropped.map(({ bar }) => bar), accepted, rejected };
  };

  it('is dropped with the day and the exchange where nobody traded', () => {
    const { kept, dropped } = dropFillers([saturday, monday as Ohlcv], context());
    expect(kept).toEqual([monday]);
    expect(dropped).toEqual([{ bar: saturday, reason: 'filler: 2025-03-08 is no session of XNYS' }]);
  });

  it('is rejected with the day and the exchange where it has prices and volume', () => {
    for (const volume of [1000, Number.NaN]) {
      const traded = dayBar(day, 10, { volume });
      expect(judged([traded, monday as Ohlcv])).toEqual({
        dropped: [],
        accepted: [monday],
        rejected: [{ bar: traded, reason: '2025-03-08 is no session of XNYS' }],
      });
    }
  });

  it.each([0, Number.NaN])(
    'of a series that never has volume (%d) is dropped where it repeats the row before, else rejected',
    (volume) => {
      const row = (on: Day, prices: Partial<Ohlcv>): Ohlcv => dayBar(on, 9.5, { volume, ...prices });
      const before = row(SESSIONS[4] ?? 0, { high: 9.7 });
      const copy = row(day, { high: 9.7 });
      const flat = row(day, {});
      const sunday = row(day + 1, { low: 9.4 });
      expect(judged([before, copy])).toMatchObject({ dropped: [copy], rejected: [] });
      expect(judged([before, flat])).toMatchObject({ dropped: [flat], rejected: [] });
      expect(judged([copy], { known: [before] })).toMatchObject({ dropped: [copy], rejected: [] });
      expect(judged([before, sunday])).toMatchObject({ dropped: [], rejected: [{ bar: sunday }] });
      expect(judged([copy])).toMatchObject({ dropped: [], rejected: [{ bar: copy }] });
    },
  );

  it('is no filler for repeating the row before, where the series has volume', () => {
    const copy = dayBar(day, 9.5, { volume: 700 });
    expect(judged([friday as Ohlcv, copy])).toMatchObject({ dropped: [], rejected: [{ bar: copy }] });
  });

  it('is kept where the calendar is a guess', () => {
    const unsure = judged([saturday], { calendar: calendarById('weekdays') });
    expect(unsure).toEqual({ dropped: [], accepted: [saturday], rejected: [] });
    const guess: Calendar = Object.assign(Object.create(XNYS) as Calendar, {
      advisory: true,
      isSession: () => false,
    });
    expect(judged([saturday], { calendar: guess }).accepted).toEqual([saturday]);
  });

  it('is kept before the days of which the calendar is sure', () => {
    for (const volume of [0, 1000]) {
      const bars = [dayBar(parseDay('1951-06-02'), 10, { volume })];
      expect(judged(bars).accepted).toEqual(bars);
    }
  });

  it('is dropped after them too where nobody traded, be it a weekend or a holiday', () => {
    for (const after of ['2026-08-08', '2026-09-07']) {
      const row = dayBar(parseDay(after), 10, idle);
      expect(judged([row, monday as Ohlcv]), after).toMatchObject({ dropped: [row], rejected: [] });
      const untold = { volume: Number.NaN };
      const [before, copy] = [dayBar(parseDay(after) - 3, 10, untold), dayBar(parseDay(after), 10, untold)];
      expect(judged([before, copy]), after).toEqual({ dropped: [copy], accepted: [before], rejected: [] });
    }
  });

  it('is rejected after them where it was traded on a day of the week that never has a session', () => {
    for (const [exchange, after, reason] of [
      ['XNYS', '2026-08-08', '2026-08-08 is no session of XNYS'],
      ['XNYS', '2026-08-09', '2026-08-09 is no session of XNYS'],
      ['XSAU', '2026-08-07', '2026-08-07 is no session of XSAU'],
      ['XTAI', '2026-08-09', '2026-08-09 is no session of XTAI'],
    ] as const) {
      const row = dayBar(parseDay(after), 10);
      const change = { calendar: calendarById(exchange) };
      expect(judged([row], change), exchange).toEqual({
        dropped: [],
        accepted: [],
        rejected: [{ bar: row, reason }],
      });
    }
  });

  it('is kept after them where it was traded on what may be a session: a moved holiday, a Saturday made up for', () => {
    for (const [exchange, after] of [
      ['XNYS', '2026-09-07'],
      ['XTAI', '2026-08-08'],
      ['XBOM', '2026-08-08'],
      ['XBOM', '2026-11-08'],
    ] as const) {
      const row = dayBar(parseDay(after), 10);
      const change = { calendar: calendarById(exchange) };
      expect(judged([row], change), exchange).toEqual({ dropped: [], accepted: [row], rejected: [] });
    }
  });

  it('is told by the exchange’s own date for intraday bars', () => {
    const evening = { ...dayBar(0, 10), ts: Date.parse('2025-03-08T00:30:00Z') };
    const noon = { ...dayBar(0, 11), ts: Date.parse('2025-03-08T17:00:00Z') };
    expect(judged([evening, noon], { interval: '1m' })).toMatchObject({
      accepted: [evening],
      rejected: [{ bar: noon }],
    });
    const idleNoon = { ...noon, volume: 0 };
    expect(judged([evening, idleNoon], { interval: '1m' }).dropped).toEqual([idleNoon]);
  });
});

describe('a run of idle daily bars at one price', () => {
  const held = (count: number, at = 1): Ohlcv[] => dayBars(Array(count).fill(10), at, idle);

  it('is dropped whole where it goes on from the close before', () => {
    const bars = [...dayBars([10]), ...held(5), ...dayBars([10.2], 6)];
    const { kept, dropped } = dropFillers(bars, context());
    expect(kept.map(({ volume }) => volume)).toEqual([1000, 1000]);
    expect(dropped.map(({ bar }) => bar)).toEqual(held(5));
    expect(dropped[0]?.reason).toBe('filler: one of 5 bars in a row without volume at 10');
  });

  it('keeps its first bar, perhaps a trade, where the price is a new one', () => {
    const { kept } = dropFillers([...dayBars([9]), ...held(6)], context());
    expect(kept).toEqual([...dayBars([9]), ...held(1)]);
  });

  it('keeps its first bar where nothing is before it', () => {
    expect(dropFillers([...held(6, 0), ...dayBars([10], 6)], context()).kept).toHaveLength(2);
  });

  it('of four bars is kept', () => {
    expect(droppedCloses([...dayBars([10]), ...held(4), ...dayBars([10.2], 5)])).toEqual([]);
  });

  it('is kept where nothing of the series has volume, as of a money fund', () => {
    expect(droppedCloses([...dayBars([10], 0, idle), ...held(50)])).toEqual([]);
  });

  it('is dropped where the known bars have volume, and goes on from theirs', () => {
    const known = [...dayBars([10]), ...held(4)];
    expect(droppedCloses(held(1, 5), { known })).toEqual([10]);
    expect(droppedCloses(held(5, 1), { known: dayBars([10]) })).toHaveLength(5);
  });

  it('ends where a bar has volume or a range', () => {
    const traded = [...held(4), ...dayBars([10], 5), ...held(4, 6)];
    expect(droppedCloses(traded)).toEqual([]);
    for (const change of [{ high: 10.1 }, { low: 9.9 }, { open: 10.1 }, { close: 10.1 }]) {
      const moved = [...dayBars([9]), ...held(4), { ...dayBars([10], 5, idle)[0], ...change }, ...held(4, 6)];
      expect(droppedCloses(moved as Ohlcv[]), JSON.stringify(change)).toEqual([]);
    }
  });

  it('is found where the answer is not in order and repeats itself', () => {
    const bars = [...dayBars([10]), ...held(5)];
    expect(droppedCloses(checkBars(bars.toReversed()).accepted)).toHaveLength(5);
    const twice = [...dayBars([10]), ...held(3), ...held(3)];
    expect(droppedCloses(checkBars(twice).accepted)).toEqual([]);
  });
});

describe('a run of idle daily bars on a straight line', () => {
  const line = dayBars([10.1, 10.2, 10.3, 10.4, 10.5], 1, idle);

  it('is dropped whole between the two trades that it connects', () => {
    const bars = [...dayBars([10]), ...line, ...dayBars([10.6], 6)];
    expect(droppedCloses(bars)).toEqual([10.1, 10.2, 10.3, 10.4, 10.5]);
    expect(dropFillers(bars, context()).dropped[0]?.reason).toContain('from 10.1 on by the same step');
  });

  it('keeps both ends, perhaps trades, where the neighbours are not on the line', () => {
    expect(droppedCloses([...dayBars([9]), ...line, ...dayBars([12], 6)])).toEqual([10.2, 10.3, 10.4]);
    expect(droppedCloses([...dayBars([9]), ...line])).toEqual([10.2, 10.3, 10.4]);
  });

  it('is kept where one of five bars is off the line', () => {
    const bent = dayBars([10.1, 10.2, 10.3, 10.41, 10.5], 1, idle);
    expect(droppedCloses([...dayBars([9]), ...bent])).toEqual([]);
  });

  it('is found right after a price that was held', () => {
    const held = dayBars([10, 10, 10, 10, 10], 1, idle);
    const rest = dayBars([11, 12, 13, 14], 6, idle);
    expect(droppedCloses([...dayBars([10]), ...held, ...rest])).toHaveLength(8);
  });
});

describe('a run of idle minutes', () => {
  const [day = 0] = SESSIONS;
  const minute = { interval: '1m' } as const;
  const quiet = minuteBars(day, 60, 10, idle);
  const traded = minuteBars(day, 1, 10);

  it('is dropped from 30 on', () => {
    expect(droppedCloses([...traded, ...quiet.slice(1, 31)], minute)).toHaveLength(30);
    expect(droppedCloses([...traded, ...quiet.slice(1, 30)], minute)).toEqual([]);
  });

  it('is kept where nothing has volume, as of a currency', () => {
    expect(droppedCloses(quiet, minute)).toEqual([]);
  });
});

describe('dropFillers', () => {
  const row = fc.record({ close: fc.constantFrom(9, 10, 11), volume: fc.constantFrom(0, 0, 0, 0, 5) });

  it('loses no bar, keeps the order, and drops no bar with volume', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
        const bars = rows.map(({ close, volume }, i) => dayBar(SESSIONS[i] ?? 0, close, { volume }));
        const { kept, dropped } = dropFillers(bars, context());
        expect([...kept, ...dropped.map(({ bar }) => bar)].toSorted((a, b) => a.ts - b.ts)).toEqual(bars);
        expect(kept).toEqual(kept.toSorted((a, b) => a.ts - b.ts));
        expect(dropped.every(({ bar }) => bar.volume === 0)).toBe(true);
      }),
    );
  });

  it('leaves no five idle bars at one price in a row', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
        const bars = rows.map(({ close, volume }, i) => dayBar(SESSIONS[i + 1] ?? 0, close, { volume }));
        const { kept } = dropFillers([...dayBars([7]), ...bars], context());
        let run = 0;
        for (const [i, bar] of kept.entries()) {
          const isHeld = bar.volume === 0 && kept[i - 1]?.close === bar.close && kept[i - 1]?.volume === 0;
          run = isHeld ? run + 1 : 1;
          expect(run).toBeLessThan(5);
        }
      }),
    );
  });
});
