import type { CsvLine } from './csv-line.ts';

/** Characters of a text from which on the fields of its lines are not kept: cut they take six times as much room. */
const LONG = 1 << 24;

/**
 * The lines of a text without a quote, as `csv-parse` cuts them at a tenth of its cost: nearly every file of bars is such.
 * Those of a text of `long` characters or more are cut again whenever they are looked at. Undefined where it has a quote, or
 * a line has more or fewer fields than the first.
 */
export function plainLines(
  text: string,
  delimiter: string,
  { skipped = 0, long = LONG }: { readonly skipped?: number; readonly long?: number } = {},
): CsvLine[] | undefined {
  if (text.includes('"')) return undefined;
  const end = text.includes('\n') ? '\n' : '\r';
  const cut = text.length < long ? undefined : new Cutter(text, delimiter);
  const lines: CsvLine[] = [];
  let width = 0;
  let at = 0;
  for (let number = 1 + skipped; at < text.length; number++) {
    const found = text.indexOf(end, at);
    const stop = found < 0 ? text.length : found;
    const fields = fieldsIn(text.slice(at, stop), delimiter);
    if (!isBlank(fields)) {
      if (lines.length === 0) width = fields.length;
      else if (fields.length !== width) return undefined;
      lines.push(cut === undefined ? { fields, number } : new LooseLine(cut, at, stop, number));
    }
    at = stop + 1;
  }
  return lines;
}

/** Whether a line says nothing: an empty one, or one of signs between fields alone. */
export function isBlank(fields: readonly string[]): boolean {
  return fields[0] === '' && fields.every((field) => field === '');
}

function fieldsIn(line: string, delimiter: string): string[] {
  const fields = line.split(delimiter);
  for (let i = 0; i < fields.length; i++) fields[i] = (fields[i] as string).trim();
  return fields;
}

/** Cuts lines of one text, and remembers the last: most are looked at several times in a row. */
class Cutter {
  readonly #text: string;
  readonly #delimiter: string;
  #at = -1;
  #fields: readonly string[] = [];

  constructor(text: string, delimiter: string) {
    this.#text = text;
    this.#delimiter = delimiter;
  }

  fieldsAt(start: number, stop: number): readonly string[] {
    if (start !== this.#at) this.#fields = fieldsIn(this.#text.slice(start, stop), this.#delimiter);
    this.#at = start;
    return this.#fields;
  }
}

/** A line of a long text: where it lies. */
class LooseLine implements CsvLine {
  readonly number: number;
  readonly #cutter: Cutter;
  readonly #start: number;
  readonly #stop: number;

  constructor(cutter: Cutter, start: number, stop: number, number: number) {
    this.number = number;
    this.#cutter = cutter;
    this.#start = start;
    this.#stop = stop;
  }

  get fields(): readonly string[] {
    return this.#cutter.fieldsAt(this.#start, this.#stop);
  }
}
