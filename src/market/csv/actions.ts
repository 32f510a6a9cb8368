import { basename } from 'node:path';
import { type CheckedActions, type StatedAction, checkActions } from '../../core/actions/action-checks.ts';
import { parseActionValue } from '../../core/actions/action-text.ts';
import { type CorporateAction, actionValue } from '../../core/bars/bars.ts';
import { grouped } from '../../core/grouped.ts';
import { formatDay, parseDay } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { parseTicker } from '../../core/instrument/ticker.ts';
import { quoted } from '../../core/quoted.ts';
import { delimiterOf } from './heading.ts';
import { isEnded } from './line-end.ts';
import { csvLines, malformed, readText } from './records.ts';
import type { CsvLine } from './csv-line.ts';

const HEADER = 'ticker,date,kind,value';
const MAY_BE_CUT = 'its value may have lost digits: get the file again, or end the line if it is whole';

/** What a file lists of a ticker. */
export interface ListedActions extends CheckedActions {
  /** A line for each ex-date of which it has several dividends. */
  readonly notes: readonly string[];
}

interface Listed {
  readonly ticker: string;
  readonly line: number;
  readonly stated: StatedAction;
}

/**
 * Corporate actions by ticker, ascending by ex-date, of a file with the columns `ticker,date,kind,value`: `kind` is
 * `split`, with a value such as `4:1` or `4`, or `dividend`, with an amount a share as declared. Values that cannot be
 * (`1:0`) are kept apart. Throws `usage` with file and line where it is malformed, and where no line end follows its last
 * action: 2 may have been 20:1.
 */
export function readActions(path: string): ReadonlyMap<string, ListedActions> {
  const { text } = readText(path);
  const sign = delimiterOf(text);
  if (sign !== ',')
    throw malformed(
      path,
      1,
      `its fields are parted by ${quoted(sign)}: part them by commas (${HEADER}), and write fractions with a point (0.42)`,
    );
  const [header, ...lines] = csvLines(path, text);
  if (header === undefined) throw malformed(path, null, `is empty: write its header, ${HEADER}`);
  if (header.fields.join(',').toLowerCase() !== HEADER)
    throw malformed(path, 1, `the header is not ${HEADER}`);
  const last = lines.at(-1);
  if (last !== undefined && !isEnded(text))
    throw malformed(path, last.number, `the file ends within this line, and ${MAY_BE_CUT}`);
  const byTicker = grouped(
    lines.map((line) => readAction(path, line)),
    ({ ticker }) => ticker,
  );
  return new Map(
    [...byTicker].map(([ticker, listed]) => {
      const checked = checkActions(listed.map(({ stated }) => stated));
      return [ticker, { ...checked, notes: sameDayNotes(path, listed, checked) }];
    }),
  );
}

/** A line for each ex-date with several dividends, which count once where they are alike, and else are added up. */
function sameDayNotes(path: string, listed: readonly Listed[], { actions }: CheckedActions): string[] {
  const dividends = listed.filter(({ stated }) => stated.action.kind === 'dividend');
  return [...grouped(dividends, ({ stated }) => stated.action.exDay)].flatMap(([exDay, ofDay]) => {
    const taken = actions.find((action) => action.kind === 'dividend' && action.exDay === exDay);
    if (ofDay.length === 1 || taken === undefined) return [];
    const [{ ticker } = { ticker: '' }] = ofDay;
    const amounts = ofDay
      .map(({ stated, line }) => `${actionValue(stated.action)} in line ${line}`)
      .join(', ');
    const seen = `${basename(path)}: the dividends of ${ticker} on ${formatDay(exDay)} (${amounts}) count as ${actionValue(taken)}`;
    return [
      `${seen}: of those that one corrects leave the others out; of those that were all paid write the sum`,
    ];
  });
}

function readAction(path: string, line: CsvLine): Listed {
  const [ticker = '', date = '', said = '', value = ''] = line.fields;
  const kind = said.toLowerCase();
  const amount = parseActionValue(value);
  if (amount === null)
    throw malformed(path, line.number, `${quoted(value)} is no value of a split or dividend`);
  if (kind !== 'split' && kind !== 'dividend')
    throw malformed(path, line.number, `${quoted(said)} is neither split nor dividend`);
  try {
    const exDay = parseDay(date);
    const action: CorporateAction =
      kind === 'split' ? { kind, exDay, ratio: amount } : { kind, exDay, amount };
    const row = { kind, date, value, line: line.number };
    return { ticker: parseTicker(ticker), line: line.number, stated: { action, row } };
  } catch (error) {
    if (error instanceof BackfillError) throw malformed(path, line.number, error.message);
    throw error;
  }
}
