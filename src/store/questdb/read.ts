import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { periodRange } from '../../core/bars/partition.ts';
import type { DayRange } from '../../core/session/day.ts';
import { Readings } from '../parquet/partition/said.ts';
import { type Part, partOf, periodBounds, type ReadStamps } from '../tables/parts.ts';
import type { SeriesRead } from '../tables/read.ts';
import { extentsOf, NO_PERIOD, readBarsIn } from './bars.ts';
import { readBook } from './books.ts';
import { asItIs, ofSeries, readParts } from './parts.ts';
import type { QuestServer } from './server.ts';

/** What is known first and the bars then, so that no session is known of which the bars are not read. */
export async function readSeries(
  server: QuestServer,
  series: Series,
  range: DayRange,
  barsOf: DayRange,
): Promise<SeriesRead> {
  const isAnything = range.to > range.from;
  const parts = isAnything ? await partsIn(server, series, range) : new Map<string, Part>();
  const book = await readBook(server, series.ticker);
  return { parts, bars: await readBarsIn(server, series, barsOf), range, barsOf, book };
}

async function partsIn(server: QuestServer, series: Series, range: DayRange): Promise<Map<string, Part>> {
  const [first, last] = periodBounds(series.interval, range);
  const isInside = (period: string): boolean => period !== NO_PERIOD && period >= first && period <= last;
  const said = new Map<string, Part>();
  const readings = new Readings();
  for (const row of await readParts(server, ofSeries(series))) {
    const period = String(row['period']);
    if (isInside(period)) said.set(period, await partOf({ series, period }, row, readings, stampsIn(server)));
  }
  if (!server.suspects.has(seriesKey(series))) return said;
  return asTheyAre(server, series, said, isInside);
}

/** The same after a commit that was cut off, by the rows that are there. */
async function asTheyAre(
  server: QuestServer,
  series: Series,
  said: ReadonlyMap<string, Part>,
  isInside: (period: string) => boolean,
): Promise<Map<string, Part>> {
  const there = (await extentsOf(server, series.interval, [series.ticker])).get(series.ticker);
  const periods = [...new Set([...said.keys(), ...(there?.keys() ?? [])])].filter(isInside);
  const parts = new Map<string, Part>();
  for (const period of periods.toSorted()) {
    const part = asItIs({ series, period }, said.get(period), there?.get(period));
    if (part !== undefined) parts.set(period, part);
  }
  return parts;
}

/** The stamps of a part's bars. */
export function stampsIn(server: QuestServer): ReadStamps {
  return async ({ series, period }) => (await readBarsIn(server, series, periodRange(period))).ts;
}
