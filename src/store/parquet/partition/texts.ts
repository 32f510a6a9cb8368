/** Many texts as one: text i ends before `ends[i]` and begins where the one before it ends. */
export interface Texts {
  readonly all: string;
  readonly ends: Uint32Array;
}

export function textsOf(texts: readonly string[]): Texts {
  let end = 0;
  return { all: texts.join(''), ends: Uint32Array.from(texts, ({ length }) => (end += length)) };
}

export function textAt({ all, ends }: Texts, i: number): string {
  return all.slice(ends[i - 1] ?? 0, ends[i]);
}

/** Whether text i is the given one. */
export function isTextAt({ all, ends }: Texts, i: number, text: string): boolean {
  const from = ends[i - 1] ?? 0;
  return ends[i] === from + text.length && all.startsWith(text, from);
}

/** The place of a text among ascending ones; undefined if it is not there. */
export function placeIn(texts: Texts, text: string): number | undefined {
  const place = firstFrom(texts, text);
  return isTextAt(texts, place, text) ? place : undefined;
}

/** The place of the first of ascending texts that is the given one or comes after it; their number if there is none. */
export function firstFrom(texts: Texts, text: string): number {
  let low = 0;
  let high = texts.ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (textAt(texts, middle) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
