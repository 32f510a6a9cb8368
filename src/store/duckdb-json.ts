/** A text in quotes, or a number that JSON does not know. */
const TEXT_OR_NO_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:Infinity|NaN)/g;

/** JSON as DuckDB writes it: a number beyond those of a double (`1e999`) stands there as `Infinity`, and is given as text. */
export function parsedJson(json: string): unknown {
  return JSON.parse(
    json.replaceAll(TEXT_OR_NO_NUMBER, (part) => (part.startsWith('"') ? part : `"${part}"`)),
  );
}
