import type { Series } from '../../core/bars/bars.ts';
import type { StoredBars } from '../../core/bars/columns.ts';
import { periodRange } from '../../core/bars/partition.ts';
import { unlearn } from '../../core/coverage/coverage.ts';
import type { DayRange } from '../../core/session/day.ts';
import { union } from '../../core/session/ranges.ts';
import { untilUndisturbed } from '../parquet/files/blobs.ts';
import type { Partition } from '../parquet/files/layout.ts';
import type { Part, PartWrite } from '../tables/parts.ts';
import { sessionDaysOf } from '../tables/plan.ts';
import { extentsOf, goneBars, inSessions } from './bars.ts';
import { assertUnchanged, goneParts, insertsOfParts } from './parts.ts';
import { putRows } from './put.ts';
import { readSeries } from './read.ts';
import type { QuestServer } from './server.ts';
import { newVersion, time } from './sql.ts';
import type { Writer } from './writer.ts';

const NOTHING: DayRange = { from: 0, to: 0 };

/** See `Tables.forget`. What is known goes first. */
export function forgetRange(
  server: QuestServer,
  writer: Writer,
  series: Series,
  range: DayRange,
): Promise<number> {
  return untilUndisturbed(async () => {
    const { parts } = await readSeries(server, series, range, NOTHING);
    let removed = 0;
    for (const [period, part] of parts)
      removed += await forgetIn(server, writer, { series, period }, part, range);
    return removed;
  });
}

async function forgetIn(
  server: QuestServer,
  writer: Writer,
  partition: Partition,
  part: Part,
  range: DayRange,
): Promise<number> {
  const { series, period } = partition;
  const own = periodRange(period);
  const days = { from: Math.max(own.from, range.from), to: Math.min(own.to, range.to) };
  const knowledge = { ...part.knowledge, coverage: unlearn(part.knowledge.coverage, [range]) };
  const before: PartWrite = { ...part, partition, before: part.version, isMarkedAnew: false, knowledge };
  await assertUnchanged(server, [before]);
  const first = newVersion();
  await writer.put(await insertsOfParts(server, [before], first));
  await writer.put([goneBars(server.names, series, inSessions(days), newVersion())]);
  const left = await extentOf(server, partition);
  const { present, absent } = knowledge.coverage;
  if (left.rows === 0 && union(present, absent).length === 0)
    await writer.put(goneParts(server, partition, newVersion()));
  else
    await writer.put(
      await insertsOfParts(server, [{ ...before, ...left, before: first, isMarkedAnew: true }], newVersion()),
    );
  return part.rows - left.rows;
}

async function extentOf(
  server: QuestServer,
  { series, period }: Partition,
): Promise<Pick<Part, 'rows' | 'firstTs' | 'lastTs'>> {
  const there = (await extentsOf(server, series.interval, [series.ticker])).get(series.ticker)?.get(period);
  const { rows, firstTs, lastTs } = there ?? { rows: 0, firstTs: null, lastTs: null };
  return { rows, firstTs, lastTs };
}

/** See `Tables.putPart`. */
export async function putPart(
  server: QuestServer,
  writer: Writer,
  part: PartWrite,
  bars: StoredBars,
): Promise<void> {
  await assertUnchanged(server, [part]);
  const { series } = part.partition;
  const sessions = sessionDaysOf(series, bars, part.knowledge.calendar);
  const rows = bars.length === 0 ? [] : [{ series, bars, sessions }];
  await putRows(server, writer, { revisions: [], rows, parts: [] });
  const left = await extentOf(server, part.partition);
  await writer.put(await insertsOfParts(server, [{ ...part, ...left }], newVersion()));
}

/** See `Tables.mendPart`. */
export async function mendPart(
  server: QuestServer,
  writer: Writer,
  part: PartWrite,
  bars: StoredBars,
  removed: readonly number[],
): Promise<void> {
  await assertUnchanged(server, [part]);
  const { series } = part.partition;
  if (removed.length > 0)
    await writer.put([
      goneBars(server.names, series, `ts IN (${removed.map(time).join(', ')}) AND NOT gone`, newVersion()),
    ]);
  await putPart(server, writer, part, bars);
}
