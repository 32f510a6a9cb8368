/** A list of at least one. */
export type Some<T> = readonly [T, ...T[]];

/** The list, if there is anything in it. */
export function some<T>(items: readonly T[]): Some<T> | undefined {
  const [first, ...rest] = items;
  return first === undefined ? undefined : [first, ...rest];
}
