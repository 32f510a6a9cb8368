import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import type { DayRange } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { union } from '../../core/session/ranges.ts';
import type { ScanOptions } from '../store.ts';
import type { Scan, SeriesState, SetAside } from '../scan.ts';
import { decodeBook, editionOf } from './beside/action-file.ts';
import { statedActionsDigest, trustedBook } from './beside/actions-knowledge.ts';
import { assertWholeActions } from './beside/actions.ts';
import { type DamageNotes, type GoneNote, readDamageNotes } from './partition/damage-notes.ts';
import { HeldDays } from './beside/held-days.ts';
import { damagedRevisionsIn, lostFiles } from './beside/noted.ts';
import { vanishedFiles } from './beside/vanished.ts';
import type { BlobFile, Blobs } from './files/blobs.ts';
import { assertPages, CHANGED_END, NO_SEAL } from './codec/byte-seal.ts';
import { readActionsFooter } from './codec/decode.ts';
import { areActionsInPlace } from './codec/places.ts';
import { troubleText } from './files/trouble.ts';
import { inspectAll, type Place } from './beside/inspect.ts';
import { joinKnowledge } from './partition/join.ts';
import { joinRuns, type Knowledge } from './partition/knowledge.ts';
import type { OwnLists } from '../../core/actions/action-book.ts';
import { actionsPath, BARS, barsPath, type Partition, seriesPath } from './files/layout.ts';
import { assertWhole, type PartitionState, readState } from './partition/partition-file.ts';
import { actionsSaid, editionsSaid, Readings, type Said } from './partition/said.ts';
import type { ScanCache, Seen } from './partition/scan-cache.ts';
import type { Told } from './partition/told.ts';
import { listPartitions, tickersWithActions } from './files/walk.ts';

interface Found extends Omit<PartitionState, 'said'> {
  readonly partition: Partition;
}

interface FoundActions {
  readonly ticker: string;
  readonly covered: readonly DayRange[];
  readonly edition?: string;
  readonly ownList?: OwnLists;
  readonly doubt?: string;
}

/** Of some tickers a cache is read as for so many files at least: that takes a few ms, and tells which are gone. */
const FEWEST = 100;
/** Of all it tells which are gone. */
const ALL = Number.POSITIVE_INFINITY;

/** What a scan may do, and what it knows beforehand. */
export interface ScanTools {
  /** Whether damaged files go to quarantine. */
  readonly mayMove: boolean;
  /** What is known already, for a scan of so many files; undefined if that is not worth looking up. */
  readonly openCache: (files: number) => Promise<ScanCache | undefined>;
}

/**
 * Knows of every partition and of every file of corporate actions what its footer says: by the cache where the file is
 * the one that was read before, else by the file, and by its rows only where its own word cannot be trusted. A damaged file
 * goes to quarantine if `mayMove`, and is reported either way.
 */
export async function scanStore(
  files: Blobs,
  options: ScanOptions,
  { mayMove, openCache }: ScanTools,
): Promise<Scan> {
  await files.assertInPlace();
  const blobs = await files.survey(options.tickers?.length ?? ALL);
  const unlisted: SetAside[] = [];
  const partitions = await listPartitions(blobs, options, BARS, (series, error) => {
    unlisted.push({ path: seriesPath(BARS, series), reason: troubleText(error), isLeft: true, ...series });
  });
  const tickers = [...new Set(options.tickers ?? (await tickersWithActions(blobs)))];
  const notes = await readDamageNotes(blobs);
  const looks = options.tickers ? Math.max(partitions.length + tickers.length, FEWEST) : ALL;
  const memory = new Memory(notes, await openCache(looks));
  const heldDays = new HeldDays(blobs);
  const bars = await inspectAll(blobs, partitions, (one) => partitionPlace(one, memory), mayMove, heldDays);
  const actions = await inspectAll(
    blobs,
    tickers,
    (ticker) => actionsPlace(ticker, memory),
    mayMove,
    heldDays,
  );
  const revisions = await damagedRevisionsIn(blobs, notes, options, mayMove);
  const daily = await dailyOfTickers(blobs, bars.found, options, memory);
  const answered = coveredByTicker(actions.found, toldByTicker(daily));
  const unread = [...actions.aside, ...bars.aside, ...unlisted];
  const { lost, held } = await lostFiles(notes, options, {
    knowledge: () => knowledgeByPath([...bars.found, ...daily]),
    answered,
    unread,
    told: heldDays.told,
    vanished: await memory.vanished(blobs, options, mayMove),
  });
  if (mayMove) await notes.tidy();
  return {
    series: joinPartitions(bars.found),
    actions: answered,
    ownLists: new Map(actions.found.flatMap(({ ticker, ownList }) => (ownList ? [[ticker, ownList]] : []))),
    setAside: byPath([...unread, ...revisions]),
    lost: byPath(lost),
    held,
    distrusted: byPath([...actions.found.flatMap(actionsDoubt), ...bars.found.flatMap(partitionDoubt)]),
  };
}

/** What files said, by the cache or when they were read a moment ago. */
class Memory {
  readonly readings = new Readings();
  readonly notes: DamageNotes;
  readonly cache: ScanCache | undefined;
  /** Files of the cache that are there. */
  readonly #seen: Seen | undefined;

  constructor(notes: DamageNotes, cache: ScanCache | undefined) {
    this.notes = notes;
    this.cache = cache;
    this.#seen = cache?.noneSeen();
  }

  /** For `Place.recall`: undefined where nothing is known of the path, so that its version need not be asked for. */
  recalling<T>(path: string, read: (said: Said) => T): Place<T>['recall'] {
    const [cache, seen] = [this.cache, this.#seen];
    const found = cache?.find(path);
    if (cache === undefined || seen === undefined || found === undefined) return undefined;
    return (version) => {
      // Of one that is gone see `vanishedFiles`.
      if (version === undefined) return undefined;
      cache.see(seen, path, found);
      if (this.notes.isOf(path, version)) return undefined;
      const said = cache.recall(path, version, found);
      try {
        if (said !== undefined) return read(said);
      } catch {
        // Malformed, as this version sees it: the file itself tells.
      }
      cache.forget(path);
      return undefined;
    };
  }

  remember(path: string, { version, isSettled }: BlobFile, said: Said | undefined): void {
    if (said === undefined || !isSettled || this.cache === undefined) return;
    this.cache.remember({ path, version, ...said });
    this.#seen?.others.add(path);
  }

  /** Files that were there once, and are gone. */
  async vanished(blobs: Blobs, options: ScanOptions, mayMove: boolean): Promise<readonly GoneNote[]> {
    const [cache, seen, notes] = [this.cache, this.#seen, this.notes];
    return cache && seen ? vanishedFiles(blobs, options, { cache, seen, notes }, mayMove) : [];
  }
}

function partitionPlace(partition: Partition, memory: Memory): Place<Found> {
  const path = barsPath(partition);
  return {
    path,
    of: partition.series,
    read: async (file) => {
      const isNoted = memory.notes.isOf(path, file.version);
      if (isNoted) await assertWhole(partition, file);
      const { rows, knowledge, said, doubt } = await readState(partition, file, memory.readings);
      if (isNoted && doubt === undefined) memory.notes.noteSound(path);
      memory.remember(path, file, said);
      return doubt === undefined ? { partition, rows, knowledge } : { partition, rows, knowledge, doubt };
    },
    recall: memory.recalling(path, (said) => {
      const { rows, knowledge } = memory.readings.partition(partition, said);
      return { partition, rows, knowledge };
    }),
  };
}

function actionsPlace(ticker: string, memory: Memory): Place<FoundActions> {
  const path = actionsPath(ticker);
  return {
    path,
    of: { ticker, interval: null },
    read: async (file) => {
      const isNoted = memory.notes.isOf(path, file.version);
      const footer = await readActionsFooter(file);
      if (isNoted) {
        await assertWholeActions(ticker, file);
        await assertPages(file, footer.parsed);
      }
      // Its seal covers what it says of itself, not where it says its columns lie: then its rows are read.
      const isBroken = footer.seal.is === 'broken';
      if (isBroken || !areActionsInPlace(footer, file.byteLength)) await decodeBook(ticker, file);
      const changed = isBroken ? CHANGED_END : undefined;
      const { doubt = changed, ...known } = trustedBook(ticker, { ...footer, seal: NO_SEAL });
      if (doubt !== undefined) return { ticker, covered: known.covered, doubt };
      if (isNoted) memory.notes.noteSound(path);
      const digest = statedActionsDigest(ticker, footer);
      const said = actionsSaid(known, digest && editionOf(digest));
      memory.remember(path, file, said);
      return foundActions(ticker, said, memory);
    },
    recall: memory.recalling(path, (said) => foundActions(ticker, said, memory)),
  };
}

function foundActions(ticker: string, said: Said, { readings }: Memory): FoundActions {
  return { ticker, covered: readings.covered(said), ...editionsSaid(said) };
}

function coveredByTicker(
  found: readonly FoundActions[],
  told: ReadonlyMap<string, Told>,
): Map<string, readonly DayRange[]> {
  const all = new Map<string, readonly DayRange[]>();
  /** Most tickers have the same in common. */
  const joined = new Map<string, readonly DayRange[]>();
  for (const { ticker, covered, edition } of found) {
    const more = told.get(ticker);
    if (more === undefined || more.of !== edition) {
      all.set(ticker, covered);
      continue;
    }
    const calendar = calendarFor(ticker);
    const key = JSON.stringify([calendar.id, covered, more.days]);
    const days = joined.get(key) ?? joinRuns(union(covered, more.days), calendar);
    joined.set(key, days);
    all.set(ticker, days);
  }
  return all;
}

function knowledgeByPath(found: readonly Found[]): Map<string, Knowledge> {
  return new Map(found.map(({ partition, knowledge }) => [barsPath(partition), knowledge]));
}

/** Daily bars of the tickers of a scan; those that the scan is not of are looked at for what they tell. */
async function dailyOfTickers(
  blobs: Blobs,
  scanned: readonly Found[],
  { tickers, intervals }: ScanOptions,
  memory: Memory,
): Promise<readonly Found[]> {
  const isDaily = ({ partition }: Found): boolean => partition.series.interval === '1d';
  if (intervals?.includes('1d') !== false) return scanned.filter(isDaily);
  const partitions = await listPartitions(blobs, { ...(tickers && { tickers }), intervals: ['1d'] });
  const look = (one: Partition): Place<Found> => partitionPlace(one, memory);
  return (await inspectAll(blobs, partitions, look, false)).found;
}

/** What daily bars tell of corporate actions. */
function toldByTicker(daily: readonly Found[]): Map<string, Told> {
  const all = new Map<string, Told>();
  for (const { partition, knowledge } of daily)
    if (knowledge.told !== undefined) all.set(partition.series.ticker, knowledge.told);
  return all;
}

function byPath(files: readonly SetAside[]): SetAside[] {
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function partitionDoubt({ partition, doubt }: Found): SetAside[] {
  if (doubt === undefined) return [];
  return [{ path: barsPath(partition), reason: doubt, ...partition.series }];
}

function actionsDoubt({ ticker, doubt }: FoundActions): SetAside[] {
  return doubt === undefined ? [] : [{ path: actionsPath(ticker), reason: doubt, ticker, interval: null }];
}

/** Series from their partitions, which come one series after the other. */
function joinPartitions(found: readonly Found[]): Map<string, SeriesState> {
  const states = new Map<string, SeriesState>();
  for (let from = 0, to = 0; from < found.length; from = to) {
    const { series } = (found[from] as Found).partition;
    while (found[to]?.partition.series === series) to++;
    states.set(seriesKey(series), stateOf(series, found.slice(from, to)));
  }
  return states;
}

function stateOf(series: Series, parts: readonly Found[]): SeriesState {
  const known = joinKnowledge(parts.map(({ knowledge }) => knowledge));
  if (known === undefined) throw new BackfillError('internal', `${seriesKey(series)} has no partition`);
  const { calendar, coverage, identity, fetchedAt, topUps } = known;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  // No spread, as in `Readings`.
  return topUps === undefined
    ? { series, calendar, coverage, identity, rows, fetchedAt }
    : { series, calendar, coverage, identity, rows, fetchedAt, topUps };
}
