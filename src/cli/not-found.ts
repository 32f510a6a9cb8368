import type { NotFound } from '../index.ts';
import { EXIT } from './exit-codes.ts';
import { tell } from './output.ts';
import { plural } from '../terminal.ts';

/** Names that are written out; a list of all tickers of an exchange has thousands. */
const MOST_LINES = 20;

/** Names tickers that were asked for and of which there is nothing. Gives the exit code of a command that else went well. */
export function tellNotFound(found: readonly NotFound[]): number {
  for (const { reason } of found.slice(0, MOST_LINES)) tell(reason);
  const more = found.length - MOST_LINES;
  if (more > 0) tell(`… and of ${plural(more, 'more ticker')} nothing is found`);
  return found.length > 0 ? EXIT.someFailed : EXIT.done;
}
