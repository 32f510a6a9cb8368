import { HEAD_LINES, layoutOf } from './layout.ts';
import { withoutPreamble } from './records.ts';
import { stacked } from './side-by-side.ts';

/** What the beginning of a CSV text shows. */
export interface Heading {
  /** Whether it is a header of bars, or a bar where there is none. */
  readonly isTable: boolean;
  /** Why it is of no bars at all; null where it may be of some. */
  readonly noBars: string | null;
  /** Whether there is nothing at all. */
  readonly isEmpty: boolean;
  /** Whether the first column is of the stamps. */
  readonly beginsWithDate: boolean;
  /** Whether the rows name their instruments. */
  readonly namesTickers: boolean;
}

/** Whether a CSV text begins with a header of bars, and what columns it has. */
export function headingOf(text: string): Heading {
  const lines = withoutPreamble(text)
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/, HEAD_LINES);
  const delimiter = delimiterOf(text);
  const cut = (line: string): string[] =>
    line.split(delimiter).map((field) => field.replaceAll('"', '').trim());
  const head = stacked(lines.map((line, i) => ({ fields: cut(line), number: i + 1 })));
  const layout = layoutOf(head.map(({ fields }) => fields));
  if ('problem' in layout) {
    const noBars = layout.missing === undefined ? null : `the header names no column "${layout.missing}"`;
    return {
      isTable: false,
      isEmpty: text.trim() === '',
      noBars,
      beginsWithDate: false,
      namesTickers: false,
    };
  }
  const { header, ticker } = layout;
  return {
    isTable: true,
    isEmpty: false,
    noBars: null,
    beginsWithDate: header.stamp === 0,
    namesTickers: [ticker, header.ticker, header.name].some((one) => one !== null),
  };
}

/** Lines among which a header is looked for where the first one is none. */
const TITLE_LINES = 12;

/** The number of the line that is the header where others stand above it, such as a title; null where there is none such. */
export function headerBelowTitle(text: string): number | null {
  if (headingOf(text).isTable) return null;
  const lines = text.split(/\r\n|\r|\n/, TITLE_LINES + HEAD_LINES);
  const isHeader = (i: number): boolean => {
    const rest = lines.slice(i);
    const sign = delimiterOf(rest.join('\n'));
    const layout = layoutOf(
      rest.map((line) => line.split(sign).map((field) => field.replaceAll('"', '').trim())),
    );
    return !('problem' in layout) && layout.names !== null;
  };
  const at = lines.findIndex((line, i) => i > 0 && i < TITLE_LINES && line.trim() !== '' && isHeader(i));
  return at < 0 ? null : at + 1;
}

/** Longer than any header. */
const HEAD_CHARACTERS = 1 << 20;

/** What stands in a title, and in no row or header: words, of which the fields behind are empty. */
const TITLE = /^"?[A-Za-z][^0-9,;\t|]*"?[,;\t|]*$/;

/**
 * A text whose first line is a title of words above its header, with that as a comment, so that lines keep their numbers;
 * null where there is none.
 */
export function withTitleMarked(text: string): { readonly text: string; readonly title: string } | null {
  const line = headerBelowTitle(text.slice(0, HEAD_CHARACTERS));
  if (line === null) return null;
  const bare = text.replace(/^\uFEFF/, '');
  const [first = '', ...between] = bare.split(/\r\n|\r|\n/, line - 1);
  if (!TITLE.test(first) || between.some((one) => one.trim() !== '')) return null;
  // Blank lines below it are skipped anyway.
  return { text: `#${bare}`, title: first.replaceAll(/["]|[,;\t|]+$/g, '').trim() };
}

/** The sign that cuts the first line into the most fields. */
export function delimiterOf(text: string): string {
  const line = withoutPreamble(text.slice(0, 4096)).split(/[\r\n]/, 1)[0] ?? '';
  const count = (sign: string): number => line.split(sign).length;
  return [',', ';', '\t', '|'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}
