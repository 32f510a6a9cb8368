import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { cutIn, NOTHING_KNOWN, provisionalAt, unconfirmedAt } from '../../../src/core/coverage/coverage.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { ascending } from '../../../src/market/csv/file-bars.ts';
import { assertNotShifted } from '../../../src/market/csv/shifted-dates.ts';
import { ALL, fileOf, HEADER, marketOf, stampsOf } from './folders.ts';

const table = (...rows: readonly string[]): string => `${[HEADER, ...rows].join('\n')}\n`;
const row = (date: string, close = '10.5', volume = '7'): string => `${date},10,11,9,${close},${volume}`;

describe('rows', () => {
  it('of one stamp keep their order where others are put in theirs', () => {
    const at = (ts: number, close: number) => ({
      ts,
      open: 1,
      high: 1,
      low: 1,
      close,
      volume: 1,
      vwap: null,
      trades: null,
    });
    const bars = barsOf([at(3, 1), at(1, 2), at(1, 3), at(1, 4)]);
    const { bars: sorted, faults } = ascending({ bars, faults: new Map([[2, 'x']]) });
    expect([[...sorted.ts], [...sorted.close]]).toEqual([
      [1, 1, 1, 3],
      [2, 3, 4, 1],
    ]);
    expect([...faults]).toEqual([[1, 'x']]);
  });

  it('are read again for the hour that comes twice, each once', () => {
    const stamps = ['2024-11-03 00:00', '2024-11-03 01:00', '2024-11-03 01:00', '2024-11-03 02:00'];
    expect(
      stampsOf(marketOf({ 'BTC-USD.csv': fileOf(stamps) }, 'America/New_York'), 'BTC-USD', '1h'),
    ).toEqual(['2024-11-03T04:00Z', '2024-11-03T05:00Z', '2024-11-03T06:00Z', '2024-11-03T07:00Z']);
  });
});

describe('rows of two files of a ticker', () => {
  const first = table(row('2024-01-08'), row('2024-01-09'), row('2024-01-10'));

  it('keep what is wrong with each', () => {
    const second = table(row('2024-01-11'), row('2024-01-12', 'x'), row('2024-01-16'), row('2024-01-17'));
    const rows = marketOf({ 'AAPL_part1.csv': first, 'AAPL_part2.csv': second }).rows('AAPL', '1d', ALL);
    expect(rows.map(({ fault = '' }) => fault.split(':')[0])).toEqual([
      ...['', '', '', ''],
      ...['AAPL_part2.csv, line 3', '', ''],
    ]);
  });

  it('are those that can be read, of which both have one', () => {
    const odd = table(row('2024-01-08'), row('2024-01-09', '10.5', 'x'), row('2024-01-10'));
    for (const [a, b] of [
      [odd, first],
      [first, odd],
    ] as const)
      expect(
        marketOf({ 'AAPL_part1.csv': a, 'AAPL_part2.csv': b })
          .rows('AAPL', '1d', ALL)
          .map(({ volume }) => volume),
      ).toEqual([7, 7, 7]);
  });

  it('stay both where one file has a stamp twice, and the last stamp yields though it comes twice', () => {
    const twice = table(
      row('2024-01-08'),
      row('2024-01-09'),
      row('2024-01-10', '10'),
      row('2024-01-10', '9'),
    );
    const beside = { 'AAPL_part1.csv': twice, 'AAPL_part2.csv': table(row('2024-01-08'), row('2024-01-11')) };
    const closes = (files: Record<string, string>): (number | null)[] =>
      marketOf(files)
        .rows('AAPL', '1d', ALL)
        .map(({ close }) => close);
    expect(closes(beside)).toEqual([10.5, 10.5, 10, 9, 10.5]);
    const longer = table(row('2024-01-10', '11', '70'), row('2024-01-11'));
    expect(closes({ 'AAPL_part1.csv': twice, 'AAPL_part2.csv': longer })).toEqual([10.5, 10.5, 11, 9, 10.5]);
  });

  const days = (volumes: readonly string[]): string =>
    table(...volumes.map((volume, i) => row(`2024-01-0${i + 2}`, '10.5', volume)));
  const readBoth = (one: string, other: string) => {
    const market = marketOf({ 'AAPL (1).csv': one, 'AAPL.csv': other });
    return { rows: market.rows('AAPL', '1d', ALL), notes: market.notRead('AAPL') };
  };

  it.each([
    ['7000000', '21000000'],
    ['21000000', '7000000'],
    ['7000000', '0'],
    ['1.2M', '1500000'],
    ['7', '9'],
  ])('are refused where their volumes contradict each other: %s and %s', (one, other) => {
    expect(() => readBoth(days(['5', one, '5']), days(['5', other, '5', '5']))).toThrow(
      /contradict each other on 2024-01-03 \(volume \d+ in AAPL \(1\)\.csv, line 3; volume \d+ in AAPL\.csv, line 3\)/,
    );
  });

  it.each([
    ['7000000', '7000000'],
    ['1.2M', '1234567'],
    ['7000000', '7031234'],
  ])('are one where their volumes are rounded or corrected, or one has none: %s and %s', (one, other) => {
    expect(readBoth(days(['5', one, '5']), days(['5', other, '5', '5'])).rows).toHaveLength(4);
    const { rows } = readBoth(days(['5', '-', '5']), days(['5', other, '5', '5']));
    expect(rows[1]?.volume).toBe(Number(other));
  });

  it('are refused where the last of one contradicts, and is no part of the other', () => {
    const [whole, ...others] = [
      '2024-01-03,10,11,9,10.5,700',
      '2024-01-03,10,11,9,12,700',
      '2024-01-03,11,11,9,10.5,5',
    ];
    for (const last of [...others, '2024-01-03,10,12,9,10.5,5', '2024-01-03,10,11,9,10.5,900'])
      for (const longer of [
        table(row('2024-01-02'), whole),
        table(row('2024-01-02'), whole, row('2024-01-04')),
      ])
        for (const [one, other] of [
          [table(row('2024-01-02'), last), longer],
          [longer, table(row('2024-01-02'), last)],
        ] as const) {
          const isWithinOther = last.endsWith(',900') && !longer.includes('2024-01-04');
          if (isWithinOther) expect(readBoth(one, other).rows.at(-1)?.volume).toBe(900);
          else expect(() => readBoth(one, other)).toThrow(/contradict each other on 2024-01-03/);
        }
    expect(() => readBoth(table(whole), table('2024-01-03,10,11,9,10.4,700'))).toThrow(
      'contradict each other',
    );
  });

  it('have the whole one of which the other is a part, whatever their names, and tell of it', () => {
    const part = table(row('2024-01-02'), '2024-01-03,10,10.6,9.5,10.4,200');
    for (const whole of ['2024-01-03,10,11,9,10.5,700', '2024-01-03,10,10.6,9.5,10.5,700'])
      for (const more of [[], [row('2024-01-04')]])
        for (const isFirst of [true, false]) {
          const longer = table(row('2024-01-02'), whole, ...more);
          const { rows, notes } = isFirst ? readBoth(part, longer) : readBoth(longer, part);
          expect(rows[1]).toMatchObject({ close: 10.5, volume: Number(whole.split(',').at(-1)) });
          const names = isFirst ? ['AAPL (1).csv', 'AAPL.csv'] : ['AAPL.csv', 'AAPL (1).csv'];
          expect(notes).toEqual([
            expect.stringMatching(
              /: its last row, on 2024-01-03, is a part of that in .* \(.*close.*\), which is read$/,
            ),
          ]);
          expect(notes[0]).toContain(names[0]);
          expect(notes[0]).toContain(`of that in ${names[1]} (`);
        }
  });

  it('ascend though one has minutes in a table and the other in Lean’s zips', () => {
    const minutes = ['2013-10-08 09:30', '2013-10-08 09:31', '2013-10-08 09:32', '2013-10-08 09:33'];
    const zip = (day: string) =>
      zipSync({ [`${day}_spy_minute_trade.csv`]: strToU8('34200000,10,11,9,10,7\n') });
    const market = marketOf({
      'SPY.csv': fileOf(minutes),
      'spy/20131007_trade.zip': zip('20131007'),
      'spy/20131009_trade.zip': zip('20131009'),
    });
    const stamps = stampsOf(market, 'SPY', '1m');
    expect(stamps).toHaveLength(6);
    expect(stamps).toEqual(stamps.toSorted());
  });
});

describe('a row without a price', () => {
  it('is read where its stamp is, up to the end of a range and on the grid', () => {
    const market = marketOf({ 'AAPL.csv': table(row('2024-01-08'), '2024-01-09,,,,,', row('2024-01-10')) });
    const until = (day: string): number =>
      market.read('AAPL', '1d', { from: ALL.from, to: parseDay(day) }).unusable.length;
    expect([until('2024-01-09'), until('2024-01-10')]).toEqual([0, 1]);
    const night = '2024-01-08 20:00:00,,,,,\n2024-01-08 12:00:00,,,,,\n';
    const times = Array.from({ length: 78 }, (_, i) => 570 + 5 * i).filter((minute) => minute !== 720);
    const stamps = times.map(
      (m) =>
        `2024-01-08 ${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}:00`,
    );
    const day = marketOf({ 'AAPL.csv': `${fileOf(stamps)}${night}` }).read('AAPL', '5m', ALL);
    expect([day.unusable.length, day.bars.length, day.dropped]).toEqual([1, 77, 1]);
  });

  it('has no volume either, of an index too', () => {
    const text = table(row('2024-01-08', '10', ''), '2024-01-09,,,,,', row('2024-01-10', '10', ''));
    const rows = marketOf({ '^GSPC.csv': text }).rows('^GSPC', '1d', ALL);
    expect(rows.map(({ volume }) => volume)).toEqual([0, null, 0]);
  });
});

describe('rows of one file', () => {
  it('are parted by the interval that each says', () => {
    const lines = [
      'AAPL,1d,2024-01-08',
      'AAPL,1h,2024-01-08T14:30:00Z',
      'AAPL,1d,2024-01-09',
      'AAPL,1h,2024-01-08T15:30:00Z',
    ];
    const text = `ticker,interval,ts,open,high,low,close,volume\n${lines.map((line, i) => `${line},10,11,9,1${i},7\n`).join('')}`;
    const market = marketOf({ 'prices.csv': text });
    const closes = (interval: '1d' | '1h'): (number | null)[] =>
      market.rows('AAPL', interval, ALL).map(({ close }) => close);
    expect([closes('1d'), closes('1h')]).toEqual([
      [10, 12],
      [11, 13],
    ]);
  });

  it('are of one ticker however each spells it', () => {
    const text = `ticker,${HEADER}\nBRK.B,${row('2024-01-08')}\nBRK-B,${row('2024-01-09')}\nbrk.b,${row('2024-01-10')}\n`;
    const market = marketOf({ 'prices.csv': text });
    expect(market.tickers()).toEqual(['BRK-B']);
    expect(stampsOf(market, 'BRK-B')).toEqual(['2024-01-08', '2024-01-09', '2024-01-10']);
  });

  it('are filled in where they have the close of the next one, too', () => {
    const XNYS = calendarById('XNYS');
    // From Sunday to Thursday, as if shifted by a day, but that a Sunday repeats the Monday after it.
    const days = [7, 8, 9, 10, 11, 21, 22, 23, 24, 25].map((date) => parseDay('2024-01-01') + date - 1);
    const isSunday = (i: number): boolean => i % 5 === 0;
    const close = Float64Array.from(days, (_, i) => 100 + (isSunday(i) ? i + 1 : i));
    const volume = Float64Array.from(days, (_, i) => (isSunday(i) ? 0 : 7));
    expect(() => assertNotShifted('x.csv', days, { close, volume }, XNYS)).not.toThrow();
    const traded = volume.map(() => 7);
    expect(() => assertNotShifted('x.csv', days, { close, volume: traded }, XNYS)).toThrow('one day later');
  });
});

describe('what may be cut', () => {
  it('is of the session in which its bar starts, where stamps are ends', () => {
    const stamps = Array.from({ length: 24 }, (_, i) => `2024-01-08 ${String(i).padStart(2, '0')}:00:00`);
    const text = fileOf([...stamps.slice(1), '2024-01-09 00:00:00']).trimEnd();
    const market = marketOf({ 'BTC-USD.csv': text }, null, 'end');
    expect(market.read('BTC-USD', '1h', ALL).mayBeCut.map(formatDay)).toEqual(['2024-01-08']);
  });

  it('waits for another edition, not for time or for a request of somebody else', () => {
    const [from, to] = [10, 11];
    const run = { from, to, since: 0 };
    const coverage = { ...NOTHING_KNOWN, present: [{ from, to }], provisional: [{ from, to }] };
    const cut = { ...coverage, unconfirmed: [{ ...run, edition: 'a' }] };
    const short = { ...coverage, unconfirmed: [run] };
    const later = 31 * 86_400_000;
    expect([unconfirmedAt(cut, 1), unconfirmedAt(short, 1)]).toEqual([[], [{ from, to }]]);
    expect([provisionalAt(cut, later), provisionalAt(short, later)]).toEqual([[{ from, to }], []]);
    expect(['a', 'b', null].map((edition) => cutIn(cut, edition).length)).toEqual([1, 0, 0]);
    expect(cutIn(short, null)).toEqual([]);
  });
});
