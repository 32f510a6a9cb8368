import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Day, MS_PER_DAY } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { instantAt, instantsOf, instantsShowing } from './clock.ts';
import { malformed } from './records.ts';
import type { StampedRows } from './stamped-rows.ts';
import { writtenDay } from './stamps.ts';

// Where clocks are set back an hour comes twice, and a stamp of it without an offset may be of either. Only the order of the rows
// tells which: the file is then in the order of time, and goes through that hour, back to its start and through it again. Rows
// that are sorted by what they show never go back, and those of one of the two hours alone do not either.

/** How intraday rows are read. */
interface ReadBy {
  /** The zone of stamps without an offset. */
  readonly zone: string;
  readonly calendar: Calendar;
  readonly interval: Interval;
}

/** Rows of one hour that comes twice which stand together, `[from, to)`, with the two instants of each. */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly either: readonly (readonly [number, number])[];
}

/**
 * The instants of intraday rows, as `instantsOf`, those of an hour that comes twice by their order. Throws `usage`, with line and
 * time, where that does not tell them, and where a clock never shows what a stamp says; rows at which nothing trades are not doubted.
 */
export function instantsInOrder(path: string, rows: StampedRows, by: ReadBy): Float64Array {
  const instants = instantsOf(rows, by.zone);
  const { ts: clocks, length } = rows.bars;
  const isUsual = usualDays(by.zone);
  const shown = (i: number): readonly number[] | undefined => {
    const hasOffset = !Number.isNaN(rows.offsets?.[i] ?? Number.NaN);
    const clock = clocks[i] as number;
    return hasOffset || isUsual(writtenDay(clock)) ? undefined : instantsShowing(clock, by.zone);
  };
  for (let i = 0; i < length; i++) {
    const block = blockAt(i, clocks, shown);
    if (block === undefined) {
      if (shown(i)?.length === 0 && mayTrade([instants[i] as number], by))
        throw neverShown(path, rows, i, by);
      continue;
    }
    const places = inOrder(block, rows, instants, by.interval);
    if (places === undefined && block.either.some((both) => mayTrade(both, by)))
      throw untold(path, rows, i, by);
    for (const [k, [first, second]] of block.either.entries())
      instants[i + k] = places?.get(i + k) === 'second' ? second : first;
    i = block.to - 1;
  }
  return instants;
}

/** Whether a day is as long as others by a zone's clock. Most are asked for many times in a row. */
function usualDays(zone: string): (day: Day) => boolean {
  let [last, isUsual] = [Number.NaN, true];
  return (day) => {
    if (day !== last) isUsual = instantAt(day + 1, 0, zone) - instantAt(day, 0, zone) === MS_PER_DAY;
    last = day;
    return isUsual;
  };
}

/** The rows from one on whose stamps come twice on its day; undefined where its own does not. */
function blockAt(
  from: number,
  clocks: Float64Array,
  shown: (i: number) => readonly number[] | undefined,
): Block | undefined {
  const either: [number, number][] = [];
  const day = writtenDay(clocks[from] as number);
  let to = from;
  for (; to < clocks.length && writtenDay(clocks[to] as number) === day; to++) {
    const [first, second] = shown(to) ?? [];
    if (first === undefined || second === undefined) break;
    either.push([first, second]);
  }
  return to === from ? undefined : { from, to, either };
}

/** Which of the two hours each row of a block is of, as its order shows; undefined where that does not. */
function inOrder(
  block: Block,
  rows: StampedRows,
  instants: Float64Array,
  interval: Interval,
): ReadonlyMap<number, 'first' | 'second'> | undefined {
  const { from, to } = block;
  const clocks = rows.bars.ts;
  const direction = directionOf(block, clocks, instants);
  if (direction === 0) return undefined;
  const places = Array.from({ length: to - from }, (_, k) => (direction > 0 ? from + k : to - 1 - k));
  const at = (k: number): number => clocks[places[k] as number] as number;
  const turns = places.flatMap((_, k) => (k > 0 && at(k) <= at(k - 1) ? [k] : []));
  const [turn, ...others] = turns;
  if (turn === undefined || others.length > 0) return undefined;
  const isTurn = at(turn) < at(turn - 1) || isWholePair(block, places, rows, instants, interval);
  return isTurn ? new Map(places.map((place, k) => [place, k < turn ? 'first' : 'second'])) : undefined;
}

/** 1 where the oldest rows come first around a block, -1 where the newest do, 0 where its neighbours are in no order. */
function directionOf({ from, to, either }: Block, clocks: Float64Array, instants: Float64Array): number {
  const [[here] = [0]] = either;
  const [before, after] = [instants[from - 1], instants[to]];
  const signs = [before === undefined ? 0 : here - before, after === undefined ? 0 : after - here].map(
    Math.sign,
  );
  const ofFile = Math.sign((clocks.at(-1) as number) - (clocks[0] as number)) || 1;
  if (before === undefined && after === undefined) return ofFile;
  if (signs.every((sign) => sign >= 0)) return 1;
  return signs.every((sign) => sign <= 0) ? -1 : 0;
}

/** How many times as well bars join the other way round, from which on they are in no order of time. */
const JOIN_BETTER = 4;

/**
 * Whether two rows are the whole of both hours, of a bar each, and follow each other as they stand: closes come near the next
 * opens, and clearly nearer the other way round where rows that show one time were put in any order. `places`: in time.
 */
function isWholePair(
  { to, from, either }: Block,
  places: readonly number[],
  { bars: { open, close } }: StampedRows,
  instants: Float64Array,
  interval: Interval,
): boolean {
  const [[one, other] = [0, 0]] = either;
  if (places.length !== 2 || other - one > intervalMs(interval)) return false;
  const [first = 0, second = 0] = places;
  const [before, after] = first < second ? [from - 1, to] : [to, from - 1];
  const gaps = (inTime: readonly number[]): number => {
    const apart = inTime
      .slice(1)
      .map((place, k) => Math.abs((open[place] ?? 0) - (close[inTime[k] ?? 0] ?? 0)));
    return apart.reduce((sum, gap) => sum + gap, 0);
  };
  const isThere = (place: number): boolean => instants[place] !== undefined;
  const asRead = [before, first, second, after].filter(isThere);
  const turned = [before, second, first, after].filter(isThere);
  return !(gaps(turned) * JOIN_BETTER < gaps(asRead));
}

/** Whether anything trades at one of some instants. */
function mayTrade(instants: readonly number[], { calendar }: ReadBy): boolean {
  return calendar.advisory || instants.some((instant) => calendar.sessionAt(instant) !== undefined);
}

function neverShown(path: string, rows: StampedRows, at: number, { zone }: ReadBy): Error {
  const problem = `its time ${timeOf(rows, at)} is none that the clock of ${zone} shows, being set forward then`;
  return malformed(
    path,
    rows.lines?.[at] ?? null,
    `${problem}: correct it, or give the clock of its times with --csv-zone`,
  );
}

function untold(path: string, rows: StampedRows, at: number, { zone }: ReadBy): Error {
  const problem =
    `its time ${timeOf(rows, at)} comes twice by the clock of ${zone}, and the order of the rows does not show which ` +
    'of both it is';
  const way =
    'write these times with their offsets, or all in UTC (--csv-zone UTC), or all rows in the order of time';
  return malformed(path, rows.lines?.[at] ?? null, `${problem}: ${way}`);
}

/** As a clock shows it, to the minute. */
function timeOf({ bars: { ts } }: StampedRows, at: number): string {
  return new Date(ts[at] as number).toISOString().slice(0, 16).replace('T', ' ');
}
