/** Exit codes of every command. */
export const EXIT = {
  done: 0,
  someFailed: 1,
  usage: 2,
  quotaExhausted: 3,
  belowCoverage: 4,
  interrupted: 130,
} as const;
