/** What grows by the same for each of some things: time in ms or memory in bytes, by series. */
export interface Line {
  readonly fixed: number;
  readonly each: number;
}

/** Through what two sizes took. */
export function lineThrough(
  [smaller, ofSmaller]: readonly [size: number, value: number],
  [larger, ofLarger]: readonly [size: number, value: number],
): Line {
  const each = (ofLarger - ofSmaller) / (larger - smaller);
  return { fixed: ofSmaller - each * smaller, each };
}

export function at({ fixed, each }: Line, size: number): number {
  return fixed + each * size;
}
