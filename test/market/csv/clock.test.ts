import { describe, expect, it } from 'vitest';
import { ALL, fileOf, marketOf, stampsOf, times } from './folders.ts';

const WEEK = ['2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11', '2024-01-12'];
/** The Friday before and the Monday after the clocks changed in New York. */
const CHANGE = ['2024-03-08', '2024-03-11'];

describe('intraday stamps without an offset', () => {
  it('show the clock of the exchange, in winter and in summer', () => {
    const market = marketOf({ 'SPY.csv': fileOf(times(CHANGE, '09:30', '16:00', 5)) });
    const stamps = stampsOf(market, 'SPY', '5m');
    expect(stamps).toHaveLength(156);
    expect([stamps[0], stamps[78], stamps.at(-1)]).toEqual([
      '2024-03-08T14:30Z',
      '2024-03-11T13:30Z',
      '2024-03-11T19:55Z',
    ]);
    expect(market.read('SPY', '5m', ALL)).toMatchObject({ dropped: 0, offGrid: 0 });
  });

  it.each([
    ['7203.T', '09:00', '2024-01-09T00:00Z'],
    ['VOD.L', '08:00', '2024-01-09T08:00Z'],
    ['BHP.AX', '10:00', '2024-01-08T23:00Z'],
  ])('of %s begin at its own open', (ticker, open, first) => {
    const close = ticker === '7203.T' ? '11:30' : '16:00';
    const market = marketOf({ [`${ticker}.csv`]: fileOf(times(WEEK.slice(1), open, close, 15)) });
    expect(stampsOf(market, ticker, '15m')[0]).toBe(first);
  });

  it('are UTC of crypto and currencies', () => {
    const stamps = times(['2024-01-06', '2024-01-08'], '00:00', '24:00', 60);
    const market = marketOf({ 'BTC-USD.csv': fileOf(stamps), 'EURUSD=X.csv': fileOf(stamps) });
    expect(stampsOf(market, 'BTC-USD', '1h')[0]).toBe('2024-01-06T00:00Z');
    expect(stampsOf(market, 'EURUSD=X', '1h')[0]).toBe('2024-01-08T00:00Z');
  });

  it('may reach over the regular hours, which are kept', () => {
    const isRegular = (stamp: string): boolean => stamp.slice(11) >= '09:30' && stamp.slice(11) < '16:00';
    const market = marketOf({
      'SPY.csv': fileOf(times(WEEK, '04:00', '20:00', 5), { volumeAt: (at) => (isRegular(at) ? 1000 : 20) }),
    });
    expect(market.read('SPY', '5m', ALL)).toMatchObject({ bars: { length: 390 }, dropped: 570, offGrid: 0 });
  });

  it('of a share that rarely trades are no reason to doubt the clock', () => {
    const thin = WEEK.flatMap((date) => [`${date} 10:05:00`, `${date} 10:10:00`, `${date} 15:40:00`]);
    expect(stampsOf(marketOf({ 'THIN.csv': fileOf(thin) }), 'THIN', '5m')).toHaveLength(15);
  });
});

describe('stamps of UTC without an offset', () => {
  const utc = times(WEEK, '14:30', '21:00', 5);

  it('are refused, with what was seen and what would fit', () => {
    const market = marketOf({ 'SPY.csv': fileOf(utc) });
    expect(() => market.intervals('SPY')).toThrow(
      /SPY\.csv: its times fill 23 % of the regular hours of XNYS .* 100 % by the clock of UTC: give --csv-zone UTC/,
    );
  });

  it.each(['timestamp_utc', 'time_utc', 'Date (UTC)', 'Gmt time', 'Time (GMT)', 'ts'])(
    'are read where the header says so: %s',
    (header) => {
      const market = marketOf({ 'SPY.csv': fileOf(utc, { header }) });
      expect(stampsOf(market, 'SPY', '5m')[0]).toBe('2024-01-08T14:30Z');
    },
  );

  it('are read where the user says so', () => {
    expect(stampsOf(marketOf({ 'SPY.csv': fileOf(utc) }, 'UTC'), 'SPY', '5m')[0]).toBe('2024-01-08T14:30Z');
  });

  it('are refused where extended hours fill the regular ones by any clock, but most is traded outside', () => {
    const isRegular = (stamp: string): boolean => stamp.slice(11) >= '14:30' && stamp.slice(11) < '21:00';
    const text = fileOf(times(WEEK, '09:00', '24:00', 5), { volumeAt: (at) => (isRegular(at) ? 1000 : 20) });
    expect(() => marketOf({ 'SPY.csv': text }).intervals('SPY')).toThrow(/--csv-zone UTC/);
  });

  it('are refused where they are one hour off in a part of the year', () => {
    const winter = times(['2024-01-09', '2024-01-10'], '08:00', '16:30', 15);
    const summer = times(['2024-06-04', '2024-06-05'], '07:00', '15:30', 15);
    const market = marketOf({ 'VOD.L.csv': fileOf([...winter, ...summer]) });
    expect(() => market.intervals('VOD.L')).toThrow(/--csv-zone UTC/);
  });
});

describe('hours that nobody checked', () => {
  it('refuse no file', () => {
    // Jakarta's of 2012 are from general knowledge, 09:30 to 16:00.
    const stamps = times(['2012-11-26', '2012-11-27'], '02:30', '09:00', 15);
    expect(stampsOf(marketOf({ 'BBCA.JK.csv': fileOf(stamps) }), 'BBCA.JK', '15m')).toHaveLength(52);
    // Those of 2014 are sure.
    const later = times(['2014-11-26', '2014-11-27'], '02:00', '09:00', 15);
    expect(() => marketOf({ 'BBCA.JK.csv': fileOf(later) }).intervals('BBCA.JK')).toThrow(/--csv-zone UTC/);
  });
});

describe('a file that another clock explains in part', () => {
  const utc = times(WEEK, '14:30', '21:00', 5);

  it('is refused where that clock fills nine tenths of the hours', () => {
    const market = marketOf({ 'SPY.csv': fileOf(utc.filter((_, i) => i % 20 !== 7)) });
    expect(() => market.intervals('SPY')).toThrow(/22 % of .* and 95 % by the clock of UTC/);
  });

  it('is refused where it fills less, as most of what was traded lies outside regular hours', () => {
    const market = marketOf({ 'SPY.csv': fileOf(utc.filter((_, i) => i % 5 !== 3)) });
    expect(() => market.intervals('SPY')).toThrow(
      /SPY\.csv: 77 % of its rows, with 77 % of the volume, .* it fills 18 %: give the clock .* \(by that of UTC: 80 %\)/,
    );
  });

  it('is read where it reaches from the extended hours to shortly before the close', () => {
    const market = marketOf({ 'SPY.csv': fileOf(times(WEEK, '08:30', '15:30', 5)) });
    expect(market.read('SPY', '5m', ALL)).toMatchObject({ bars: { length: 360 }, dropped: 60 });
  });
});

describe('stamps of another clock', () => {
  it('are read by the zone that is named, by the header or the user', () => {
    const chicago = fileOf(times(WEEK, '08:30', '15:00', 5));
    expect(stampsOf(marketOf({ 'SPY.csv': chicago }, 'America/Chicago'), 'SPY', '5m')[0]).toBe(
      '2024-01-08T14:30Z',
    );
    const eastern = fileOf(times(WEEK, '09:30', '16:00', 5), { header: 'Datetime (America/New_York)' });
    expect(stampsOf(marketOf({ 'SPY.csv': eastern }, 'UTC'), 'SPY', '5m')[0]).toBe('2024-01-08T14:30Z');
  });

  it('are of each ticker’s own exchange where the user says so, of currencies too', () => {
    const day = times(['2024-07-08', '2024-07-09'], '09:00', '17:00', 60);
    const market = marketOf({ 'EURUSD=X.csv': fileOf(day), 'VOD.L.csv': fileOf(day) }, 'exchange');
    expect(stampsOf(market, 'EURUSD=X', '1h')[0]).toBe('2024-07-08T08:00Z');
    expect(stampsOf(market, 'VOD.L', '1h')[0]).toBe('2024-07-08T08:00Z');
  });

  it('that carry an offset which is not theirs are refused', () => {
    const market = marketOf({ 'SPY.csv': fileOf(times(WEEK, '09:30', '16:00', 5).map((at) => `${at}Z`)) });
    expect(() => market.intervals('SPY')).toThrow(/by the clock of America\/New_York: correct their offset/);
  });

  it('need no zone where each has its own offset', () => {
    const own = times(WEEK, '09:30', '16:00', 5).map((at) => `${at}-05:00`);
    expect(stampsOf(marketOf({ 'SPY.csv': fileOf(own) }, 'UTC'), 'SPY', '5m')[0]).toBe('2024-01-08T14:30Z');
  });
});

describe('an hour that comes twice when clocks are set back', () => {
  const hours = ['00', '01', '01', '02'];
  const zones: [string, string, string][] = [
    ['America/New_York', '2024-11-03', '2024-11-03T04:00Z'],
    ['Europe/London', '2024-10-27', '2024-10-26T23:00Z'],
  ];

  it.each(zones)('is told apart by the order of the rows: %s', (zone, date, first) => {
    const stamps = hours.flatMap((hour) =>
      ['00', '15', '30', '45'].map((minute) => `${date} ${hour}:${minute}`),
    );
    for (const order of [stamps, stamps.toReversed()]) {
      const read = stampsOf(marketOf({ 'BTC-USD.csv': fileOf(order) }, zone), 'BTC-USD', '15m');
      expect(read[0]).toBe(first);
      expect(read).toEqual(
        Array.from(
          { length: 16 },
          (_, i) => new Date(Date.parse(first) + i * 900_000).toISOString().slice(0, 16) + 'Z',
        ),
      );
    }
  });
});

describe('the interval of a file', () => {
  it('is not that of a stray row', () => {
    const market = marketOf({
      'SPY.csv': fileOf([...times(WEEK, '09:30', '16:00', 5), '2024-01-12 15:57:00']),
    });
    expect(market.intervals('SPY')).toEqual(['5m']);
    expect(market.read('SPY', '5m', ALL)).toMatchObject({ bars: { length: 390 }, dropped: 1, offGrid: 1 });
  });

  it('is a day where each date has one row, or all but the last, whatever the time', () => {
    const odd = [
      '2024-01-08 15:59',
      '2024-01-09 09:35',
      '2024-01-10 15:59',
      '2024-01-11 09:31',
      '2024-01-12 12:00',
    ];
    expect(marketOf({ 'THIN.csv': fileOf(odd) }).intervals('THIN')).toEqual(['1d']);
    const days = Array.from({ length: 28 }, (_, i) => `2024-02-${String(i + 1).padStart(2, '0')} 09:30`);
    expect(marketOf({ 'SPY.csv': fileOf([...days, '2024-02-28 15:12']) }).intervals('SPY')).toEqual(['1d']);
  });

  it('of a share that rarely trades is what all distances are multiples of', () => {
    const thin = ['09:30', '09:40', '09:55', '10:20', '11:00'].map((time) => `2024-01-08 ${time}`);
    expect(marketOf({ 'THIN.csv': fileOf(thin) }).intervals('THIN')).toEqual(['5m']);
    const stray = marketOf({ 'THIN.csv': fileOf([...thin, '2024-01-08 10:22']) });
    expect(() => stray.intervals('THIN')).toThrow(/on no interval/);
  });

  it('must be one that is stored', () => {
    const market = marketOf({ 'SPY.csv': fileOf(times(WEEK, '09:30', '16:00', 30)) });
    expect(() => market.intervals('SPY')).toThrow(/on no interval of 1m, 5m, 15m, 1h or 1d/);
  });
});
