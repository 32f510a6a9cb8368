import { tell } from './output.ts';

/** Lines that a terminal is given of what is left out: what was asked for stays in sight. */
const MOST_SHOWN = 20;

/**
 * Names on stderr what an answer lacks, a line each: all of it in a file or a pipe, on a terminal the first ones, and how many
 * there are besides. `isTerminal`: whether stderr is one.
 */
export function tellLeftOut(reasons: readonly string[], isTerminal = process.stderr.isTTY): void {
  const shown = isTerminal ? reasons.slice(0, MOST_SHOWN) : reasons;
  for (const reason of shown) tell(`left out: ${reason}`);
  const more = reasons.length - shown.length;
  if (more > 0) tell(`left out: … and ${more.toLocaleString('en-US')} more; 2>FILE names them all`);
}
