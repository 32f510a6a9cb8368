import { quoted } from '../../core/quoted.ts';
import type { Header } from './header.ts';
import { HEAD_LINES, type Layout, layoutOf } from './layout.ts';
import { assertHeader } from './column-units.ts';
import { malformed } from './records.ts';
import { type CsvLine, type Lines, linesAtOnce } from './csv-line.ts';
import { type LongText, NotInStretches } from './long-text.ts';

/** The rows of a file that may have been put together of several, each with its heading. */
export interface Sections {
  /** All rows, as if written below the first heading. */
  readonly rows: Lines;
  /** What the last field of the last row is; null for what is not read. */
  readonly lastColumn: Column | null;
}

const COLUMNS = [
  'stamp',
  'time',
  'otherDate',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'ticks',
  'vwap',
  'trades',
  'isFinal',
  'adjusted',
  'ticker',
  'name',
  'interval',
  'currency',
  'clock',
  'split',
  'dividend',
] as const;

/** A column that is read. */
export type Column = (typeof COLUMNS)[number];

/**
 * The rows below the heading that `layout` is of. Below another heading they are read by that one, for a program that
 * appends to a file may change the order of its columns. Throws `usage` with the line where a later heading is none of bars
 * or names other columns, clock or ticker, and where two columns of one name contradict each other.
 */
export function rowsOfSections(path: string, all: readonly CsvLine[], layout: Layout): Sections {
  const { header } = layout;
  assertHeader(path, all[0]?.number ?? 1, header);
  let section = layout;
  let start = 0;
  const rows: CsvLine[] = [];
  for (let i = layout.heading; i < all.length; i++) {
    const line = all[i];
    if (line === undefined) break;
    const heading = all.slice(start, start + section.heading);
    const next = mayBeHeading(line, section, heading) ? headingAt(path, all, i, heading) : null;
    if (next === 'same') continue;
    if (next === null) {
      assertTwins(path, line, section.header);
      rows.push(section === layout ? line : aligned(line, section.header, header));
    } else {
      assertHeader(path, line.number, next.header);
      assertAlike(path, line.number, layout, next);
      [section, start] = [next, i];
      i += next.heading - 1;
    }
  }
  return { rows: linesAtOnce(rows), lastColumn: lastColumnOf(all[0], section) };
}

/** The same of a long text. Throws `NotInStretches`, also as one goes through its rows, where it may have several headings. */
export function rowsOfLongText(text: LongText, layout: Layout): Sections {
  const heading = text.lines(0).slice(0, layout.heading);
  assertHeader(text.path, heading[0]?.number ?? 1, layout.header);
  if (heading.length < layout.heading) throw new NotInStretches('has a long heading');
  const stretch = (i: number): readonly CsvLine[] => {
    const lines = i === 0 ? text.lines(0).slice(layout.heading) : text.lines(i);
    for (const line of lines) {
      if (mayBeHeading(line, layout, heading)) throw new NotInStretches('may have several headings');
      assertTwins(text.path, line, layout.header);
    }
    return lines;
  };
  const rows: Lines = {
    stretches: text.stretches,
    stretch,
    *[Symbol.iterator]() {
      for (let i = 0; i < text.stretches; i++) yield* stretch(i);
    },
  };
  return { rows, lastColumn: lastColumnOf(text.lines(0)[0], layout) };
}

function lastColumnOf(line: CsvLine | undefined, { header }: Layout): Column | null {
  const last = (line?.fields.length ?? 0) - 1;
  return COLUMNS.find((column) => column !== 'otherDate' && indexOf(header, column) === last) ?? null;
}

/** Rows begin with a date, which has digits. */
function mayBeHeading({ fields }: CsvLine, { header }: Layout, heading: readonly CsvLine[]): boolean {
  const text = fields[header.stamp] ?? '';
  return !/\d/.test(text) || text === heading.at(-1)?.fields[header.stamp];
}

/** The layout of a heading at a line, `same` for a line of the one above, or null where there is none. */
function headingAt(
  path: string,
  all: readonly CsvLine[],
  at: number,
  above: readonly CsvLine[],
): Layout | 'same' | null {
  const fields = all[at]?.fields ?? [];
  if (above.some((line) => line.fields.every((text, i) => text === fields[i]))) return 'same';
  const found = layoutOf(all.slice(at, at + HEAD_LINES).map((line) => line.fields));
  if (!('problem' in found)) return found;
  const isHeading = fields.every((text) => !/\d/.test(text)) && above.at(-1)?.fields.some(isNamedIn(fields));
  if (isHeading === true) throw malformed(path, all[at]?.number ?? null, `${found.problem}; ${APART}`);
  return null;
}

const APART = 'write its rows into a file of their own';

function isNamedIn(fields: readonly string[]): (name: string) => boolean {
  return (name) => name !== '' && fields.includes(name);
}

function assertAlike(path: string, line: number, first: Layout, next: Layout): void {
  const other = COLUMNS.find(
    (column) => (indexOf(first.header, column) === null) !== (indexOf(next.header, column) === null),
  );
  const differs =
    (other !== undefined &&
      `in having ${indexOf(next.header, other) === null ? 'no' : 'a'} column of the ${WORDS[other] ?? other}`) ||
    (first.header.zone !== next.header.zone && 'in the clock of its times') ||
    (first.header.unknownClock?.word !== next.header.unknownClock?.word && 'in the clock of its times') ||
    (first.header.pricesIn !== next.header.pricesIn && 'in what its prices are in') ||
    (first.header.volumeIn?.word !== next.header.volumeIn?.word && 'in what its volume counts') ||
    (first.ticker !== next.ticker && 'in its ticker');
  if (differs !== false)
    throw malformed(path, line, `this header differs from the first ${differs}; ${APART}`);
}

const WORDS: Partial<Record<Column, string>> = {
  isFinal: 'finality',
  adjusted: 'adjustment',
  time: 'time of day',
  otherDate: 'dates beside those that are read',
};

/** Where a header has a column; null where it has none. */
export function indexOf(header: Header, column: Column): number | null {
  if (column !== 'split' && column !== 'dividend') return header[column];
  return header.actions.find(({ kind }) => kind === column)?.index ?? null;
}

/** A row in the columns of another header. */
function aligned(line: CsvLine, from: Header, to: Header): CsvLine {
  const fields = line.fields.map(() => '');
  for (const column of COLUMNS) {
    const [source, target] = [indexOf(from, column), indexOf(to, column)];
    if (source !== null && target !== null) fields[target] = line.fields[source] ?? '';
  }
  return { ...line, fields };
}

function assertTwins(path: string, line: CsvLine, { twins }: Header): void {
  for (const { names, columns, areTickers } of twins) {
    const [first = '', ...others] = columns.map((column) => line.fields[column] ?? '');
    const isSame = areTickers === true ? isSameTicker : isSameCell;
    const other = others.findIndex((text) => !isSame(first, text));
    if (other < 0) continue;
    const [name = '', second = ''] = [names[0], names[other + 1]];
    const called =
      name === second
        ? `two columns are called ${quoted(name)}, and say`
        : `its columns ${quoted(name)} and ${quoted(second)} mean the same, and say`;
    const what = `${called} ${quoted(first)} and ${quoted(others[other] ?? '')}`;
    throw malformed(path, line.number, `${what}: rename the one that is not to be read`);
  }
}

function isSameCell(one: string, other: string): boolean {
  return one === other || Number(one) === Number(other);
}

/**
 * Whether two cells may name one instrument, in two spellings: `BTC-USD` and `BTCUSD`, `AAPL` and `AAPL.US`, `AAPL.US` and
 * `XNAS:AAPL`. What two have at one place, `BRK.A` and `BRK.B`, or `AAPL.US` and `MSFT.US`, tells nothing.
 */
function isSameTicker(one: string, other: string): boolean {
  if (one === '' || other === '') return true;
  const [a, b] = [partsOf(one), partsOf(other)];
  if (a.join('') === b.join('')) return true;
  const isAlone = a.length === 1 || b.length === 1;
  return a.some((part, i) => b.some((same, j) => part === same && (isAlone || i !== j)));
}

function partsOf(ticker: string): string[] {
  return ticker.toUpperCase().match(/[A-Z0-9]+/g) ?? [];
}
