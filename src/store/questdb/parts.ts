import type { Series } from '../../core/bars/bars.ts';
import { monthMarksOf } from '../../core/bars/month-marks.ts';
import { periodRange } from '../../core/bars/partition.ts';
import { UNKNOWN_IDENTITY } from '../../core/bars/bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { NOTHING_KNOWN } from '../../core/coverage/coverage.ts';
import type { Partition } from '../parquet/files/layout.ts';
import { encodeKnowledge, type Knowledge } from '../parquet/partition/knowledge.ts';
import { literal } from '../tables/literal.ts';
import { disturbed, keyOf, type Part, partitionOfRow, type PartWrite } from '../tables/parts.ts';
import type { Row } from '../tables/row.ts';
import { type Extent, readBarsIn } from './bars.ts';
import type { QuestServer } from './server.ts';
import { long, msOf, oneOf, slotOf, symbol, time, varchar } from './sql.ts';
import { type Insert, insertsOf, type Literals } from './writer.ts';

const COLUMNS = [
  ...['slot', 'ticker', 'interval', 'period', 'version', 'rows', 'first_ts', 'last_ts', 'known', 'gone'],
];

const SELECT =
  'SELECT ticker, interval, period, version, rows, cast(first_ts AS long) AS first, cast(last_ts AS long) AS last, known';

/** Parts as rows that `partOf` reads. */
export async function readParts(server: QuestServer, where: string): Promise<Row[]> {
  const rows = await server.read(
    `${SELECT} FROM '${server.names.parts}' WHERE NOT gone AND ${where} ORDER BY interval, ticker, period`,
  );
  return rows.map(({ first, last, ...row }) => ({ ...row, first_ts: msOf(first), last_ts: msOf(last) }));
}

/** Those of one series. */
export function ofSeries({ ticker, interval }: Series): string {
  return `slot = ${slotOf(ticker)} AND ticker = ${literal(ticker)} AND interval = ${literal(interval)}`;
}

/** A part of which no row says anything yet. */
const UNSAID = '';

/**
 * A part as it is: after a commit that was cut off there are rows of which nothing is known, and its own figures are not theirs.
 */
export function asItIs(
  partition: Partition,
  said: Part | undefined,
  there: Extent | undefined,
): Part | undefined {
  const { rows, firstTs, lastTs } = there ?? { rows: 0, firstTs: null, lastTs: null };
  if (said === undefined)
    return rows === 0
      ? undefined
      : { version: UNSAID, rows, firstTs, lastTs, knowledge: nothingKnown(partition) };
  if (said.rows === rows && said.firstTs === firstTs && said.lastTs === lastTs) return said;
  // By the first bars of months that there may be no more.
  const { marks: _, ...knowledge } = said.knowledge;
  return { ...said, rows, firstTs, lastTs, knowledge };
}

function nothingKnown({ series }: Partition): Knowledge {
  const calendar = calendarFor(series.ticker).id;
  return { calendar, coverage: NOTHING_KNOWN, identity: UNKNOWN_IDENTITY, fetchedAt: null };
}

/** Looks whether these are as they were read. Throws `Conflict` where one is not. */
export async function assertUnchanged(server: QuestServer, writes: readonly PartWrite[]): Promise<void> {
  const found = new Map<string, string>();
  for (const row of await partsAt(server, writes))
    found.set(keyOf(partitionOfRow(row)), String(row['version']));
  for (const { partition, before } of writes)
    if ((found.get(keyOf(partition)) ?? UNSAID) !== (before ?? UNSAID)) throw disturbed(partition);
}

/** Looks whether these are what is known now. Throws `Conflict` where one is not. */
export async function assertWritten(
  server: QuestServer,
  writes: readonly PartWrite[],
  version: string,
): Promise<void> {
  const found = new Map((await partsAt(server, writes)).map((row) => [keyOf(partitionOfRow(row)), row]));
  for (const { partition } of writes)
    if (String(found.get(keyOf(partition))?.['version']) !== version) throw disturbed(partition);
}

function partsAt(server: QuestServer, writes: readonly PartWrite[]): Promise<Row[]> {
  const tickers = [...new Set(writes.map(({ partition }) => partition.series.ticker))];
  const slots = [...new Set(tickers.map(slotOf))];
  return server.read(
    `SELECT ticker, interval, period, version FROM '${server.names.parts}' WHERE NOT gone AND slot IN (${slots.join(', ')}) AND ${oneOf('ticker', tickers)}`,
  );
}

/** What puts down what is known of parts, of which the bars are there already. */
export async function insertsOfParts(
  server: QuestServer,
  writes: readonly PartWrite[],
  version: string,
): Promise<Insert[]> {
  const rows: Literals[] = [];
  for (const write of writes) {
    const { partition, rows: count, firstTs, lastTs } = write;
    const marks = write.isMarkedAnew
      ? monthMarksOf(await readBarsIn(server, partition.series, periodRange(partition.period)))
      : write.knowledge.marks;
    const known = encodeKnowledge(partition, { ...write.knowledge, marks }, { rows: count, firstTs, lastTs });
    rows.push([
      ...placeOf(partition),
      ...[long(Number(version)), long(count), time(firstTs), time(lastTs), varchar(known), 'false'],
    ]);
  }
  return insertsOf(server.names.parts, COLUMNS, rows);
}

/** What says of a part that it is no more. */
export function goneParts(server: QuestServer, partition: Partition, version: string): Insert[] {
  const nothing = [long(Number(version)), long(0), time(null), time(null), varchar(null), 'true'];
  return insertsOf(server.names.parts, COLUMNS, [[...placeOf(partition), ...nothing]]);
}

function placeOf({ series: { ticker, interval }, period }: Partition): string[] {
  return [slotOf(ticker), symbol(ticker), symbol(interval), symbol(period)];
}
