import { BackfillError } from '../../../core/errors.ts';
import { type Day, formatDay, parseDay } from '../../../core/session/day.ts';
import { INTERVALS } from '../../../core/session/interval.ts';
import { eachBounded } from '../../bounded.ts';
import type { StagedPart, StagedPieces, StagedSlice, StagedState, Staging } from '../../staging.ts';
import {
  assertWholeSlice,
  decodeBucket,
  encodeEnd,
  encodePiece,
  isEarlierSlice,
  type PiecePlace,
  placeOf,
  type SliceFile,
} from '../codec/slice-file.ts';
import { orAbsent } from '../files/absent.ts';
import type { Blobs } from '../files/blobs.ts';
import { STAGING } from '../files/layout.ts';
import { namesIn } from '../files/walk.ts';
import { setAside } from './quarantine.ts';

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
    examine: (slice) => usable(() => examineStaged(blobs, stagedPath(slice))),
    setAside: (slices) => usable(() => setStagedAside(blobs, slices)),
    remove: (slices) => usable(() => removeStaged(blobs, slices)),
  };
}

/** Answers for whole markets that lie in a store, ascending by interval, session and age. */
async function listStaged(blobs: Blobs): Promise<readonly StagedSlice[]> {
  const names = (await namesIn(blobs, STAGING)).toSorted();
  return names.flatMap((name) => stagedAt(`${STAGING}/${name}`) ?? []);
}

/** What a path relative to the root names; undefined for what is no such answer. */
export function stagedAt(path: string): StagedSlice | undefined {
  const found =
    /^staging\/([^_]+)_(?:actions-(\d{4}-\d\d-\d\d)_)?(\d{4}-\d\d-\d\d)_([\w-]+)_(\d+)(?:_for-([\da-f-]+))?\.slice$/.exec(
      path,
    );
  if (found === null) return undefined;
  const [, name, since, date = '', source = '', fetchedAt, list] = found;
  const interval = INTERVALS.find((one) => one === name);
  const session = dayIn(date);
  const actionsSince = since === undefined ? undefined : dayIn(since);
  if (interval === undefined || session === undefined) return undefined;
  if (since !== undefined && (actionsSince === undefined || actionsSince > session)) return undefined;
  const slice = { interval, session, ...(actionsSince !== undefined && { actionsSince }) };
  return { ...slice, source, fetchedAt: Number(fetchedAt), ...(list !== undefined && { list }) };
}

function dayIn(date: string): Day | undefined {
  try {
    return parseDay(date);
  } catch {
    return undefined;
  }
}

function stagedPath({ interval, session, actionsSince, source, fetchedAt, list }: StagedSlice): string {
  const actions = actionsSince === undefined ? '' : `actions-${formatDay(actionsSince)}_`;
  const whom = list === undefined ? '' : `_for-${list}`;
  return `${STAGING}/${interval}_${actions}${formatDay(session)}_${source}_${fetchedAt}${whom}.slice`;
}

async function putStaged(
  blobs: Blobs,
  slice: StagedSlice,
  give: (pieces: StagedPieces) => Promise<number>,
): Promise<void> {
  const path = stagedPath(slice);
  await blobs.putInParts(path, async (append) => {
    let length = 0;
    let pieces: PiecePlace[] = [];
    let tickers = 0;
    const asOf = await give({
      add: async (groups) => {
        if (groups.length === 0) return;
        const bytes = encodePiece(groups);
        await append(bytes);
        pieces.push(placeOf(length, bytes));
        length += bytes.length;
        for (const { counts } of groups) tickers += counts.filter((bars) => bars > 0).length;
      },
      // They stay in the file, where nothing leads to them.
      restart: () => {
        pieces = [];
        tickers = 0;
      },
    });
    await append(encodeEnd(path, { asOf, tickers }, pieces));
  });
}

/** One bucket of an answer; undefined if it is not there. */
async function readStaged(blobs: Blobs, slice: StagedSlice, bucket: number): Promise<StagedPart | undefined> {
  const path = stagedPath(slice);
  try {
    return await openSlice(blobs, path, (file) => decodeBucket(file, bucket));
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    throw new BackfillError('store-corrupt', `${path} is damaged: ${error.message}`, { cause: error });
  }
}

/** Whether what lies at a path of an answer is one, as it was written. */
export async function examineStaged(blobs: Blobs, path: string): Promise<StagedState> {
  const state = await openSlice(blobs, path, async (file): Promise<StagedState> => {
    if (await isEarlierSlice(file)) return { is: 'earlier' };
    try {
      await assertWholeSlice(file);
      return { is: 'whole' };
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      return { is: 'damaged', path, reason: error.message };
    }
  });
  return state ?? { is: 'whole' };
}

async function openSlice<T>(
  blobs: Blobs,
  path: string,
  use: (file: SliceFile) => Promise<T>,
): Promise<T | undefined> {
  return blobs.open(path, (file) => {
    const size = file.byteLength;
    const read = async (from: number, to: number): Promise<Uint8Array> =>
      new Uint8Array(await file.slice(Math.min(from, size), Math.min(to, size)));
    return use({ name: path, size, read });
  });
}

function isCorrupt(error: unknown): error is BackfillError {
  return error instanceof BackfillError && error.code === 'store-corrupt';
}

async function setStagedAside(blobs: Blobs, slices: readonly StagedSlice[]): Promise<void> {
  for (const slice of slices) {
    const path = stagedPath(slice);
    await setAside(blobs, path, await blobs.written(path));
  }
}

async function removeStaged(blobs: Blobs, slices: readonly StagedSlice[]): Promise<void> {
  // Those that go at a time share a sync of their folder.
  await eachBounded(slices, (slice) => orAbsent(blobs.remove(stagedPath(slice))));
}
