import { fileTrouble } from '../../core/file-trouble.ts';
import { FileInParts } from '../plain-file.ts';
import type { CsvLine } from './csv-line.ts';
import { decodedText, type Encoding, textIn } from './encoding.ts';
import { type FooterForm, footerFormOf, withoutFooter } from './footer.ts';
import { isEnded } from './line-end.ts';
import { otherBytes, otherText } from './other-content.ts';
import { plainLines } from './plain-lines.ts';
import { malformed, quotedLines, withoutPreamble } from './records.ts';

/** Why a file has to be read at once, after `it `: `has quotes in some lines only`. */
export class NotInStretches extends Error {}

/** A part of a file that ends with a line: where it lies, in bytes, and the number of its first line. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly firstLine: number;
}

/** A CSV text of any length, of which one stretch at a time is in memory. */
export class LongText {
  readonly path: string;
  readonly encoding: Encoding;
  readonly delimiter: string;
  /** See `isEnded`. */
  readonly isEnded: boolean;
  /** A last line of words that is no row; null where there is none. */
  readonly footer: string | null;
  readonly #footerForm: FooterForm;
  readonly #file: FileInParts;
  readonly #stretches: readonly Stretch[];
  /** What ends the lines of a text with quotes; null of one without. */
  readonly #quotedEnd: string | null;
  #width: number | undefined;

  /**
   * Looks through a file; `stretchBytes`: length of its stretches, even. Throws `NotInStretches` for one that has to be read
   * at once, and `usage` where it cannot be read, now or in `lines`.
   */
  constructor(path: string, stretchBytes: number) {
    this.path = path;
    this.#file = readable(path, () => new FileInParts(path));
    const cut = new StretchCutter();
    for (let at = 0; at < this.#file.size;) {
      const left = this.#file.size - at;
      const isLast = left <= 2 * stretchBytes;
      at += cut.next(this.#bytes(at, at + (isLast ? left : stretchBytes)), isLast);
    }
    this.encoding = cut.encoding;
    this.#stretches = cut.stretches;
    this.#footerForm = footerFormOf(cut.head);
    this.delimiter = this.#footerForm.delimiter;
    const { body, footer } = withoutFooter(cut.tail, this.#footerForm);
    this.footer = footer;
    this.isEnded = isEnded(body);
    this.#quotedEnd = cut.quotedEnd;
  }

  get stretches(): number {
    return this.#stretches.length;
  }

  /** The lines of a stretch, as `csvLines` cuts those of a whole text. */
  lines(i: number): readonly CsvLine[] {
    const { from, to, firstLine } = this.#stretches[i] as Stretch;
    const text = textIn(this.encoding, this.#bytes(from, to));
    const table = i === 0 ? withoutPreamble(text) : text;
    if (table === '' && this.#stretches.length > 1) throw new NotInStretches('begins with many comments');
    const skipped = firstLine - 1 + lineEnds(text.slice(0, text.length - table.length));
    const isLast = i === this.#stretches.length - 1;
    const body = isLast ? withoutFooter(table, this.#footerForm).body : table;
    const lines = this.#cut(body, skipped);
    const [first] = lines;
    this.#width ??= first?.fields.length;
    if (first !== undefined && first.fields.length !== this.#width) throw uneven();
    return lines;
  }

  #cut(body: string, skipped: number): readonly CsvLine[] {
    if (this.#quotedEnd === null) {
      const lines = plainLines(body, this.delimiter, { skipped });
      if (lines === undefined) throw uneven();
      return lines;
    }
    try {
      return quotedLines(this.path, body, this.delimiter, { skipped, end: this.#quotedEnd });
    } catch (error) {
      throw new NotInStretches('has a line with broken quotes', { cause: error });
    }
  }

  #bytes(from: number, to: number): Buffer {
    return readable(this.path, () => this.#file.read(from, to));
  }
}

function uneven(): NotInStretches {
  return new NotInStretches('has lines of different lengths');
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw malformed(path, null, `cannot be read${fileTrouble(error, 'read')}`);
  }
}

/** Cuts the bytes of a file into stretches, and notes what is to be known of all of them. */
class StretchCutter {
  readonly stretches: Stretch[] = [];
  encoding: Encoding = 'UTF-8';
  /** The first stretch and the last. */
  head = '';
  tail = '';
  /** See `LongText`. */
  quotedEnd: string | null = null;
  #line = 1;

  /** Takes the bytes that come next, up to their last line end or all of them; gives how many that are. */
  next(bytes: Buffer, isLast: boolean): number {
    const isFirst = this.stretches.length === 0;
    if (isFirst && otherBytes(bytes) !== undefined) throw new NotInStretches('is no plain text');
    const text = this.#decoded(bytes, isFirst);
    if (isFirst && otherText(text) !== undefined) throw new NotInStretches('is no table');
    const end = text.lastIndexOf('\n') + 1;
    if (end === 0 && !(isFirst && isLast)) throw new NotInStretches('has lines without an end');
    const part = isLast ? text : text.slice(0, end);
    this.#noteQuotes(part, isFirst);
    const isWide = this.encoding.startsWith('UTF-16');
    const whole = isWide ? bytes.length - 2 * (text.length - end) : bytes.lastIndexOf(0x0a) + 1;
    const taken = isLast ? bytes.length : whole;
    const from = this.stretches.at(-1)?.to ?? 0;
    this.stretches.push({ from, to: from + taken, firstLine: this.#line });
    this.#line += lineEnds(part);
    if (isFirst) this.head = part;
    this.tail = part;
    return taken;
  }

  #decoded(bytes: Buffer, isFirst: boolean): string {
    if (isFirst) this.encoding = decodedText(bytes).encoding;
    try {
      return textIn(this.encoding, bytes);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.encoding = 'Windows-1252';
      return textIn(this.encoding, bytes);
    }
  }

  #noteQuotes(part: string, isFirst: boolean): void {
    if (!part.includes('"')) return;
    if (isFirst) this.quotedEnd = /\r?\n/.exec(part)?.[0] ?? '\r';
    if (this.quotedEnd === null) throw new NotInStretches('has quotes in some of its lines only');
  }
}

function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
