import { basename } from 'node:path';
import { actionText, parseActionValue } from '../../core/actions/action-text.ts';
import type { CorporateAction, Split } from '../../core/bars/bars.ts';
import { type Day, formatDay } from '../../core/session/day.ts';
import { quoted, shortened } from '../../core/quoted.ts';

/** A column of a bar file that tells of splits or dividends, as those of yfinance, Alpha Vantage and Tiingo do. */
export interface ActionColumn {
  readonly kind: CorporateAction['kind'];
  readonly index: number;
  /** As the header writes it. */
  readonly name: string;
}

/** What one row says in such a column. */
export interface ToldValue {
  readonly column: ActionColumn;
  /** As written. */
  readonly text: string;
}

/** A split or dividend that a bar file tells of by the way. */
export interface ToldAction extends ToldValue {
  readonly path: string;
  readonly exDay: Day;
}

/** What a row says in the columns, where that is a split or dividend: 0, an empty field and a split of 1 are none. */
export function toldIn(fields: readonly string[], columns: readonly ActionColumn[]): ToldValue[] {
  return columns.flatMap((column) => {
    const text = fields[column.index] ?? '';
    const value = valueOf(text);
    const isNone = NOTHING.test(text) || value === 0 || (column.kind === 'split' && value === 1);
    return isNone ? [] : [{ column, text }];
  });
}

const NOTHING = /^(null|nan|none|n\/?a|-*)$/i;

/** `2`, `2:1` and `2/1` are 2; NaN for what is no number. */
function valueOf(text: string): number {
  return parseActionValue(text.replace(',', '.').replace('/', ':')) ?? Number.NaN;
}

/** The split that a file tells of; undefined for a dividend, and for what is no ratio. */
export function splitTold({ column, text, exDay }: ToldAction): Split | undefined {
  const ratio = valueOf(text);
  return column.kind === 'split' && ratio > 0 && Number.isFinite(ratio)
    ? { kind: 'split', exDay, ratio }
    : undefined;
}

/** A told action in a few words: `4:1 on 2020-08-31`. */
export function toldText(told: ToldAction): string {
  const split = splitTold(told);
  const what = split === undefined ? shortened(told.text) : actionText(split).replace('split ', '');
  return `${what} on ${formatDay(told.exDay)}`;
}

/** A line for each column of a file that tells of what the folder's `actions.csv` does not list. */
export function toldNotes(told: readonly ToldAction[], listed: readonly CorporateAction[]): string[] {
  const byColumn = new Map<string, ToldAction[]>();
  for (const one of told) {
    const { kind, name } = one.column;
    if (listed.some((action) => action.kind === kind && action.exDay === one.exDay)) continue;
    const key = `${one.path}\n${name}`;
    byColumn.set(key, [...(byColumn.get(key) ?? []), one]);
  }
  return [...byColumn.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    const adjusted =
      first.column.kind === 'split'
        ? ', and say --basis split-adjusted if the prices are adjusted for what it tells'
        : '';
    return [
      `${basename(first.path)}: its column ${quoted(first.column.name)} tells of ${toldText(first)}${more} and is not read: ` +
        `list that in actions.csv${adjusted}`,
    ];
  });
}
