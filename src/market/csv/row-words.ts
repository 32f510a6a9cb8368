import { option } from '../../core/option-name.ts';
import { quoted } from '../../core/quoted.ts';
import type { CsvLine } from './csv-line.ts';
import type { Header } from './header.ts';
import { statedInterval } from './interval.ts';
import { type NumberForm, numberIn, saysNothing } from './numbers.ts';
import type { Aside } from './stamped-rows.ts';
import { toldIn } from './told-actions.ts';

/** What an export says that adjusted prices are adjusted for. */
const ADJUSTED: Readonly<Record<string, string>> = { splits: 'splits', all: 'splits and dividends' };

/** What other tools make of `false`, besides its case, and what a cut leaves of it; the same of `true`. */
const FALSE = /^(f(a|al|als|alse)?|0(\.0?)?|no?)$/i;
const TRUE = /^(t(r|ru|rue)?|1(\.0?)?|y(es?)?)$/i;
/** Words for prices that are not adjusted. */
const AS_TRADED = /^(none|raw|unadjusted)$/i;

/** What a row says beside its bar. */
type Said = Pick<Aside, 'isFinal' | 'unclear' | 'refused' | 'told'>;

/**
 * Reads what lines say beside their bars. Of one that has none (`isBar`) a word that is not understood says nothing: of a cut
 * or shifted line another field stands there.
 */
export function wordsReader(
  header: Header,
  lines: readonly CsvLine[],
  form: NumberForm,
): (line: CsvLine, isBar: boolean) => Said | undefined {
  const { isFinal, adjusted, interval, actions } = header;
  const adjustmentOf = adjustmentReader(adjusted, lines, form);
  return (line, isBar) => {
    const { fields, number } = line;
    const finality = isFinal === null ? '' : (fields[isFinal] ?? '');
    const isProvisional = FALSE.test(finality);
    const isUnclear = isBar && !isProvisional && !isBlank(finality) && !TRUE.test(finality);
    const refused = adjustmentOf(line, isBar) ?? (isBar ? lengthRefused(line, interval) : undefined);
    const told = actions.length === 0 ? [] : toldIn(fields, actions);
    if (!isProvisional && !isUnclear && refused === undefined && told.length === 0) return undefined;
    return {
      ...((isProvisional || isUnclear) && { isFinal: false }),
      ...(isUnclear && { unclear: `line ${number}: ${quoted(finality)}` }),
      ...(refused !== undefined && { refused }),
      ...(told.length > 0 && { told }),
    };
  };
}

/** Reads for what a row is refused by the column `adjusted`, which may also be one of adjusted prices. */
function adjustmentReader(
  column: number | null,
  lines: readonly CsvLine[],
  form: NumberForm,
): (line: CsvLine, isBar: boolean) => string | undefined {
  if (column === null) return () => undefined;
  const numberOf = (text: string): number | null | undefined =>
    /\d/.test(text) ? numberIn(text, form, false) : undefined;
  const arePrices = lines.some(({ fields }) => ![0, 1].includes(numberOf(fields[column] ?? '') ?? 0));
  return ({ fields, number }, isBar) => {
    const text = fields[column] ?? '';
    const adjustedFor = Object.hasOwn(ADJUSTED, text.toLowerCase())
      ? ADJUSTED[text.toLowerCase()]
      : undefined;
    if (adjustedFor !== undefined)
      return `line ${number}: its prices are adjusted for ${adjustedFor} (column adjusted): ${EXPORT_AGAIN}`;
    if (!isBar || isBlank(text) || FALSE.test(text) || AS_TRADED.test(text)) return undefined;
    if (arePrices && typeof numberOf(text) === 'number') return undefined;
    return `line ${number}: ${quoted(text)} does not say that its prices are as traded (column adjusted): write none there if they are`;
  };
}

const EXPORT_AGAIN = `a store has prices as they were traded; export them with ${option('adjust')} none`;

/** Whether a cell is as good as empty; who writes `unknown` says that it may be either. */
function isBlank(text: string): boolean {
  return saysNothing(text) && !/^(unknown|\?)$/i.test(text);
}

function lengthRefused({ fields, number }: CsvLine, column: number | null): string | undefined {
  const text = column === null ? '' : (fields[column] ?? '');
  if (saysNothing(text) || statedInterval(text) !== undefined) return undefined;
  return `line ${number}: ${quoted(text)} is none of 1m, 5m, 15m, 1h and 1d (column interval): bars of other lengths are not stored`;
}
