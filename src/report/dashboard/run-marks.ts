/** What a series of a run is marked with: one letter each. */
export type RunMark = 'w' | 'b' | 'd' | 'f' | 'u';

/** What they mean, in the order of a legend. */
export const RUN_MARKS: Readonly<Record<RunMark, string>> = {
  w: 'waiting',
  b: 'in work',
  d: 'done',
  f: 'failed',
  u: 'not to be had',
};
