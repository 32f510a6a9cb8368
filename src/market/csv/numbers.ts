import type { CsvLine } from './csv-line.ts';

/** What parts the whole of a number from its fraction: `1234.5` or `1234,5`. The other sign marks thousands. */
export type NumberForm = 'point' | 'comma';

/** A cell that may be read in two ways. */
export interface OpenCell {
  readonly line: CsvLine;
  readonly text: string;
}

/** Cells that agree on a form before it is believed: a slip of the pen in the first row decides nothing. */
const ENOUGH = 8;

const UNITS: Readonly<Record<string, string>> = { k: 'e3', m: 'e6', b: 'e9', t: 'e12' };

/** Before or behind an amount of money. */
const MONEY = String.raw`(?:[A-Z]{0,3}[$€£¥₩₹])?`;
const SPACE = String.raw`[ \u00a0\u2009\u202f]`;
const whole = (mark: string): string =>
  String.raw`(?:\d{1,3}(?:${mark}\d{3})+|\d{1,3}(?:${SPACE}\d{3})+|\d{1,3}(?:['’]\d{3})+|\d*)`;
const amount = (mark: string, decimal: string): RegExp =>
  new RegExp(
    `^([+\u2212-]?)${MONEY}${SPACE}?([+\u2212-]?)(${whole(mark)})(?:${decimal}(\\d*))?(e[+-]?\\d+)?${SPACE}?([KMBT]?)${SPACE}?${MONEY}$`,
    'i',
  );

/** Thousands of India are marked once, and hundreds of them then. */
const AMOUNTS: Readonly<Record<NumberForm, RegExp>> = {
  point: amount(',(?:\\d{2},)*', '\\.'),
  comma: amount('\\.', ','),
};

const NO_VALUE =
  /^([-\u2012-\u2015\u2212]+|[.?*]|nan|nat|null|nil|none|na|n[/.]a\.?|#n\/a( n\/a)?|#?na|<na>|\(null\)|\\n|unknown|missing|#(value|ref|name|num|null|div\/0)[!?])$/i;

/** Whether a cell says that there is no value. */
export function saysNothing(text: string): boolean {
  return text === '' || NO_VALUE.test(text);
}

/**
 * A cell as a number, null where it says that there is none, undefined where it is something else. Thousands may be marked,
 * the money named, and a count (of shares, of trades) shortened (`1.2M`).
 */
export function numberIn(text: string, form: NumberForm, isCount: boolean): number | null | undefined {
  if (form === 'point' && startsPlain(text)) {
    const number = Number(text);
    if (Number.isFinite(number)) return number;
  }
  if (saysNothing(text)) return null;
  const found = AMOUNTS[form].exec(text);
  if (found === null) return undefined;
  const [, sign = '', inner = '', digits = '', fraction = '', exponent = '', unit = ''] = found;
  // No count is of money.
  if (isCount && /[$€£¥₩₹]/.test(text)) return undefined;
  if (digits + fraction === '' || (sign !== '' && inner !== '')) return undefined;
  if (unit !== '' && (!isCount || exponent !== '')) return undefined;
  const power = UNITS[unit.toLowerCase()] ?? exponent;
  const isNegative = sign + inner !== '' && sign + inner !== '+';
  // By its digits, not by a product: 1.1 billion is no 1100000000.0000002.
  const number = Number(`${isNegative ? '-' : ''}${digits.replaceAll(/\D/g, '')}.${fraction}0${power}`);
  return Number.isFinite(number) ? number : undefined;
}

/** Whether a text is none of those that `Number` reads besides decimal numbers: empty ones, `0x10`, `0b1`. */
function startsPlain(text: string): boolean {
  const first = text.charCodeAt(0);
  const second = text.charCodeAt(1);
  const isDecimal = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  // Letters, of which only the exponent's is part of a decimal number.
  return isDecimal && !(second > 57 && second !== 69 && second !== 101);
}

/**
 * The form of the numbers in some columns: that of most cells of which it can be told, `point` where no cell has a sign.
 * Else the first cell that may be either.
 */
export function formOf(lines: Iterable<CsvLine>, columns: readonly number[]): NumberForm | null | OpenCell {
  let lead = 0;
  let open: OpenCell | null = null;
  for (const line of lines) {
    for (const column of columns) {
      const text = line.fields[column] ?? '';
      const shown = formShownBy(text);
      if (shown === 'point') lead++;
      else if (shown === 'comma') lead--;
      else if (shown === 'either') open ??= { line, text };
      if (Math.abs(lead) >= ENOUGH) return lead > 0 ? 'point' : 'comma';
    }
  }
  if (lead !== 0) return lead > 0 ? 'point' : 'comma';
  return open;
}

/** What a cell shows of its form: nothing where it has no sign or is no number. */
function formShownBy(text: string): NumberForm | 'either' | null {
  const [hasPoint, hasComma] = [text.includes('.'), text.includes(',')];
  if (!hasPoint && !hasComma) return null;
  const bare = text.replace('%', '');
  const asPoint = AMOUNTS.point.test(bare);
  const asComma = AMOUNTS.comma.test(bare);
  if (asPoint !== asComma) return asPoint ? 'point' : 'comma';
  if (!asPoint) return null;
  // Nobody marks thousands behind a nought.
  const leads = /^\D*0+[.,]/.test(bare);
  if (leads) return hasPoint ? 'point' : 'comma';
  return 'either';
}
