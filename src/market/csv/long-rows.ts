import type { Interval } from '../../core/session/interval.ts';
import { clockOf, instantsOf } from './clock.ts';
import { assertVolumeOf, unreadVolumeNotes } from './column-units.ts';
import { countsOf, type RowCounts } from './file-bars.ts';
import { footerNotes } from './footer.ts';
import { intervalOf, RowDistances, statedInterval } from './interval.ts';
import type { IntradayRows } from './intraday-rows.ts';
import { NotFinal } from './not-final.ts';
import { NotInStretches } from './long-text.ts';
import { assertNamedAlike } from './named-alike.ts';
import {
  assertClock,
  assertUnderstood,
  clockUsed,
  datedOf,
  type FileRows,
  finalOf,
  intradayRows,
  type PlacedRows,
  placedRows,
  type SeriesContext,
} from './rows.ts';
import { notesOf, RowsSaid } from './rows-said.ts';
import { inTurn, type RowsInTime, rowsBetween } from './rows-in-time.ts';
import { isSaturday, tradesOnSaturday } from './shared-tables.ts';
import { haveOffsets, keepRows, type StampedRows } from './stamped-rows.ts';
import { assertDaysNotSwapped } from './swapped-dates.ts';
import { areTickers, namesOf, rowsOf, saidIn, type Table, type TableForm } from './table.ts';
import type { ToldAction } from './told-actions.ts';

/**
 * The intraday rows of a file of one ticker in the order of time, oldest or newest first, of which a stretch at a time is in
 * memory: the file is looked through once for all that has to be known of it, and a stretch is read again when its rows are
 * asked for. Everything is as `readFileRows` has it of shorter files. Throws `usage` like that, and `NotInStretches` for
 * a file that is none of these.
 */
export function readLongRows(path: string, context: SeriesContext): FileRows {
  const form = context.shared.inStretches(path);
  const survey = new Survey(path, form, context);
  for (let i = 0; i < form.rows.stretches; i++) survey.add(i);
  return survey.rows();
}

/** What is known of a long file when its stretches have been looked through, in their order. */
class Survey {
  readonly #path: string;
  readonly #form: TableForm;
  readonly #context: SeriesContext;
  readonly #clock: string;
  readonly #distances: RowDistances;
  readonly #said: RowsSaid;
  readonly #saidOfAll: RowsSaid;
  readonly #told: ToldAction[] = [];
  readonly #parts: RowsInTime[] = [];
  readonly #named = new Named();
  readonly #notFinal = new NotFinal();
  /** By the first stretch: that of all rows, or it is another file than it seems. */
  #interval: Interval | undefined;
  #intraday: IntradayRows | undefined;
  #isDescending: boolean | undefined;
  #haveOffsets = true;
  #counts: RowCounts & { readonly bars: number } = { bars: 0, refused: 0, first: null, last: null };
  #mayBeCut: number | null = null;

  constructor(path: string, form: TableForm, context: SeriesContext) {
    this.#path = path;
    this.#form = form;
    this.#context = context;
    this.#said = new RowsSaid(context.ticker);
    this.#saidOfAll = new RowsSaid(context.ticker);
    this.#clock = clockOf(form.layout.header.zone ?? context.zone, context.calendar);
    this.#distances = new RowDistances(context.calendar);
  }

  add(stretch: number): void {
    const lines = this.#form.rows.stretch(stretch);
    const all = rowsOf(this.#form, stretch, lines);
    if (all.bars.length < lines.length) throw new NotInStretches('has lines without a date');
    this.#named.add(namesOf(this.#form.layout, lines), all);
    this.#saidOfAll.add(all);
    const rows = finalOf(all);
    this.#notFinal.add(all);
    if (rows.bars.length === 0) return;
    assertUnderstood(this.#path, rows);
    this.#said.add(rows);
    this.#haveOffsets &&= haveOffsets(rows);
    const interval = this.#intervalOf(rows);
    this.#noteOrder(rows);
    const placed = this.#placed(rows, interval);
    this.#intraday ??= intradayRows(interval, this.#clock, this.#context);
    this.#intraday.add(rows, placed.rows, this.#isDescending);
    this.#note(placed);
    this.#parts.push(this.#part(stretch, placed, interval));
  }

  /** The rows, once all stretches were looked through. */
  rows(): FileRows {
    const [path, clock, interval] = [this.#path, this.#clock, this.#interval];
    const { ticker, calendar } = this.#context;
    const { rows, faults } = this.#saidOfAll;
    const inTime = inTurn(this.#parts);
    if (interval === undefined || faults * 2 >= rows)
      throw new NotInStretches('has many rows that cannot be read');
    if (this.#distances.interval() !== interval) throw new NotInStretches('has rows of several intervals');
    if (inTime === undefined) throw unsorted();
    const { header } = this.#form.layout;
    assertNamedAlike(path, this.#named.table(this.#form), ticker);
    const { footer, dialect } = this.#form;
    const notes = [
      ...notesOf(path, this.#said, ticker),
      ...footerNotes(path, footer),
      ...unreadVolumeNotes(path, dialect.mayBeVolume),
    ];
    const days = this.#intraday?.days.days() ?? [];
    assertDaysNotSwapped(path, days, days, calendar, null);
    assertClock(path, header.unknownClock, this.#haveOffsets, this.#context);
    assertVolumeOf(path, header.volumeIn, this.#context);
    this.#intraday?.assertOwn(path);
    return {
      ...{ path, interval, rows: inTime, counts: this.#counts, isLong: true },
      ...{ told: this.#told, mayBeCut: this.#mayBeCut },
      ...{ notFinal: this.#notFinal, notes },
      clock: clockUsed(this.#haveOffsets, clock, header.zone, this.#context),
      dialect,
      currency: this.#said.currencies.only(path),
    };
  }

  #intervalOf(rows: StampedRows): Interval {
    const stated = new Set([...new Set(rows.stated?.codes)].map((code) => rows.stated?.names[code] ?? ''));
    this.#interval ??= intervalOf(datedOf(rows), this.#clock, this.#context.calendar);
    const says = [...stated].map(statedInterval).find((one) => one !== this.#interval && one !== undefined);
    if (stated.size > 1 || says !== undefined || this.#interval === undefined || this.#interval === '1d')
      throw new NotInStretches('is not of one intraday interval');
    return this.#interval;
  }

  /** Holds rows that come next against those before. */
  #noteOrder(rows: StampedRows): void {
    const isUndated = (i: number): boolean => rows.asides.get(i)?.isUndated === true;
    if (isUndated(0) || isUndated(rows.bars.length - 1)) throw new NotInStretches('has lines without a date');
    const instants = instantsOf(rows, this.#clock);
    const [first, last] = [instants[0] as number, instants.at(-1) as number];
    this.#isDescending ??= first > last;
    const sorted = instantsOf(datedOf(rows), this.#clock).toSorted();
    // Where an hour comes twice within two stretches, they overlap.
    if (!this.#distances.add(sorted, this.#isDescending)) throw unsorted();
  }

  #placed(rows: StampedRows, interval: Interval): PlacedRows {
    return placedRows(this.#path, rows, this.#clock, interval, this.#context);
  }

  #part(stretch: number, { rows }: PlacedRows, interval: Interval): RowsInTime {
    const { ts } = rows.bars;
    const again = (): PlacedRows => this.#placed(finalOf(rowsOf(this.#form, stretch)), interval);
    return {
      first: ts[0] as number,
      last: ts.at(-1) as number,
      between: (from, to) => rowsBetween(again().rows, from, to),
    };
  }

  #note({ rows, told, mayBeCut }: PlacedRows): void {
    const { bars, refused, first, last } = countsOf(rows);
    const all = this.#counts;
    this.#counts = {
      bars: all.bars + bars,
      refused: all.refused + refused,
      first: this.#isDescending === true ? (first ?? all.first) : (all.first ?? first),
      last: this.#isDescending === true ? (all.last ?? last) : (last ?? all.last),
    };
    for (const one of told) this.#told.push(one);
    this.#mayBeCut ??= mayBeCut;
  }
}

/** The one name that all rows of a file have, where they have one. */
class Named {
  #name: string | undefined;
  #rows: StampedRows | undefined;

  add(names: readonly string[] | null, rows: StampedRows): void {
    for (const name of names ?? []) {
      this.#name ??= name;
      if (name !== this.#name) throw new NotInStretches('names several instruments');
    }
    if (this.#rows === undefined || (!tradesOnSaturday(this.#rows) && tradesOnSaturday(rows)))
      this.#rows = keepRows(rows, (i) => i === 0 || isSaturday(rows.bars.ts[i] as number));
  }

  /** One with some of the rows. */
  table({ layout, dialect }: TableForm): Table {
    const rows = this.#rows as StampedRows;
    const name = this.#name;
    return {
      rows,
      names: name === undefined ? null : Array.from(rows.bars.ts, () => name),
      ...{ footer: null, areTickers: areTickers(layout), ...saidIn(layout.header), dialect },
    };
  }
}

function unsorted(): NotInStretches {
  return new NotInStretches('is not in the order of time');
}
