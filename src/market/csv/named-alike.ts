import { malformed } from './records.ts';
import { byTicker } from './shared-tables.ts';
import type { Table } from './table.ts';

/** Refuses a file whose rows say that they are of other tickers than the one it is named after. Throws `usage`. */
export function assertNamedAlike(path: string, table: Table, ticker: string): void {
  if (table.names === null) return;
  const { tickers, unnamed } = byTicker(table);
  const [first, ...others] = tickers;
  if (first === undefined) return;
  const is = `is named after ${ticker}, but`;
  if (others.length > 0) {
    const some = [first, ...others.slice(0, 2)].join(', ');
    throw malformed(
      path,
      null,
      `${is} holds ${some}${others.length > 2 ? ', …' : ''}: name it all-prices.csv`,
    );
  }
  if (table.areTickers && letters(first) !== letters(ticker))
    throw malformed(path, null, `${is} its rows are of ${first}: rename the file`);
  if (!table.areTickers && unnamed.length === 0 && isAnotherShare(first, ticker)) {
    const way = 'rename the file, or the column if it does not name the ticker';
    throw malformed(path, null, `${is} the column of the name says ${first} in every row: ${way}`);
  }
}

function letters(ticker: string): string {
  return ticker.replaceAll(/[^A-Z0-9]/g, '').replace(/X$/, '');
}

/** Letters of a share's ticker, and perhaps its class or exchange. */
const SHARE = /^([A-Z]{1,5})([.-][A-Z]{1,2})?$/;

/**
 * Whether a name that looks like a ticker is that of another share than `ticker`. A company's name does not say so: it
 * is longer than the ticker, begins like it and has its letters, of four or more all but one (APPLE of AAPL, INTEL of INTC,
 * FORD of F), but for that of another class of shares (GOOGL of GOOG). Nor do two tickers of which only one has an exchange
 * (BHP of BHP.AX).
 */
function isAnotherShare(name: string, ticker: string): boolean {
  const [, ofName = '', suffixOfName = ''] = SHARE.exec(name) ?? [];
  const [, ofTicker = '', suffix = ''] = SHARE.exec(ticker) ?? [];
  if (ofName === '' || ofTicker === '' || letters(name) === letters(ticker)) return false;
  if (ofName === ofTicker) return suffixOfName.startsWith('-') && suffix.startsWith('-');
  const isOtherClass =
    ofName.length === ofTicker.length + 1 && ofTicker.length > 2 && ofName.startsWith(ofTicker);
  const lacking = ofTicker.split('').filter((letter) => !ofName.includes(letter)).length;
  const isCompany =
    ofName.length > ofTicker.length && ofName[0] === ofTicker[0] && lacking <= (ofTicker.length < 4 ? 0 : 1);
  return isOtherClass || !isCompany;
}
