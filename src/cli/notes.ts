import type { History } from '../index.ts';
import { tell } from './output.ts';

/** Tells what there is to know of a source before it is asked: all of it, or only what may be why nothing is done. */
export async function tellNotes(history: History, which: 'all' | 'warnings'): Promise<void> {
  for (const { kind, text } of await history.notes())
    if (kind === 'warning') tell(`warning: ${text}`);
    else if (which === 'all') tell(text);
}
