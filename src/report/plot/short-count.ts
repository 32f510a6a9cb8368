const SIZES = [
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'K'],
] as const;

/** `1.5M` */
export function shortCount(count: number): string {
  const [size, letter] = SIZES.find(([least]) => count >= least) ?? [1, ''];
  return `${Number((count / size).toPrecision(3))}${letter}`;
}
