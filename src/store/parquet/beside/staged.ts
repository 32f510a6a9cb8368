import { BackfillError } from '../../../core/errors.ts';
import { type Day, formatDay, parseDay } from '../../../core/session/day.ts';
import { INTERVALS } from '../../../core/session/interval.ts';
import { eachBounded } from '../../bounded.ts';
import type { StagedPart, StagedPieces, StagedSlice, Staging } from '../../staging.ts';
import { decodeBucket, encodeEnd, encodePiece } from '../codec/slice-file.ts';
import { orAbsent } from '../files/absent.ts';
import type { Blobs } from '../files/blobs.ts';
import { STAGING } from '../files/layout.ts';
import { namesIn } from '../files/walk.ts';

/** The staging of a store; `usable` turns what the file system says into `store-unusable`. */
export function openStaging(blobs: Blobs, usable: <T>(work: () => Promise<T>) => Promise<T>): Staging {
  return {
    list: () => usable(() => listStaged(blobs)),
    put: (slice, give) =>
      usable(() =>
        putStaged(blobs, slice, ({ add, ...pieces }) =>
          // Who gives it may take a trouble with the store for one of his own.
          give({ ...pieces, add: (groups) => usable(() => add(groups)) }),
        ),
      ),
    read: (slice, bucket) => usable(() => readStaged(blobs, slice, bucket)),
    remove: (slices) => usable(() => removeStaged(blobs, slices)),
  };
}

/** Answers for whole markets that lie in a store, ascending by interval, session and age. */
export async function listStaged(blobs: Blobs): Promise<readonly StagedSlice[]> {
  const names = (await namesIn(blobs, STAGING)).toSorted();
  return names.flatMap((name) => stagedAt(`${STAGING}/${name}`) ?? []);
}

/** What a path relative to the root names; undefined for what is no such answer. */
export function stagedAt(path: string): StagedSlice | undefined {
  const found =
    /^staging\/([^_]+)_(?:actions-(\d{4}-\d\d-\d\d)_)?(\d{4}-\d\d-\d\d)_([\w-]+)_(\d+)\.slice$/.exec(path);
  if (found === null) return undefined;
  const [, name, since, date = '', source = '', fetchedAt] = found;
  const interval = INTERVALS.find((one) => one === name);
  const session = dayIn(date);
  const actionsSince = since === undefined ? undefined : dayIn(since);
  if (interval === undefined || session === undefined) return undefined;
  if (since !== undefined && (actionsSince === undefined || actionsSince > session)) return undefined;
  const slice = { interval, session, ...(actionsSince !== undefined && { actionsSince }) };
  return { ...slice, source, fetchedAt: Number(fetchedAt) };
}

function dayIn(date: string): Day | undefined {
  try {
    return parseDay(date);
  } catch {
    return undefined;
  }
}

function stagedPath({ interval, session, actionsSince, source, fetchedAt }: StagedSlice): string {
  const actions = actionsSince === undefined ? '' : `actions-${formatDay(actionsSince)}_`;
  return `${STAGING}/${interval}_${actions}${formatDay(session)}_${source}_${fetchedAt}.slice`;
}

async function putStaged(
  blobs: Blobs,
  slice: StagedSlice,
  give: (pieces: StagedPieces) => Promise<number>,
): Promise<void> {
  await blobs.putInParts(stagedPath(slice), async (append) => {
    let length = 0;
    let starts: number[] = [];
    const asOf = await give({
      add: async (groups) => {
        if (groups.length === 0) return;
        const bytes = encodePiece(groups);
        await append(bytes);
        starts.push(length);
        length += bytes.length;
      },
      // They stay in the file, where nothing leads to them.
      restart: () => void (starts = []),
    });
    await append(encodeEnd(asOf, starts));
  });
}

/** One bucket of an answer; undefined if it is not there, or damaged. */
async function readStaged(blobs: Blobs, slice: StagedSlice, bucket: number): Promise<StagedPart | undefined> {
  try {
    return await blobs.open(stagedPath(slice), (file) =>
      decodeBucket(
        async (from, to) => new Uint8Array(await file.slice(from, Math.min(to, file.byteLength))),
        file.byteLength,
        bucket,
      ),
    );
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-corrupt') return undefined;
    throw error;
  }
}

async function removeStaged(blobs: Blobs, slices: readonly StagedSlice[]): Promise<void> {
  // Those that go at a time share a sync of their folder.
  await eachBounded(slices, (slice) => orAbsent(blobs.remove(stagedPath(slice))));
}
