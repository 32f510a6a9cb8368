/** Where what stands in a JSON text. */
export interface JsonPlaces {
  /** Of an object, where the name of each field at its top stands; the last one, where a name stands there twice. */
  readonly fields: ReadonlyMap<string, number>;
  /** Where a text begins to be no JSON; undefined for JSON. */
  readonly wrongAt: number | undefined;
}

const BLANKS = /[ \t\n\r]*/y;
const STRING = /"(?:[ !#-[\]-\uFFFF]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

/** `JSON.parse` tells no places, or not of every mistake. */
export function placesIn(text: string): JsonPlaces {
  const fields = new Map<string, number>();
  let at = 0;
  const take = (token: RegExp): string | undefined => {
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const takes = (sign: string): boolean => {
    take(BLANKS);
    if (text[at] !== sign) return false;
    at++;
    return true;
  };
  /** Entries of a list or an object, up to its end; `at` is where that fails. */
  const all = (end: string, entry: () => boolean): boolean => {
    if (takes(end)) return true;
    do if (!entry()) return false;
    while (takes(','));
    return takes(end);
  };
  const field = (depth: number): boolean => {
    take(BLANKS);
    const start = at;
    const name = take(STRING);
    if (name === undefined) return false;
    if (depth === 0) fields.set(JSON.parse(name) as string, start);
    return takes(':') && value(depth + 1);
  };
  const value = (depth: number): boolean => {
    if (takes('{')) return all('}', () => field(depth));
    if (takes('[')) return all(']', () => value(depth + 1));
    return (take(STRING) ?? take(SCALAR)) !== undefined;
  };
  const isJson = value(0) && (take(BLANKS), at === text.length);
  return { fields, wrongAt: isJson ? undefined : at };
}

/** A place of a text: `line 3 column 5`, both from 1. */
export function placeText(text: string, at: number): string {
  const before = text.slice(0, at).split(/\r\n|[\n\r]/);
  return `line ${before.length} column ${(before.at(-1) ?? '').length + 1}`;
}
