import { noteAhead } from '../backfill/note-ahead.ts';
import { type Earlier, NOTHING_CLOSED } from '../backfill/plan/cannot-give.ts';
import type { ChainPlace } from '../backfill/plan/handed-on.ts';
import { prepare } from '../backfill/plan/prepare.ts';
import { type Wanted, withoutOrigins } from './chain-run.ts';
import { BackfillError } from '../core/errors.ts';
import type { Parts } from './parts.ts';
import { withSource } from './sourced.ts';

/** Ids of the runs that later providers of a chain are on record with before their turn. */
export type NotedRuns = Map<Parts, string>;

interface NoteTools {
  readonly noted: NotedRuns;
  /** Whether nobody else is asked in this run. */
  readonly isOver: boolean;
}

/**
 * Notes whom of the later providers of a chain there is something to ask for next, by what is known now. What is known of those
 * before them is in `place`. One of which no plan can be made says why when its turn comes: what was done until then stands.
 */
export async function noteNext(
  later: readonly Parts[],
  place: Omit<ChainPlace, 'unnamed'>,
  wanted: Wanted,
  { noted, isOver }: NoteTools,
): Promise<void> {
  try {
    await noteFirst(later, place, wanted, { noted, isOver });
  } catch (error) {
    if (!(error instanceof BackfillError)) throw error;
  }
}

async function noteFirst(
  later: readonly Parts[],
  place: Omit<ChainPlace, 'unnamed'>,
  wanted: Wanted,
  { noted, isOver }: NoteTools,
): Promise<void> {
  const its = withoutOrigins(wanted);
  for (const [i, stage] of later.entries()) {
    const { store, capabilities, clock } = stage;
    const skipped = later.slice(0, i).map(nothingClosed);
    const chain = { ...place, before: [...place.before, ...skipped] };
    const now = clock();
    const runId = await withSource(stage, async (source) => {
      const prepared = await prepare(its, store, { ...source, chain }, now);
      const tools = { store, capabilities, chain, now, isOver, runId: noted.get(stage) };
      return noteAhead(its, prepared, tools);
    });
    if (runId !== undefined) {
      noted.set(stage, runId);
      return;
    }
  }
}

/** One of which nothing is asked. */
function nothingClosed({ capabilities }: Parts): Earlier {
  return { capabilities, closed: NOTHING_CLOSED };
}
