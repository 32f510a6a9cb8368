import type { SetAside } from '../../scan.ts';
import type { ScanOptions } from '../../store.ts';
import type { Blobs } from '../files/blobs.ts';
import { type DataFile, ownerOf } from '../files/data-paths.ts';
import { type Partition, revisionsPath } from '../files/layout.ts';
import type { DamageNotes } from '../partition/damage-notes.ts';
import { inspectAll, type Place } from './inspect.ts';
import { missingUntilRerun } from './quarantine.ts';
import { assertWholeRevisions } from './revisions.ts';

/**
 * Files of revisions that are damaged, of those that a reading found so: a scan looks at no other. They go to quarantine
 * if `mayMove`.
 */
export async function damagedRevisionsIn(
  blobs: Blobs,
  notes: DamageNotes,
  options: ScanOptions,
  mayMove: boolean,
): Promise<SetAside[]> {
  const noted = new Map<string, Partition>();
  for (const file of notes.found)
    if (file.is === 'revisions' && isAsked(options, file)) noted.set(file.path, file.partition);
  const placeOf = (partition: Partition): Place<true> => revisionsPlace(partition, notes);
  const { aside } = await inspectAll(blobs, [...noted.values()], placeOf, mayMove);
  return aside.map((file) => ({ ...file, isRevisions: true }));
}

function revisionsPlace(partition: Partition, notes: DamageNotes): Place<true> {
  const path = revisionsPath(partition);
  return {
    path,
    of: partition.series,
    read: async (file) => {
      await assertWholeRevisions(partition, file);
      notes.noteSound(path);
      return true;
    },
  };
}

/** What `Scan.lost` has. */
export async function lostFiles(notes: DamageNotes, options: ScanOptions): Promise<SetAside[]> {
  const lost = (await notes.lost()).filter((file) => isAsked(options, file));
  return lost.map((file) => ({ path: file.path, reason: lossOf(file), ...ownerOf(file) }));
}

function lossOf({ is }: DataFile): string {
  const loss = missingUntilRerun(is === 'actions' ? 'splits and dividends' : 'sessions');
  return `damaged, and in quarantine; ${loss}, or given up by backfill forget`;
}

function isAsked({ tickers, intervals }: ScanOptions, file: DataFile): boolean {
  const { ticker, interval } = ownerOf(file);
  return (
    tickers?.includes(ticker) !== false && (interval === null || intervals?.includes(interval) !== false)
  );
}
