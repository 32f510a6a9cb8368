import type { NotFound } from '../index.ts';
import { EXIT } from './exit-codes.ts';
import { tell } from './output.ts';

/** Names tickers that were asked for and of which there is nothing. Gives the exit code of a command that else went well. */
export function tellNotFound(found: readonly NotFound[]): number {
  for (const { reason } of found) tell(reason);
  return found.length > 0 ? EXIT.someFailed : EXIT.done;
}
