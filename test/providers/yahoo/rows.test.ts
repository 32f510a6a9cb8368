import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { formatDay, MS_PER_DAY, parseDay, utcDayOf } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { type ParsedChart, parseChart } from '../../../src/providers/yahoo/parse.ts';
import { type Chart, chartResult, type Row } from './chart.ts';
import { type WithRows, withRows } from '../rows.ts';

const DELAY_MS = 4 * 3_600_000;

type Parsed = WithRows<ParsedChart>;

interface Asked extends Chart {
  readonly ticker: string;
  readonly now: string;
  /** Session dates, both inclusive. */
  readonly range: readonly [first: string, last: string];
  readonly interval?: Interval;
}

function parse({ ticker, now, range: [first, last], interval = '1d', ...chart }: Asked): Parsed {
  const calendar = calendarFor(ticker);
  const result = chartResult(chart);
  const parsed = parseChart(result, {
    interval,
    calendar,
    range: { from: parseDay(first), to: parseDay(last) + 1 },
    now: Date.parse(now),
    settled: calendar.lastSettled(Date.parse(now), DELAY_MS),
  });
  return withRows(parsed);
}

const dates = ({ bars }: Parsed): string[] => bars.map(({ ts }) => formatDay(utcDayOf(ts)));
const times = ({ bars }: Parsed): string[] => bars.map(({ ts }) => new Date(ts).toISOString().slice(11, 16));

describe('a row without a volume', () => {
  it.each([
    ['EQUITY', Number.NaN],
    ['FUTURE', Number.NaN],
    ['INDEX', 0],
    ['CURRENCY', 0],
  ])('of type %s is a bar whose volume is %d', (type, expected) => {
    const asked = {
      ticker: 'AAPL',
      now: '2025-01-16T02:00:00Z',
      range: ['2025-01-14', '2025-01-15'],
    } as const;
    const rows: Row[] = [['2025-01-14T14:30:00Z', 10]];
    const of = (volume: number | null): number | undefined =>
      parse({ ...asked, rows, type, volume }).bars[0]?.volume;
    expect(of(null)).toBe(expected);
    expect(of(7)).toBe(7);
  });
});

describe('the live row of a daily chart', () => {
  const TUESDAY: Row = ['2025-01-14T14:30:00Z', 10];
  const live = (stamp: string, now: string, last = '2025-01-15'): Parsed =>
    parse({ ticker: 'AAPL', now, range: ['2025-01-14', last], rows: [TUESDAY, [stamp, 11]] });

  it('is the bar of its session while that is open', () => {
    const parsed = live('2025-01-15T16:59:58Z', '2025-01-15T17:00:00Z');
    expect(dates(parsed)).toEqual(['2025-01-14', '2025-01-15']);
    expect(parsed.bars[1]).toMatchObject({
      ts: Date.UTC(2025, 0, 15),
      open: 11,
      high: 12,
      low: 10,
      close: 11,
    });
    expect(parsed.dropped).toBe(0);
  });

  it('stays it after the close until the session has settled, then is left out', () => {
    const stamp = '2025-01-15T21:00:01Z';
    expect(dates(live(stamp, '2025-01-15T21:30:00Z'))).toContain('2025-01-15');
    expect(dates(live(stamp, '2025-01-16T00:59:59.999Z'))).toContain('2025-01-15');
    const settled = live(stamp, '2025-01-16T01:00:00Z');
    expect(dates(settled)).toEqual(['2025-01-14']);
    expect(settled).toMatchObject({ dropped: 1, unfinished: 1 });
  });

  it('is left out where its session was not asked for', () => {
    const parsed = live('2025-01-15T16:59:58Z', '2025-01-15T17:00:00Z', '2025-01-14');
    expect(dates(parsed)).toEqual(['2025-01-14']);
    expect(parsed.dropped).toBe(1);
  });

  it('is known by the time of the last trade: a row with any other stamp is its session’s', () => {
    const rows: Row[] = [
      ['2025-01-14T05:00:00Z', 10],
      ['2025-01-15T05:00:00Z', 11],
    ];
    const asked = {
      ticker: 'AAPL',
      now: '2025-01-20T12:00:00Z',
      range: ['2025-01-14', '2025-01-15'],
    } as const;
    const parsed = parse({ ...asked, rows, lastTrade: '2025-01-17T21:00:00Z' });
    expect(dates(parsed)).toEqual(['2025-01-14', '2025-01-15']);
  });

  it('settles sooner on a half day', () => {
    const half = (now: string): string[] =>
      dates(
        parse({
          ticker: 'AAPL',
          now,
          range: ['2025-11-26', '2025-11-28'],
          rows: [
            ['2025-11-26T14:30:00Z', 10],
            ['2025-11-28T18:00:01Z', 11],
          ],
        }),
      );
    expect(half('2025-11-28T21:59:59Z')).toEqual(['2025-11-26', '2025-11-28']);
    expect(half('2025-11-28T22:00:00Z')).toEqual(['2025-11-26']);
  });

  it('is there in the lunch break of Tokyo, stamped with its start', () => {
    const rows: Row[] = [
      ['2025-01-14T00:00:00Z', 10],
      ['2025-01-15T02:30:00Z', 11],
    ];
    const parsed = parse({
      ticker: '7203.T',
      now: '2025-01-15T03:00:00Z',
      range: ['2025-01-14', '2025-01-15'],
      rows,
    });
    expect(dates(parsed)).toEqual(['2025-01-14', '2025-01-15']);
  });

  it('of crypto is the current day in UTC, also just after midnight', () => {
    const rows: Row[] = [
      ['2025-01-14T00:00:00Z', 10],
      ['2025-01-15T00:00:00Z', 11],
      ['2025-01-16T00:00:30Z', 12],
    ];
    const range = ['2025-01-14', '2025-01-16'] as const;
    const parsed = parse({ ticker: 'BTC-USD', now: '2025-01-16T00:01:00Z', range, rows });
    expect(dates(parsed)).toEqual(['2025-01-14', '2025-01-15', '2025-01-16']);
  });

  it('of currencies belongs to London’s day, and to none on a Sunday evening', () => {
    const range = ['2025-07-11', '2025-07-14'] as const;
    const friday: Row = ['2025-07-10T23:00:00Z', 10];
    const at = (stamp: string): string[] =>
      dates(parse({ ticker: 'EURUSD=X', now: '2025-07-14T09:00Z', range, rows: [friday, [stamp, 11]] }));
    expect(at('2025-07-13T22:59:59Z')).toEqual(['2025-07-11']);
    expect(at('2025-07-13T23:00:01Z')).toEqual(['2025-07-11', '2025-07-14']);
  });

  it('takes the place of its session’s other row, and is no evidence without values', () => {
    const range = ['2025-01-14', '2025-01-15'] as const;
    const asked = { ticker: 'AAPL', now: '2025-01-15T17:00:00Z', range };
    const OPEN: Row = ['2025-01-15T14:30:00Z', 10.5];
    const twice = parse({ ...asked, rows: [TUESDAY, OPEN, ['2025-01-15T16:59:58Z', 11]] });
    expect(twice.bars.map(({ close }) => close)).toEqual([10, 11]);
    expect(twice).toMatchObject({ dropped: 1, unfinished: 1 });
    const empty = parse({ ...asked, rows: [TUESDAY, ['2025-01-15T16:59:58Z', null]] });
    expect(empty).toMatchObject({ unusable: [], dropped: 1, unfinished: 1 });
    expect(parse({ ...asked, rows: [['2025-01-14T14:30:00Z', null], OPEN] }).unusable).toHaveLength(1);
  });
});

describe('intraday rows of a session that is not settled', () => {
  const day = '2025-01-15T';
  const rowsAt = (...stamps: string[]): Row[] => stamps.map((stamp): Row => [`${day}${stamp}Z`, 10]);
  const parsed = (interval: Interval, rows: readonly Row[], now: string, lastTrade?: string): Parsed =>
    parse({
      ticker: 'AAPL',
      interval,
      now: `${day}${now}Z`,
      range: ['2025-01-15', '2025-01-15'],
      rows,
      ...(lastTrade !== undefined && { lastTrade: `${day}${lastTrade}Z` }),
    });

  it('are those that are complete; the live one is none', () => {
    const rows = rowsAt('14:30:00', '14:35:00', '14:40:00', '14:43:10');
    const answer = parsed('5m', rows, '14:43:12');
    expect(times(answer)).toEqual(['14:30', '14:35']);
    expect(answer).toMatchObject({ dropped: 2, unfinished: 2 });
    expect(times(parsed('5m', rowsAt('14:30:00', '14:35:00'), '14:40:00', '14:40:00'))).toEqual([
      '14:30',
      '14:35',
    ]);
    expect(times(parsed('5m', rowsAt('14:30:00', '14:35:00'), '14:39:59', '14:40:00'))).toEqual(['14:30']);
  });

  it('are none that a delayed exchange may still add to, nor a live one on the grid', () => {
    const rows = rowsAt('14:30:00', '14:35:00', '14:40:00', '14:45:00');
    expect(times(parsed('5m', rows, '15:05:00', '14:43:10'))).toEqual(['14:30', '14:35']);
    expect(times(parsed('5m', rows, '15:05:00', '14:45:00'))).toEqual(['14:30', '14:35', '14:40']);
  });

  it('end with the session, where that is shorter than a bar', () => {
    const rows = rowsAt('19:30:00', '20:30:00', '21:00:01');
    expect(times(parsed('1h', rows, '21:00:05'))).toEqual(['19:30', '20:30']);
    expect(times(parsed('1h', rows.slice(0, 2), '20:59:59', '20:59:59'))).toEqual(['19:30']);
  });

  it('are all there once it has settled', () => {
    const rows = rowsAt('19:30:00', '20:30:00');
    const settled = parse({
      ticker: 'AAPL',
      interval: '1h',
      now: '2025-01-16T01:00:00Z',
      range: ['2025-01-15', '2025-01-15'],
      rows,
      lastTrade: '2025-01-15T20:40:00Z',
    });
    expect(times(settled)).toEqual(['19:30', '20:30']);
  });

  it('of an advisory calendar are those that are complete, too', () => {
    const rows = rowsAt('14:00:00', '14:05:00', '14:09:00');
    const asked = { ticker: 'ORSTED.CO', interval: '5m', range: ['2025-01-15', '2025-01-15'] } as const;
    const answer = parse({ ...asked, zone: 'Europe/Copenhagen', now: '2025-01-15T14:09:00Z', rows });
    expect(times(answer)).toEqual(['14:00']);
  });
});

describe('a row of a year that no calendar knows', () => {
  it.each(['0099-01-04T14:30:00Z', '-000168-01-04T14:30:00Z', '4999-01-04T14:30:00Z'])(
    'keeps its stamp, %s, and costs no other row',
    (stamp) => {
      const rows: Row[] = [
        [stamp, 9],
        ['2025-01-14T09:30:00Z', 10],
      ];
      expect(['AAPL', 'AAPL.XX'].map((ticker) => calendarFor(ticker).advisory)).toEqual([false, true]);
      for (const ticker of ['AAPL', 'AAPL.XX']) {
        const asked = { ticker, rows, zone: 'Europe/Copenhagen', firstTrade: stamp } as const;
        const range = ['2025-01-14', '2025-01-15'] as const;
        const lastTrade = '2025-01-15T20:00:00Z';
        const { bars, identity } = parse({ ...asked, range, lastTrade, now: '2025-01-16T02:00:00Z' });
        expect(bars.map(({ close }) => close)).toEqual([9, 10]);
        const day = Date.parse(stamp.replace('14:30', '00:00'));
        expect(bars[0]?.ts).toBe(day);
        expect(identity.firstTrade).toBe(stamp.startsWith('-') ? null : day / MS_PER_DAY);
      }
    },
  );
});

describe('splits of a chart', () => {
  const rows: Row[] = [
    ['2025-01-13T14:30:00Z', 10],
    ['2025-01-14T14:30:00Z', 10],
    ['2025-01-15T14:30:00Z', 10],
  ];
  const range = ['2025-01-13', '2025-01-15'] as const;
  const closes = (now: string, splits: Chart['splits'] = []): number[] =>
    parse({ ticker: 'AAPL', now, range, rows, splits, lastTrade: '2025-01-15T21:00:00Z' }).bars.map(
      ({ close }) => close,
    );

  it('multiply', () => {
    const splits = [
      ['2025-01-14T14:30:00Z', 2, 1],
      ['2025-01-15T14:30:00Z', 3, 2],
    ] as const;
    expect(closes('2025-01-20T12:00:00Z', splits)).toEqual([30, 15, 10]);
  });

  it('count from the ex-date on, before its open too; one that is only announced does not', () => {
    const splits = [['2025-01-16T14:30:00Z', 4, 1]] as const;
    expect(closes('2025-01-16T04:59:59Z', splits)).toEqual([10, 10, 10]);
    expect(closes('2025-01-16T05:00:00Z', splits)).toEqual([40, 40, 40]);
    expect(closes('2025-01-16T15:00:00Z', splits)).toEqual([40, 40, 40]);
    const announced = parse({ ticker: 'AAPL', now: '2025-01-15T23:00Z', range, rows, splits });
    expect(announced.actions).toEqual([]);
  });
});

describe('the type of an instrument', () => {
  it.each([
    ['EQUITY', 'equity'],
    ['ETF', 'etf'],
    ['MUTUALFUND', 'fund'],
    ['INDEX', 'index'],
    ['CRYPTOCURRENCY', 'crypto'],
    ['CURRENCY', 'fx'],
    ['FUTURE', 'future'],
    ['MutualFund', 'fund'],
    ['WARRANT', 'other'],
    ['', null],
  ])('%s is %s', (type, word) => {
    const parsed = parse({
      ticker: 'AAPL',
      now: '2025-01-15T12:00Z',
      range: ['2025-01-13', '2025-01-14'],
      type,
    });
    expect(parsed.identity.type).toBe(word);
  });
});
