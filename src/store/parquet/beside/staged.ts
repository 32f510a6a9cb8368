import { BackfillError } from '../../../core/errors.ts';
import { type Day, formatDay, parseDay } from '../../../core/session/day.ts';
import { INTERVALS } from '../../../core/session/interval.ts';
import { eachBounded } from '../../bounded.ts';
import type { StagedGroup, StagedPart, StagedSlice } from '../../staging.ts';
import { decodeBucket, encodeSlice } from '../codec/slice-file.ts';
import { orAbsent } from '../files/absent.ts';
import type { Blobs } from '../files/blobs.ts';
import { STAGING } from '../files/layout.ts';
import { namesIn } from '../files/walk.ts';

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

export async function putStaged(
  blobs: Blobs,
  slice: StagedSlice,
  asOf: number,
  groups: readonly StagedGroup[],
): Promise<void> {
  await blobs.put(stagedPath(slice), encodeSlice(asOf, groups));
}

/** One bucket of an answer; undefined if it is not there, or damaged. */
export async function readStaged(
  blobs: Blobs,
  slice: StagedSlice,
  bucket: number,
): Promise<StagedPart | undefined> {
  try {
    return await blobs.open(stagedPath(slice), (file) =>
      decodeBucket(
        async (from, to) => new Uint8Array(await file.slice(from, Math.min(to, file.byteLength))),
        bucket,
      ),
    );
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-corrupt') return undefined;
    throw error;
  }
}

export async function removeStaged(blobs: Blobs, slices: readonly StagedSlice[]): Promise<void> {
  // Those that go at a time share a sync of their folder.
  await eachBounded(slices, (slice) => orAbsent(blobs.remove(stagedPath(slice))));
}
