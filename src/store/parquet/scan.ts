import { type Series, seriesKey } from '../../core/bars.ts';
import type { DayRange } from '../../core/day.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Scan, ScanOptions, SeriesState, SetAside } from '../store.ts';
import { trustedBook } from './actions-knowledge.ts';
import type { CommitFs } from './commit.ts';
import { readActionsFooter } from './decode.ts';
import { inspectAll, type Place } from './inspect.ts';
import { joinKnowledge } from './join.ts';
import { actionsPath, barsPath, type Partition } from './layout.ts';
import { type PartitionState, readState } from './partition-file.ts';
import { listPartitions, tickersWithActions } from './walk.ts';

interface Found extends PartitionState {
  readonly partition: Partition;
}

interface FoundActions {
  readonly ticker: string;
  readonly covered: readonly DayRange[];
  readonly doubt?: string;
}

/**
 * Reads the footer of every partition and of every file of corporate actions, and rows only where a partition's
 * knowledge cannot be trusted. A damaged file goes to quarantine if `mayMove`, and is reported either way.
 */
export async function scanStore(
  fs: CommitFs,
  root: string,
  options: ScanOptions,
  mayMove: boolean,
): Promise<Scan> {
  const partitions = await listPartitions(root, options);
  const tickers = options.tickers ?? (await tickersWithActions(root));
  const bars = await inspectAll(fs, root, partitions.map(partitionPlace), mayMove);
  const actions = await inspectAll(fs, root, [...new Set(tickers)].map(actionsPlace), mayMove);
  return {
    series: joinPartitions(bars.found),
    actions: new Map(actions.found.map(({ ticker, covered }) => [ticker, covered])),
    setAside: byPath([...actions.aside, ...bars.aside]),
    distrusted: byPath([...actions.found.flatMap(actionsDoubt), ...bars.found.flatMap(partitionDoubt)]),
  };
}

function partitionPlace(partition: Partition): Place<Found> {
  return {
    path: barsPath(partition),
    of: partition.series,
    read: async (file) => ({ partition, ...(await readState(partition, file)) }),
  };
}

function actionsPlace(ticker: string): Place<FoundActions> {
  return {
    path: actionsPath(ticker),
    of: { ticker, interval: null },
    read: async (file) => {
      const { covered, doubt } = trustedBook(ticker, await readActionsFooter(file));
      return { ticker, covered, ...(doubt !== undefined && { doubt }) };
    },
  };
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
  const bySeries = new Map<string, Found[]>();
  for (const part of found) {
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
  const known = joinKnowledge(parts.map(({ knowledge }) => knowledge));
  if (known === undefined) throw new BackfillError('internal', `${seriesKey(series)} has no partition`);
  return { series, ...known, rows: parts.reduce((sum, { rows }) => sum + rows, 0) };
}
