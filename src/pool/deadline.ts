/** A longer timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls `onOver`, once, with the ms waited when `limitMs` has passed. The limit is asked for again when time is up
 * and may have grown by then. Gives a function that calls it off.
 */
export function startDeadline(limitMs: () => number, onOver: (waitedMs: number) => void): () => void {
  let waited = 0;
  let timer: NodeJS.Timeout;
  const wait = (limit: number): void => {
    const step = Math.min(Math.max(limit - waited, 0), LONGEST_TIMER_MS);
    timer = setTimeout(() => {
      waited += step;
      const limitNow = limitMs();
      if (waited < limitNow) wait(limitNow);
      else onOver(waited);
    }, step);
  };
  wait(limitMs());
  return () => clearTimeout(timer);
}
