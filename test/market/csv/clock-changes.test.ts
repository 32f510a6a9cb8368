import { describe, expect, it } from 'vitest';
import { ALL, HEADER, marketOf } from './folders.ts';

const NEW_YORK = 'America/New_York';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A bar by its start: its close is the next one's open, and tells which it is. */
interface Row {
  readonly ts: number;
  readonly price: number;
}

/** Bars every so many minutes between two instants, the end exclusive. */
function rowsOf(from: string, to: string, minutes: number): Row[] {
  const rows: Row[] = [];
  for (let ts = Date.parse(from); ts < Date.parse(to); ts += minutes * MINUTE_MS)
    rows.push({ ts, price: 100 + ((rows.length * 37) % 50) });
  return rows;
}

/** `2022-11-06 01:15` of the clock of a zone. */
function shown(ts: number, zone: string): string {
  return new Date(ts).toLocaleString('sv-SE', { timeZone: zone }).slice(0, 16);
}

/** A file of rows in their order, stamped with what a clock shows `lateMs` after they begin. */
function textOf(rows: readonly Row[], zone: string, lateMs = 0): string {
  const prices = new Map(rows.map(({ ts, price }) => [ts, price]));
  const step =
    rows.length > 1
      ? Math.min(...rows.slice(1).map(({ ts }, i) => Math.abs(ts - (rows[i] as Row).ts) || 9e9))
      : 0;
  const lines = rows.map(({ ts, price }) => {
    const close = prices.get(ts + step) ?? price;
    const [high, low] = [Math.max(price, close), Math.min(price, close)];
    return `${shown(ts + lateMs, zone)},${price},${high},${low},${close},7\n`;
  });
  return `${HEADER.replace('date', 'time')}\n${lines.join('')}`;
}

/** What is read of a file of some rows: the open of each bar by its start. */
function readOf(
  text: string,
  zone: string,
  interval: '15m' | '1h' = '15m',
  ticker = 'BTC-USD',
  stamps: 'end' | null = null,
): Row[] {
  const { bars } = marketOf({ [`${ticker}.csv`]: text }, zone, stamps).read(ticker, interval, ALL);
  return Array.from(bars.ts, (ts, i) => ({ ts, price: bars.open[i] as number }));
}

/** The reading of a file, which may throw. */
const reading = (text: string): (() => unknown) => {
  const market = marketOf({ 'BTC-USD.csv': text }, NEW_YORK);
  return () => market.intervals('BTC-USD');
};

const byClock = (a: Row, b: Row): number => (shown(a.ts, NEW_YORK) < shown(b.ts, NEW_YORK) ? -1 : 1);
/** Sorted by what the clock shows; rows that show the same keep their order. */
const sorted = (rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => (shown(a.ts, NEW_YORK) === shown(b.ts, NEW_YORK) ? 0 : byClock(a, b)));

const NIGHT = rowsOf('2022-11-06T02:00Z', '2022-11-06T12:00Z', 15);
const HOURS = rowsOf('2022-11-05T02:00Z', '2022-11-06T22:00Z', 60);
const [FIRST, SECOND] = ['2022-11-06T05:00Z', '2022-11-06T06:00Z'].map(Date.parse) as [number, number];
const isOf =
  (hour: number) =>
  ({ ts }: Row) =>
    hour <= ts && ts < hour + HOUR_MS;

const isTwice = (row: Row): boolean => isOf(FIRST)(row) || isOf(SECOND)(row);
const UP_TO_SECOND = NIGHT.filter(({ ts }) => ts < SECOND);
const FROM_SECOND = NIGHT.filter(({ ts }) => ts >= SECOND);
const FROM_THIRD = NIGHT.filter(({ ts }) => ts >= SECOND + HOUR_MS);

describe('an hour that comes twice', () => {
  it.each([
    ['the oldest first', NIGHT],
    ['the newest first', NIGHT.toReversed()],
    ['with a bar of the first hour missing', NIGHT.filter(({ ts }) => ts !== FIRST)],
    ['with a bar of the second hour missing', NIGHT.filter(({ ts }) => ts !== SECOND)],
    [
      'with one bar of each hour',
      NIGHT.filter(
        (row) =>
          (!isOf(FIRST)(row) && !isOf(SECOND)(row)) || row.ts === FIRST + 30 * MINUTE_MS || row.ts === SECOND,
      ),
    ],
    ['from its start on', NIGHT.filter(({ ts }) => ts >= FIRST)],
    ['up to its end', NIGHT.filter(({ ts }) => ts < SECOND + HOUR_MS)],
    ['and nothing else', NIGHT.filter((row) => isOf(FIRST)(row) || isOf(SECOND)(row))],
  ])('is told apart by rows in the order of time: %s', (_, rows) => {
    const expected = rows.toSorted((a, b) => a.ts - b.ts);
    expect(readOf(textOf(rows, NEW_YORK), NEW_YORK)).toEqual(expected);
  });

  it('is told apart by the ends of bars', () => {
    const text = textOf(NIGHT, NEW_YORK, 15 * MINUTE_MS);
    expect(readOf(text, NEW_YORK, '15m', 'BTC-USD', 'end')).toEqual(NIGHT);
  });

  it('is told apart in each of two years that stand in any order', () => {
    const earlier = rowsOf('2021-11-07T02:00Z', '2021-11-07T12:00Z', 15);
    const text = textOf([...NIGHT, ...earlier], NEW_YORK);
    expect(readOf(text, NEW_YORK)).toEqual([...earlier, ...NIGHT]);
  });

  it('is told apart in each of two years of which the file has nothing else', () => {
    const earlier = rowsOf('2021-11-07T05:00Z', '2021-11-07T07:00Z', 15);
    const later = NIGHT.filter(isTwice);
    expect(readOf(textOf([...earlier, ...later], NEW_YORK), NEW_YORK)).toEqual([...earlier, ...later]);
  });

  it('may be half an hour', () => {
    const zone = 'Australia/Lord_Howe';
    const rows = rowsOf('2024-04-06T10:00Z', '2024-04-06T20:00Z', 15);
    for (const order of [rows, rows.toReversed()]) expect(readOf(textOf(order, zone), zone)).toEqual(rows);
  });

  it.each([
    ['as they are shown', sorted(NIGHT), 14],
    ['as they are shown, the last first', sorted(NIGHT).toReversed(), 22],
    ['in no order', NIGHT.map((_, i) => NIGHT[(i * 7) % NIGHT.length] as Row), null],
    ['and are of the second hour only', NIGHT.filter((row) => !isOf(FIRST)(row)), 14],
    ['and are of the first hour only', NIGHT.filter((row) => !isOf(SECOND)(row)), 14],
    [
      'and have some bars of each that never go back',
      NIGHT.filter((row) => !isTwice(row) || row.ts === FIRST || row.ts === SECOND + HOUR_MS / 2),
      14,
    ],
    ['and go through it three times', [...UP_TO_SECOND, ...NIGHT.filter(isOf(FIRST)), ...FROM_SECOND], 14],
    [
      'and show one time of it twice',
      NIGHT.filter((row) => !isTwice(row) || row.ts % HOUR_MS === HOUR_MS / 2),
      14,
    ],
    [
      'and stand between later ones',
      [...FROM_THIRD.slice(0, 2), ...NIGHT.filter(isTwice).toReversed(), ...FROM_THIRD.slice(2)],
      4,
    ],
    ['and turn twice', NIGHT.flatMap((row) => (row.ts === FIRST + 15 * MINUTE_MS ? [row, row] : [row])), 14],
  ])('is refused, with the line and the time, of rows that are sorted %s', (_, rows, line) => {
    const at = line === null ? String.raw`\d+` : String(line);
    expect(reading(textOf(rows, NEW_YORK))).toThrow(
      new RegExp(
        `BTC-USD.csv, line ${at}: its time 2022-11-06 01:\\d\\d comes twice by the clock of America/New_York, and the ` +
          'order of the rows does not show which of both it is: write these times with their offsets, or all in UTC',
      ),
    );
  });

  it('of one bar an hour is told apart, unless the bars join the other way round', () => {
    expect(readOf(textOf(HOURS, NEW_YORK), NEW_YORK, '1h')).toEqual(HOURS);
    expect(readOf(textOf(HOURS.toReversed(), NEW_YORK), NEW_YORK, '1h')).toEqual(HOURS);
    expect(readOf(textOf(sorted(HOURS), NEW_YORK), NEW_YORK, '1h')).toEqual(HOURS);
    const turned = HOURS.map((row) => (row.ts === FIRST ? SECOND : row.ts === SECOND ? FIRST : row.ts));
    const swapped = turned.map((ts) => HOURS.find((row) => row.ts === ts) as Row);
    expect(reading(textOf(swapped, NEW_YORK))).toThrow(/line 29: its time 2022-11-06 01:00 comes twice/);
    expect(reading(textOf(swapped.toReversed(), NEW_YORK))).toThrow(/its time 2022-11-06 01:00 comes twice/);
  });

  it('of one bar an hour is refused where only one of both is there', () => {
    for (const hour of [FIRST, SECOND])
      expect(
        reading(
          textOf(
            HOURS.filter(({ ts }) => ts !== hour),
            NEW_YORK,
          ),
        ),
      ).toThrow(/01:00 comes twice/);
  });

  it('matters where something trades then: of currencies it is a Sunday', () => {
    const week = rowsOf('2022-11-03T00:00Z', '2022-11-09T00:00Z', 15).filter((row) => !isOf(FIRST)(row));
    const read = readOf(textOf(week, NEW_YORK), NEW_YORK, '15m', 'EURUSD=X');
    expect(read.some(({ ts }) => ts === Date.parse('2022-11-07T05:00Z'))).toBe(true);
  });
});

describe('an hour that a clock leaves out', () => {
  const night = (from: string): string =>
    textOf(rowsOf(from, '2023-03-12T12:00Z', 15), 'UTC').replaceAll(/^2023-03-12 00:00.*\n/gm, '');

  it('is refused, with the line and the time', () => {
    expect(reading(night('2023-03-11T22:00Z'))).toThrow(
      /line 17: its time 2023-03-12 02:00 is none that the clock of America\/New_York shows, .*: correct it, or give the clock/,
    );
  });

  it('is no matter to the clock of others, and of what does not trade then', () => {
    expect(readOf(night('2023-03-11T22:00Z'), 'UTC')).toHaveLength(55);
    const week = rowsOf('2023-03-10T00:00Z', '2023-03-14T00:00Z', 15);
    expect(readOf(textOf(week, 'UTC'), NEW_YORK, '15m', 'EURUSD=X')).not.toEqual([]);
  });
});
