import { basename } from 'node:path';
import { BarBuilder } from '../../core/bars/bar-builder.ts';
import { BackfillError } from '../../core/errors.ts';
import { currencyKnown, mayBeSameCurrency, priceCurrencyIn } from '../../core/currency.ts';
import { plural } from '../../core/plural.ts';
import { escaped, shortened } from '../../core/quoted.ts';
import type { Interval } from '../../core/session/interval.ts';
import { ascending, type FileBars, type RowCounts } from './file-bars.ts';
import { fieldsApart, isUnfinished, type HeldFile, mayBeCut, pick, type Taken } from './same-bar.ts';
import { allOf, inMemory, inTurn, type RowsInTime } from './rows-in-time.ts';
import type { CurrencySaid } from './currencies.ts';
import type { ToldAction } from './told-actions.ts';

/** The rows of one file. */
export interface RowsOfFile {
  readonly path: string;
  readonly interval: Interval;
  readonly rows: RowsInTime;
  readonly counts: RowCounts;
  /** Set where they are not in memory. */
  readonly isLong?: true;
  /** Splits and dividends that it tells of by the way. */
  readonly told: readonly ToldAction[];
  /** The start of the bar whose row may have been cut; null: of none. */
  readonly mayBeCut: number | null;
  /** What all of its rows say that their prices are in; null: none says it. */
  readonly currency: CurrencySaid | null;
}

/** Rows of several files. */
export interface JoinedRows {
  readonly rows: RowsInTime;
  /** A line for each file whose last row is a part of another's, which is read. */
  readonly notes: readonly string[];
  /** Starts of the bars whose rows may have been cut. */
  readonly mayBeCut: readonly number[];
}

/** Words in a file's name that name no instrument: endings and months. */
const NO_NAMES: ReadonlySet<string> = new Set(
  'CSV TXT TSV GZ ZIP JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' '),
);

/**
 * The rows of a ticker's files by interval, ascending. Where files overlap they must agree: rows that both have come from
 * the first of them, or from the one that has all values. The last row of a file yields to another file's of which it is a
 * part: it may have been made before the session was over. Throws `usage`, naming both, for files that contradict each other or are named
 * after different things.
 */
export function joinFiles(
  files: readonly RowsOfFile[],
  ticker: string,
): (JoinedRows & { readonly interval: Interval })[] {
  return [...new Set(files.map(({ interval }) => interval))].map((interval) => {
    const ofInterval = files.filter((file) => file.interval === interval);
    return { interval, ...joinedRows(ofInterval, ticker) };
  });
}

function joinedRows(files: readonly RowsOfFile[], ticker: string): JoinedRows {
  if (files.length > 1) assertNamedAlike(files, ticker);
  const apart = inTurn(files.map(({ rows }) => rows));
  if (apart === undefined) return overlapping(files);
  return { rows: apart, mayBeCut: files.flatMap((file) => file.mayBeCut ?? []), notes: [] };
}

/** What the prices of some files are in, and which of them says so. */
export interface CurrencyOfFiles extends CurrencySaid {
  readonly path: string;
}

/** What the prices of a ticker's files are in; null where none says it. Throws `usage` where two say another one. */
export function currencyOfFiles(files: readonly RowsOfFile[], ticker: string): CurrencyOfFiles | null {
  let first: CurrencyOfFiles | null = null;
  for (const { path, currency } of files) {
    if (currency === null) continue;
    first ??= { ...currency, path };
    const [known, said] = [first, currency].map(({ word }) => priceCurrencyIn(word) ?? word) as [
      string,
      string,
    ];
    if (mayBeSameCurrency(known, said)) {
      // Of a sign and a code that it may stand for, the code.
      if (currencyKnown(said, known) !== known) first = { ...currency, path };
      continue;
    }
    const [one, other] = [first, currency].map(({ word, line }) => `${shortened(word)} (line ${line})`);
    throw mixed(first, { path }, `say of ${ticker} that it is in ${one} and in ${other}`);
  }
  return first;
}

/** Rows of files that overlap: all of them are in memory then, however long the files are. */
function overlapping(lists: readonly RowsOfFile[]): JoinedRows {
  const taken = new Map<number, Taken>();
  const repeated: Taken[] = [];
  const notes: string[] = [];
  const contradictions = new Contradictions();
  for (const { path, mayBeCut: cutAt, rows: ofFile } of lists) {
    const file: HeldFile = { path, mayBeCut: cutAt, rows: allOf(ofFile) };
    const { ts, length } = file.rows.bars;
    for (let at = 0; at < length; at++) {
      const stamp = ts[at] as number;
      const before = taken.get(stamp);
      if (before === undefined || before.file === file) {
        // Two rows of one file stay both: that they contradict each other is for the checks to say.
        if (before !== undefined) repeated.push({ file, at });
        else taken.set(stamp, { file, at });
        continue;
      }
      const after = { file, at };
      const first = pick(before, after);
      if (first === undefined) contradictions.add(before, after);
      else taken.set(stamp, first);
      const [whole, part] = first === before ? [before, after] : [after, before];
      if (first !== undefined && isUnfinished(part, whole)) notes.push(partNote(part, whole));
    }
  }
  contradictions.assertNone();
  const all = [...taken.values(), ...repeated];
  return {
    rows: inMemory(ascending(together(all))),
    notes,
    mayBeCut: all.filter(mayBeCut).map(({ file }) => file.mayBeCut as number),
  };
}

/** Rows of several files one after the other. */
function together(taken: readonly Taken[]): FileBars {
  const bars = new BarBuilder(taken.length);
  const faults = new Map<number, string>();
  for (const { file, at } of taken) {
    const fault = file.rows.faults.get(at);
    if (fault !== undefined) faults.set(bars.length, fault);
    bars.pushFrom(file.rows.bars, at);
  }
  return { bars: bars.bars(), faults };
}

/** Refuses files of which each is named after something else besides the ticker: `my_IBM.csv` and `my_NVDA.csv`. */
function assertNamedAlike(files: readonly RowsOfFile[], ticker: string): void {
  let before: { readonly file: RowsOfFile; readonly others: string } | undefined;
  for (const file of files) {
    const others = otherNames(file.path, ticker);
    if (others === '') continue;
    if (before !== undefined && before.others !== others)
      throw mixed(before.file, file, `are named after ${before.others} and ${others}`);
    before = { file, others };
  }
}

/** Words in capitals in a file's name that are not its ticker's. */
export function otherNames(path: string, ticker: string): string {
  const words = basename(path).split(/[^A-Za-z0-9]+/);
  return words
    .filter((word) => /^[A-Z]{1,5}$/.test(word) && !NO_NAMES.has(word) && !ticker.includes(word))
    .join(' ');
}

/** Rows of a stamp that contradict each other, and how many more the same two files have. */
class Contradictions {
  #first: readonly [Taken, Taken] | undefined;
  #more = 0;

  add(one: Taken, other: Taken): void {
    if (this.#first === undefined) this.#first = [one, other];
    else if (this.#first[0].file === one.file && this.#first[1].file === other.file) this.#more++;
  }

  /** Throws `usage` for the first, with what both have. */
  assertNone(): void {
    if (this.#first === undefined) return;
    const [one, other] = this.#first;
    const when = whenOf(one);
    const fields = fieldsApart(one, other);
    const name = basename(one.file.path) === basename(other.file.path) ? (path: string) => path : basename;
    const has = (row: Taken): string => {
      const values = fields.map((field) => `${field} ${row.file.rows.bars[field][row.at]}`).join(', ');
      const line = row.file.rows.lines?.[row.at];
      return `${values} in ${escaped(name(row.file.path))}${line === undefined ? '' : `, line ${line}`}`;
    };
    const more = this.#more === 0 ? '' : `; ${plural(this.#more, 'more row')} of both`;
    throw mixed(one.file, other.file, `contradict each other ${when} (${has(one)}; ${has(other)}${more})`);
  }
}

/** `on 2024-01-08`, `at 2024-01-08 14:30 UTC`. */
function whenOf({ file, at }: Taken): string {
  const text = stampText(file.rows.bars.ts[at] as number);
  return `${text.includes(' ') ? 'at' : 'on'} ${text}`;
}

/** `2024-01-08`, `2024-01-08 14:30 UTC`. */
export function stampText(ts: number): string {
  const stamp = new Date(ts).toISOString();
  return stamp.endsWith('T00:00:00.000Z')
    ? stamp.slice(0, 10)
    : `${stamp.slice(0, 16).replace('T', ' ')} UTC`;
}

function partNote(part: Taken, whole: Taken): string {
  const fields = fieldsApart(part, whole).join(', ');
  const which = `its last row, ${whenOf(part)}, is a part of that in ${escaped(basename(whole.file.path))}`;
  return `${basename(part.file.path)}: ${which} (${fields}), which is read`;
}

function mixed(a: { readonly path: string }, b: { readonly path: string }, why: string): BackfillError {
  const message = `${a.path} and ${b.path} stand for one ticker and ${why}: rename or remove one`;
  return new BackfillError('usage', message);
}
