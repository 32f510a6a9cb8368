import { isTrades, isVwap, saysNoVwap } from '../../core/checks/side-values.ts';
import { quoted } from '../../core/quoted.ts';
import { CurrenciesRead } from './currencies.ts';
import type { Header } from './header.ts';
import type { Layout } from './layout.ts';
import { type NumberForm, numberIn } from './numbers.ts';
import type { CsvLine } from './csv-line.ts';
import { otherDatesIn } from './other-dates.ts';
import { wordsReader } from './row-words.ts';
import { type Aside, type StampedRows, StampedRowsBuilder } from './stamped-rows.ts';
import { type DateOrder, noStamp, readStamp, type Stamp } from './stamps.ts';

/** How the cells of a file are read. */
export interface CellForms {
  readonly numbers: NumberForm;
  readonly dates: DateOrder;
}

/**
 * The rows of lines, in their order. One with a cell that is no number, or no date, is there with what is wrong with it
 * (`fault`). Empty where no line has a date.
 */
export function readRows(lines: readonly CsvLine[], layout: Layout, forms: CellForms): StampedRows {
  const stampOf = (line: CsvLine): Stamp | undefined => readStamp(stampText(line, layout), forms.dates);
  const rows = new StampedRowsBuilder(lines.length);
  let near = firstOf(lines, stampOf);
  if (near === undefined) return rows.rows();
  const { header } = layout;
  const add = rowReader(rows, header, forms.numbers);
  const wordsOf = wordsReader(header, lines, forms.numbers);
  const currencies = new CurrenciesRead(header);
  for (const line of lines) {
    const stamp = stampOf(line);
    const wrong = stamp === undefined ? addUndated(rows, near, line, layout) : add(line, (near = stamp));
    const aside = wordsOf(line, wrong?.fault === undefined && wrong?.lacks === undefined);
    currencies.add(line);
    if (wrong !== undefined || aside !== undefined) rows.note({ ...wrong, ...aside });
  }
  const { interval } = header;
  const stated = interval === null ? null : lines.map(({ fields }) => fields[interval] ?? '');
  return rows.rows(stated, {
    lines: Int32Array.from(lines, ({ number }) => number),
    currencies: currencies.said(),
    otherDates: otherDatesIn(lines, layout),
  });
}

function firstOf<T>(lines: readonly CsvLine[], read: (line: CsvLine) => T | undefined): T | undefined {
  for (const line of lines) {
    const one = read(line);
    if (one !== undefined) return one;
  }
  return undefined;
}

/** What a line says of its date and time. */
export function stampText({ fields }: CsvLine, { header: { stamp, time }, zoneBehind }: Layout): string {
  const written = fields[stamp] ?? '';
  if (zoneBehind === null && time === null) return written;
  const isZoned = zoneBehind !== null && written.endsWith(zoneBehind);
  const date = isZoned ? written.slice(0, -zoneBehind.length) : written;
  return (time === null ? date : `${date} ${clockTime(fields[time] ?? '')}`).trim();
}

/** `930` as 0930, `93000` as 093000. */
function clockTime(text: string): string {
  return /^\d+$/.test(text) ? text.padStart(text.length > 4 ? 6 : 4, '0') : text;
}

function addUndated(rows: StampedRowsBuilder, near: Stamp, line: CsvLine, layout: Layout): Aside {
  const none = Number.NaN;
  rows.push(near, none, none, none, none, none);
  return {
    isUndated: true,
    fault: `line ${line.number}: ${noStamp(stampText(line, layout))}`,
  };
}

type Cell = 'open' | 'high' | 'low' | 'close' | 'volume' | 'vwap' | 'trades';
const PRICES = ['open', 'high', 'low', 'close'] as const;

/**
 * Adds the row of a line. Gives what is wrong with it: the first cell that is no number, else the first price that is not
 * there, else the number of trades or the vwap that can be none, and is unknown.
 */
function rowReader(
  rows: StampedRowsBuilder,
  header: Header,
  form: NumberForm,
): (line: CsvLine, stamp: Stamp) => Aside | undefined {
  const wrong: Cell[] = [];
  const read = (fields: readonly string[], cell: Cell, isCount: boolean): number => {
    const column = header[cell];
    if (column === null) return Number.NaN;
    const number = numberIn(fields[column] ?? '', form, isCount);
    if (number === undefined) wrong.push(cell);
    return number ?? Number.NaN;
  };
  return (line, stamp) => {
    const { fields } = line;
    wrong.length = 0;
    const open = read(fields, 'open', false);
    const high = read(fields, 'high', false);
    const low = read(fields, 'low', false);
    const close = read(fields, 'close', false);
    const volume = read(fields, 'volume', true);
    const vwap = read(fields, 'vwap', false);
    const trades = read(fields, 'trades', true);
    const hasVwap = isVwap(vwap, { open, high, low, close });
    const hasTrades = isTrades(trades);
    const none = Number.NaN;
    rows.push(stamp, open, high, low, close, volume, hasVwap ? vwap : none, hasTrades ? trades : none);
    const [first] = wrong;
    if (first !== undefined) return { fault: `${saidIn(line, header, first)} not a number (${first})` };
    if (Number.isNaN(open + high + low + close)) {
      const lacking = PRICES[[open, high, low, close].findIndex(Number.isNaN)] ?? 'close';
      return { lacks: `${saidIn(line, header, lacking)} no price (${lacking})` };
    }
    if (!hasTrades) return { unlikely: `${saidIn(line, header, 'trades')} no number of trades (trades)` };
    if (hasVwap || saysNoVwap(vwap, volume)) return undefined;
    return { unlikely: `${saidIn(line, header, 'vwap')} no average of such a bar's prices (vwap)` };
  };
}

/** `line 5: "x" is`, of a cell. */
function saidIn({ fields, number }: CsvLine, header: Header, cell: Cell): string {
  return `line ${number}: ${quoted(fields[header[cell] ?? -1] ?? '')} is`;
}
