import { EMPTY_BOOK } from '../../core/actions/action-book.ts';
import type { Series } from '../../core/bars/bars.ts';
import type { DayRange } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { eachBounded } from '../bounded.ts';
import type { DamagedPart, SeriesCommit, SeriesEdit, SeriesUpdate, UpsertResult } from '../store.ts';
import { updateActions, updateOrTell } from './beside/actions.ts';
import type { Blobs } from './files/blobs.ts';
import { Reads } from './beside/reads.ts';
import type { Note } from './partition/scan-cache.ts';
import { readSeriesIn } from './series.ts';
import type { Told } from './partition/told.ts';
import { upsertSeries } from './upsert.ts';

/** Reads what is stored of a series and of its ticker's corporate actions, and remembers it for the commit. */
export async function editSeries(
  blobs: Blobs,
  series: Series,
  range: DayRange,
  note: Note,
): Promise<SeriesEdit> {
  const reads = new Reads(blobs);
  const damaged: DamagedPart[] = [];
  const content = await readSeriesIn(blobs, series, range, reads, (damage) => damaged.push(damage));
  return {
    content,
    ...(damaged.length > 0 && { damaged }),
    actions: (await unlessDamaged(reads.book(series.ticker)))?.book ?? EMPTY_BOOK,
    commit: async ({ actions, bars }) => {
      const { ticker, interval } = series;
      const update = bars && { ...bars, series };
      const mayTell = update !== undefined && interval === '1d' && touches(update);
      let told: Told | undefined;
      if (actions && mayTell) told = await updateOrTell(blobs, ticker, actions, reads, note);
      else if (actions) await updateActions(blobs, ticker, actions, note);
      return update ? upsertSeries(blobs, update, { note, reads, told }) : NOTHING_CHANGED;
    },
  };
}

/** Those in flight together share the syncs of their folders. */
export async function commitEach(
  commits: readonly SeriesCommit[],
): Promise<readonly PromiseSettledResult<UpsertResult>[]> {
  const results: PromiseSettledResult<UpsertResult>[] = [];
  await eachBounded(commits, async ({ edit, change }, i) => {
    try {
      results[i] = { status: 'fulfilled', value: await edit.commit(change) };
    } catch (reason) {
      results[i] = { status: 'rejected', reason };
    }
  });
  return results;
}

/** Whether a partition will be written. */
function touches({ bars, learned }: SeriesUpdate): boolean {
  return bars.length + learned.present.length + learned.absent.length > 0;
}

const NOTHING_CHANGED: UpsertResult = { inserted: 0, changed: 0, revised: 0, partitions: 0 };

/** A damaged file is as good as none: the commit meets it, sets it aside and fails. */
async function unlessDamaged<T>(content: Promise<T>): Promise<T | undefined> {
  try {
    return await content;
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-corrupt') return undefined;
    throw error;
  }
}
