import { INTERVALS } from '../../core/session/interval.ts';
import { Readings } from '../parquet/partition/said.ts';
import { keyOf, type Part, partitionOfRow, partOf, type PartWrite } from '../tables/parts.ts';
import { type Extent, extentsOf, NO_PERIOD } from './bars.ts';
import { asItIs, insertsOfParts, readParts } from './parts.ts';
import { stampsIn } from './read.ts';
import type { QuestServer } from './server.ts';
import { newVersion } from './sql.ts';
import type { Writer } from './writer.ts';

/**
 * After a writer who did not end in good order: where his last rows are there and nothing is known of them, the figures of the part
 * become theirs. Of their sessions nothing is known after that either: they are asked for again.
 */
export async function reconcile(server: QuestServer, writer: Writer): Promise<void> {
  const readings = new Readings();
  for (const interval of INTERVALS) {
    const said = new Map<string, Part>();
    for (const row of await readParts(server, `interval = '${interval}'`)) {
      const partition = partitionOfRow(row);
      said.set(keyOf(partition), await partOf(partition, row, readings, stampsIn(server)));
    }
    const writes: PartWrite[] = [];
    const seen = new Set<string>();
    const compare = (partition: PartWrite['partition'], there: Extent | undefined): void => {
      const own = said.get(keyOf(partition));
      seen.add(keyOf(partition));
      const part = asItIs(partition, own, there);
      if (part !== undefined && part !== own)
        writes.push({ ...part, partition, before: own?.version, isMarkedAnew: true });
    };
    for (const [ticker, periods] of await extentsOf(server, interval, undefined))
      for (const [period, there] of periods)
        if (period !== NO_PERIOD) compare({ series: { ticker, interval }, period }, there);
    for (const row of await readParts(server, `interval = '${interval}'`)) {
      const partition = partitionOfRow(row);
      if (!seen.has(keyOf(partition))) compare(partition, undefined);
    }
    await writer.put(await insertsOfParts(server, writes, newVersion()));
  }
}
