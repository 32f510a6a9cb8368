/** Stands in the text where JSON's writer, unlike its grammar, has no number large enough. */
const INFINITY = '@infinity';

/** JSON in which infinity is a number. */
export function jsonOf(value: object): string {
  return JSON.stringify(value, (_, one: unknown) =>
    one === Number.POSITIVE_INFINITY ? INFINITY : one,
  ).replaceAll(`"${INFINITY}"`, '1e999');
}
