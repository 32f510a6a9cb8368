import { type Revision, type Series, seriesKey } from '../../core/bars/bars.ts';
import { periodOf, sessionDateOf } from '../../core/bars/partition.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { grouped } from '../../core/grouped.ts';
import { eachBounded } from '../bounded.ts';
import type { Held, HeldWrite, Holdings, Listed, Place } from '../holdings.ts';
import type { ScanOptions } from '../store.ts';
import { updateActions } from './beside/actions.ts';
import { copyNotes, listDocuments, readDocument, writeDocuments } from './beside/kept-documents.ts';
import { Reads } from './beside/reads.ts';
import { readRevisionsOf, writeRevisions } from './beside/revisions.ts';
import { type Blobs, untilUndisturbed, type Version } from './files/blobs.ts';
import { actionsPath, BARS, barsPath, type Partition, REVISIONS, revisionsPath } from './files/layout.ts';
import { listPartitions, tickersWithActions } from './files/walk.ts';
import { type PartitionContent, readPartition } from './partition/partition-file.ts';
import type { Note } from './partition/scan-cache.ts';
import { writePartition } from './partition/write-partition.ts';

/** What lies in files; `note` is told what those say that are written, `usable` turns what the file system says into `store-unusable`. */
export function holdingsOf(
  blobs: Blobs,
  note: Note,
  usable: <T>(work: () => Promise<T>) => Promise<T>,
): Holdings {
  return {
    list: (tickers) => usable(() => listAll(blobs, tickers)),
    read: (place) => usable(() => readPlace(blobs, place)),
    write: (writes) => usable(() => writeAll(blobs, writes, note)),
    ...copyNotes(blobs, usable),
  };
}

/** As of one moment, where the files can be looked at so. */
async function listAll(files: Blobs, tickers: readonly string[] | undefined): Promise<Listed[]> {
  await files.assertInPlace();
  const blobs = await files.survey(Number.POSITIVE_INFINITY);
  const options: ScanOptions = tickers === undefined ? {} : { tickers };
  const own = [...new Set(tickers ?? (await tickersWithActions(blobs)))].toSorted();
  return [
    ...(await listed(blobs, own, (ticker) => ({ is: 'actions', ticker }), actionsPath)),
    ...(await listRevisions(blobs, options)),
    ...(await listed(
      blobs,
      await listPartitions(blobs, options, BARS),
      (one) => ({ is: 'bars', ...one }),
      barsPath,
    )),
    ...(tickers === undefined ? await listDocuments(blobs) : []),
  ];
}

/** Those of which there is a file. */
async function listed<T>(
  blobs: Blobs,
  all: readonly T[],
  placeOf: (one: T) => Place,
  pathOf: (one: T) => string,
): Promise<Listed[]> {
  const versions: (Version | undefined)[] = [];
  await eachBounded(all, async (one, i) => {
    versions[i] = await blobs.version(pathOf(one));
  });
  return all.flatMap((one, i) => {
    const version = versions[i];
    return version === undefined ? [] : [{ place: placeOf(one), version }];
  });
}

/** A file a partition, of which a series may have many. */
async function listRevisions(blobs: Blobs, options: ScanOptions): Promise<Listed[]> {
  const files: { series: Series; version: Version }[] = [];
  for (const partition of await listPartitions(blobs, options, REVISIONS)) {
    const version = await blobs.version(revisionsPath(partition));
    if (version !== undefined) files.push({ series: partition.series, version });
  }
  return [...grouped(files, ({ series }) => seriesKey(series)).values()].flatMap((own) => {
    const [first] = own;
    const version = own.map((file) => file.version).join(' ');
    return first === undefined ? [] : [{ place: { is: 'revisions', series: first.series }, version }];
  });
}

async function readPlace(blobs: Blobs, place: Place): Promise<Held | undefined> {
  switch (place.is) {
    case 'bars': {
      const content = await readPartition(blobs, place);
      return content && heldBars(place, content);
    }
    case 'revisions':
      return heldRevisions(place, await readRevisionsOf(blobs, place.series));
    case 'actions':
      if ((await blobs.version(actionsPath(place.ticker))) === undefined) return undefined;
      return { ...place, book: (await new Reads(blobs).book(place.ticker)).book };
    case 'document':
      break;
  }
  return readDocument(blobs, place.path);
}

/** A part of a series without what only a store of its own kind reads. */
export function heldBars(place: Extract<Place, { is: 'bars' }>, { bars, knowledge }: PartitionContent): Held {
  const { calendar, coverage, identity, fetchedAt, topUps } = knowledge;
  return { ...place, bars, known: { calendar, coverage, identity, fetchedAt, ...(topUps && { topUps }) } };
}

export function heldRevisions(
  place: Extract<Place, { is: 'revisions' }>,
  revisions: readonly Revision[],
): Held | undefined {
  return revisions.length === 0 ? undefined : { ...place, revisions };
}

/** Those in flight together share the syncs of their folders. */
async function writeAll(blobs: Blobs, writes: readonly HeldWrite[], note: Note): Promise<void> {
  await eachBounded(writes, ({ held, before }) =>
    untilUndisturbed(() => writeOne(blobs, held, before !== undefined, note)),
  );
  await writeDocuments(blobs, writes);
}

async function writeOne(blobs: Blobs, held: Held, isInPlace: boolean, note: Note): Promise<void> {
  if (held.is === 'actions') await updateActions(blobs, held.ticker, () => held.book, note);
  if (held.is === 'revisions') await putRevisions(blobs, held.series, held.revisions);
  if (held.is !== 'bars') return;
  const ifVersion = isInPlace ? ((await blobs.version(barsPath(held))) ?? null) : null;
  await writePartition(blobs, held, { bars: held.bars, knowledge: held.known }, { note, ifVersion });
}

async function putRevisions(blobs: Blobs, series: Series, revisions: readonly Revision[]): Promise<void> {
  const dayOf = sessionDateOf(series.interval, calendarFor(series.ticker));
  const byPeriod = grouped(revisions, ({ before }) => periodOf(series.interval, dayOf(before.ts)));
  for (const [period, own] of byPeriod) {
    const partition: Partition = { series, period };
    const ifVersion = (await blobs.version(revisionsPath(partition))) ?? null;
    await writeRevisions(blobs, partition, own, ifVersion);
  }
}
