import { basename } from 'node:path';
import { plural } from '../../core/plural.ts';
import { CurrencyChanges } from './currencies.ts';
import { malformedRow } from './records.ts';
import type { StampedRows } from './stamped-rows.ts';

/** What the rows of a file say beside their bars, counted. */
export class RowsSaid {
  rows = 0;
  faults = 0;
  lacks = 0;
  unlikely = 0;
  mayBeCut = false;
  firstFault = '';
  firstLack = '';
  readonly firstUnlikely: string[] = [];
  readonly currencies: CurrencyChanges;

  constructor(ticker: string) {
    this.currencies = new CurrencyChanges(ticker);
  }

  add(stamped: StampedRows): void {
    const { bars, asides } = stamped;
    this.rows += bars.length;
    this.currencies.add(stamped);
    for (const { fault, lacks, unlikely, mayBeCut } of asides.values()) {
      if (fault !== undefined && this.faults++ === 0) this.firstFault = fault;
      if (lacks !== undefined && this.lacks++ === 0) this.firstLack = lacks;
      if (unlikely !== undefined && this.unlikely++ < SHOWN) this.firstUnlikely.push(unlikely);
      if (mayBeCut === true) this.mayBeCut = true;
    }
  }
}

/**
 * Refuses rows of which none has its prices; a line about those that have none, and about those that cannot be read. Throws
 * `usage`.
 */
export function notesOf(path: string, said: RowsSaid, ticker: string): string[] {
  if (said.rows === 0) return [`${basename(path)}: has a header and no row`];
  const { faults, lacks, firstFault, firstLack } = said;
  if (lacks > 0 && lacks + faults === said.rows)
    throw malformedRow(path, `${firstLack}, and no other row of ${ticker} has all prices: nothing to read`);
  const note = (some: number, first: string, are: string): string[] => {
    if (some === 0) return [];
    const count = some === 1 ? `1 row of ${ticker}` : `${some} rows of ${ticker}, the first`;
    return [`${basename(path)}: ${count} ${are}: ${first}`];
  };
  const cut = said.mayBeCut ? [`${basename(path)}: ${CUT_END}`] : [];
  return [
    ...note(faults, firstFault, 'not read'),
    ...note(lacks, firstLack, 'without all prices'),
    ...unlikelyNotes(path, said, ticker),
    ...cut,
  ];
}

/** Cells that are taken for unknown, each with its line. */
function unlikelyNotes(path: string, { unlikely, firstUnlikely }: RowsSaid, ticker: string): string[] {
  if (unlikely === 0) return [];
  const more = unlikely > SHOWN ? `; and ${plural(unlikely - SHOWN, 'row')} more` : '';
  const what = `${plural(unlikely, 'row')} of ${ticker} with a value that is taken for unknown`;
  return [`${basename(path)}: ${what}: ${firstUnlikely.join('; ')}${more}`];
}

/** Cells that are told of. */
const SHOWN = 3;

const CUT_END =
  'its last row may be cut, for no line end follows it: not final until the file changes; end the line if it is whole';
