import { join } from 'node:path';
import { mergeIdentity, type Series, seriesKey, UNKNOWN_IDENTITY } from '../../core/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { type Coverage, learn, NOTHING_KNOWN } from '../../core/coverage.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Scan, ScanOptions, SeriesState, SetAside } from '../store.ts';
import { eachBounded } from './bounded.ts';
import type { CommitFs } from './commit.ts';
import { decodeTimes, readFooter } from './decode.ts';
import { errno, withFile } from './disk.ts';
import { compact, type Knowledge, rebuiltKnowledge, trustedKnowledge } from './knowledge.ts';
import { barsPath, type Partition } from './layout.ts';
import { setAside, versionOf } from './quarantine.ts';
import { listPartitions } from './walk.ts';

/** Errors of one file that say nothing of the others: reported, and the file is left where it is. */
const OWN_TROUBLE: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'EISDIR']);

interface Found {
  readonly partition: Partition;
  readonly rows: number;
  readonly knowledge: Knowledge;
}

/** Why a file cannot be read: its content is damaged, or the system does not give it to us. */
interface Unreadable {
  readonly reason: string;
  readonly damaged: boolean;
}

/**
 * Reads the footer of every partition, and the rows only where its knowledge cannot be trusted. A damaged file goes
 * to quarantine if `mayMove`, and is reported either way.
 */
export async function scanStore(
  fs: CommitFs,
  root: string,
  options: ScanOptions,
  mayMove: boolean,
): Promise<Scan> {
  const partitions = await listPartitions(root, options);
  const found: (Found | undefined)[] = Array.from({ length: partitions.length });
  const aside: SetAside[] = [];
  await eachBounded(partitions, async (partition, i) => {
    let look = await lookAt(root, partition);
    if (look !== undefined && 'reason' in look) look = await lookAgain(fs, root, partition, mayMove);
    if (look !== undefined && 'reason' in look)
      aside.push({ path: barsPath(partition), reason: look.reason });
    else found[i] = look;
  });
  return { series: joinPartitions(found), setAside: aside.toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** What a partition holds; undefined if there is none. */
async function lookAt(root: string, partition: Partition): Promise<Found | Unreadable | undefined> {
  try {
    return await withFile(join(root, barsPath(partition)), async (file) => {
      const footer = await readFooter(file);
      const trusted = trustedKnowledge(partition, footer);
      const knowledge = trusted ?? rebuiltKnowledge(partition, await decodeTimes(file));
      return { partition, rows: footer.rows, knowledge };
    });
  } catch (error) {
    if (errno(error) === 'ENOTDIR') return undefined;
    if (OWN_TROUBLE.has(errno(error))) return { reason: (error as Error).message, damaged: false };
    if (error instanceof BackfillError && error.code === 'store-corrupt') {
      return { reason: error.message, damaged: true };
    }
    throw error;
  }
}

/** A second look at an unreadable file, which a writer may have replaced meanwhile; what is damaged still is moved. */
async function lookAgain(
  fs: CommitFs,
  root: string,
  partition: Partition,
  mayMove: boolean,
): Promise<Found | Unreadable | undefined> {
  const path = barsPath(partition);
  const version = await versionOf(root, path);
  const look = await lookAt(root, partition);
  if (mayMove && look !== undefined && 'reason' in look && look.damaged)
    await setAside(fs, root, path, version);
  return look;
}

/** Series from their partitions, which come one series after the other. */
function joinPartitions(found: readonly (Found | undefined)[]): Map<string, SeriesState> {
  const bySeries = new Map<string, Found[]>();
  for (const part of found) {
    if (part === undefined) continue;
    const key = seriesKey(part.partition.series);
    const parts = bySeries.get(key);
    if (parts) parts.push(part);
    else bySeries.set(key, [part]);
  }
  const states = new Map<string, SeriesState>();
  for (const [key, parts] of bySeries) {
    const [first] = parts;
    if (first) states.set(key, stateOf(first.partition.series, parts));
  }
  return states;
}

function stateOf(series: Series, parts: readonly Found[]): SeriesState {
  const oldestFirst = parts
    .map(({ knowledge }) => knowledge)
    .toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : Number(timeOf(a) > timeOf(b))));
  const newest = oldestFirst.at(-1);
  if (newest === undefined) throw new BackfillError('internal', `${seriesKey(series)} has no partition`);
  return {
    series,
    calendar: newest.calendar,
    coverage: joinCoverage(oldestFirst, newest.calendar),
    identity: oldestFirst.reduce((known, { identity }) => mergeIdentity(known, identity), UNKNOWN_IDENTITY),
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    fetchedAt: newest.fetchedAt,
  };
}

function timeOf({ fetchedAt }: Knowledge): number {
  return fetchedAt ?? Number.NEGATIVE_INFINITY;
}

/** Partitions speak of disjoint days, so learning them in the order in which they were fetched joins them. */
function joinCoverage(oldestFirst: readonly Knowledge[], calendarId: string): Coverage {
  const [only] = oldestFirst;
  if (oldestFirst.length === 1 && only) return only.coverage;
  const all = oldestFirst.reduce((sum, { coverage }) => learn(sum, coverage), NOTHING_KNOWN);
  return compact(all, calendarById(calendarId));
}
