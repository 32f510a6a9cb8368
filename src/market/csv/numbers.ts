import { type CsvLine, readNumber } from './records.ts';

/** How a file writes numbers: `1234.5` and `1,234.5`, or `1234,5` and `1.234,5`. */
export type NumberForm = 'point' | 'comma';

const WITH_COMMA = /^-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$/;
const GROUPED = /^(-?)[$€£]?((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)$/;
const SHORTENED = /^(\d+(?:\.\d+)?)\s?([KMB])$/i;
const UNITS: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, B: 1e9 };

/**
 * The form of the numbers in some columns: with a decimal comma where one has a comma and all fit it. Between commas,
 * `12,345` marks thousands.
 */
export function numberFormOf(
  lines: readonly CsvLine[],
  columns: readonly number[],
  delimiter: string,
): NumberForm {
  const isDecimal = delimiter === ',' ? /,(\d{1,2}|\d{4,})$/ : /,/;
  let hasComma = false;
  for (const { fields } of lines) {
    for (const column of columns) {
      const text = fields[column] ?? '';
      if (!/\d/.test(text)) continue;
      if (!WITH_COMMA.test(text)) return 'point';
      hasComma ||= isDecimal.test(text);
    }
  }
  return hasComma ? 'comma' : 'point';
}

/**
 * A number as files of prices write them: besides `readNumber`'s, with thousands marked, with a sign of money, or shortened
 * (`1.2M`). Null for an empty field. Throws `usage` for anything else.
 */
export function readAmount(path: string, line: CsvLine, index: number, form: NumberForm): number | null {
  const text = line.fields[index] ?? '';
  const pointed = form === 'comma' ? text.replaceAll('.', '').replace(',', '.') : text;
  const number = pointed === '' ? Number.NaN : Number(pointed);
  if (Number.isFinite(number)) return number;
  const [, sign = '', digits] = GROUPED.exec(pointed) ?? [];
  if (digits !== undefined) return Number(sign + digits.replaceAll(',', ''));
  const [, amount, unit = ''] = SHORTENED.exec(pointed) ?? [];
  if (amount !== undefined) return Math.round(Number(amount) * (UNITS[unit.toUpperCase()] ?? 1));
  return readNumber(path, line, index);
}
