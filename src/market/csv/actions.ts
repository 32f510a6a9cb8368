import type { CorporateAction } from '../../core/bars.ts';
import { parseDay } from '../../core/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { parseTicker } from '../../core/ticker.ts';
import { type CsvLine, csvLines, malformed, readBytes } from './records.ts';

const HEADER = 'ticker,date,kind,value';

/**
 * Corporate actions by ticker, ascending by ex-date, of a file with the columns `ticker,date,kind,value`: `kind` is
 * `split`, with a value such as `4:1` or `4`, or `dividend`, with an amount a share as declared. Throws `usage` with
 * file and line where it is malformed.
 */
export function readActions(path: string): ReadonlyMap<string, readonly CorporateAction[]> {
  const [header, ...lines] = csvLines(path, new TextDecoder().decode(readBytes(path)));
  if (header?.fields.join(',').toLowerCase() !== HEADER)
    throw malformed(path, 1, `the header is not ${HEADER}`);
  const byTicker = new Map<string, CorporateAction[]>();
  for (const line of lines) {
    const { ticker, action } = readAction(path, line);
    const actions = byTicker.get(ticker);
    if (actions === undefined) byTicker.set(ticker, [action]);
    else actions.push(action);
  }
  for (const actions of byTicker.values()) actions.sort((a, b) => a.exDay - b.exDay);
  return byTicker;
}

function readAction(path: string, line: CsvLine): { ticker: string; action: CorporateAction } {
  const [ticker = '', date = '', kind = '', value = ''] = line.fields;
  const amount = readRatio(value);
  if (!(amount > 0)) throw malformed(path, line.number, `"${value}" is no value of a split or dividend`);
  if (kind !== 'split' && kind !== 'dividend')
    throw malformed(path, line.number, `"${kind}" is neither split nor dividend`);
  try {
    const exDay = parseDay(date);
    return {
      ticker: parseTicker(ticker),
      action: kind === 'split' ? { kind, exDay, ratio: amount } : { kind, exDay, amount },
    };
  } catch (error) {
    if (error instanceof BackfillError) throw malformed(path, line.number, error.message);
    throw error;
  }
}

/** `4:1` is 4, `1:20` is 0.05, `0.22` is itself; NaN for anything else. */
function readRatio(text: string): number {
  const [, top, bottom = '1'] = /^(\d+(?:\.\d+)?)(?::(\d+(?:\.\d+)?))?$/.exec(text) ?? [];
  return top === undefined ? Number.NaN : Number(top) / Number(bottom);
}
