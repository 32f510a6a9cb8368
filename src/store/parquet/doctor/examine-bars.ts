import type { AsyncBuffer } from 'hyparquet';
import { barsOf, storedBarsOf } from '../../../core/bars/bar-builder.ts';
import type { Bar, Split } from '../../../core/bars/bars.ts';
import type { Calendar } from '../../../core/calendar/calendar.ts';
import { calendarById, calendarFor } from '../../../core/calendar/calendars.ts';
import { BackfillError } from '../../../core/errors.ts';
import { fingerprintOf } from '../../../core/bars/fingerprint.ts';
import { typeOf } from '../../../core/instrument/instrument-type.ts';
import { periodRange, sessionDateOf } from '../../../core/bars/partition.ts';
import { quoted } from '../../../core/quoted.ts';
import { contains } from '../../../core/session/ranges.ts';
import { bodyIn } from '../codec/body.ts';
import { NO_SEAL } from '../codec/byte-seal.ts';
import { digestOfRows } from '../codec/digest.ts';
import { CREATED_BY } from '../codec/keys.ts';
import type { Json } from '../codec/json.ts';
import { judgeKnowledge, type Knowledge, rebuiltKnowledge } from '../partition/knowledge.ts';
import type { Partition } from '../files/layout.ts';
import { digestIn, type OwnEntry, ownEntry } from '../codec/own-entry.ts';
import type { PartitionContent } from '../partition/partition-file.ts';
import { adjustedStretches, type SessionClose } from './adjusted-stretch.ts';
import {
  boundsFinding,
  bytesFinding,
  editedFinding,
  type Finding,
  oneLine,
  rewrittenFinding,
  wholeFile,
} from './finding.ts';
import { readRaw, type RawBars } from './raw-rows.ts';
import { reconcile } from './reconcile.ts';
import { type FaultyRow, judgeRows, type JudgedRows } from './row-faults.ts';
import { rowFindings } from './row-findings.ts';
import { type Stretch, stretchesOf } from './same-parts.ts';

/** What is wrong with a partition, and what it would be once mended. */
export interface BarsExam {
  readonly rows: number;
  readonly findings: readonly Finding[];
  /** `move`: the whole file goes. Else the sound content and the rows that go. Undefined: nothing to do. */
  readonly repair:
    | 'move'
    | { readonly content: PartitionContent; readonly removed: readonly FaultyRow[] }
    | undefined;
  /** The same for the same bars whatever the ticker; undefined for too few to mean anything. */
  readonly fingerprint: string | undefined;
  /** By which a part of them is known. */
  readonly stretches: readonly Stretch[];
}

/** Looks at a whole partition. `splits` are those that are stored of its ticker. */
export async function examineBars(
  partition: Partition,
  file: AsyncBuffer,
  splits: readonly Split[],
): Promise<BarsExam> {
  const raw = await readRaw(file);
  if ('kind' in raw) return moved(0, wholeFile(raw.kind, raw.what));
  const rows = raw.bars.length;
  let entry: OwnEntry | undefined;
  try {
    const { series, period } = partition;
    entry = ownEntry(raw.footer.metadata, { ticker: series.ticker, interval: series.interval, period });
  } catch (error) {
    if (!(error instanceof BackfillError)) throw error;
    return moved(rows, wholeFile('foreign-copy', error.message));
  }
  if (entry !== undefined && entry.json['basis'] !== 'raw')
    return moved(rows, wholeFile('mixed-basis', basisText(entry.json['basis'])));
  const known = knowledgeIn(partition, raw, entry);
  const calendar = known ? calendarById(known.calendar) : calendarFor(partition.series.ticker);
  const { ticker, interval } = partition.series;
  const type = typeOf(ticker, known?.identity.type ?? null);
  const judged = judgeRows(raw.bars, { interval, calendar, type, period: periodRange(partition.period) });
  if (entry !== undefined && isRotten(entry, raw.bars, judged))
    return moved(rows, wholeFile('damaged-rows', 'its rows are not those that were written'));
  return rowsExam(partition, {
    rows,
    createdBy: raw.footer.createdBy,
    wrongBounds: raw.wrongBounds,
    changedBytes: raw.changedBytes,
    entry,
    known,
    calendar,
    judged: withoutAdjusted(judged, partition, calendar, splits),
  });
}

interface Readable {
  readonly rows: number;
  readonly createdBy: string;
  readonly wrongBounds: string | undefined;
  readonly changedBytes: string | undefined;
  readonly entry: OwnEntry | undefined;
  readonly known: Knowledge | undefined;
  readonly calendar: Calendar;
  readonly judged: JudgedRows;
}

function rowsExam(partition: Partition, readable: Readable): BarsExam {
  const { rows, createdBy, wrongBounds, changedBytes, entry, known, calendar, judged } = readable;
  const dayOf = sessionDateOf(partition.series.interval, calendar);
  const { sound, faulty, unsorted, repeats } = judged;
  const findings = rowFindings(judged, dayOf);
  const times = Float64Array.from(sound, ({ ts }) => ts);
  const fits = entry !== undefined && isOf(entry.json, sound);
  const otherRows = known !== undefined && !fits && faulty.length === 0 && repeats === 0;
  // Knowledge of other rows than the file has says nothing of absent sessions either, as when it is read.
  const trusted = otherRows ? undefined : known;
  const reconciled = reconcile(partition, {
    known: trusted ?? rebuiltKnowledge(partition, times, calendar.id),
    isRebuilt: trusted === undefined,
    days: new Set(Array.from(times, dayOf)),
    faulty: faulty.map(({ bar, meant }) => dayOf(meant ?? bar.ts)),
    fits,
  });
  if (known === undefined) findings.push(knowledgeFinding(entry, createdBy));
  else if (createdBy !== CREATED_BY) findings.push(rewrittenFinding(createdBy, isProven(entry)));
  if (wrongBounds !== undefined) findings.push(boundsFinding(wrongBounds));
  else if (changedBytes !== undefined && known !== undefined) findings.push(bytesFinding(changedBytes));
  const said = [
    ...(otherRows
      ? [`knowledge is of ${String(entry?.json['rows'])} rows, there are ${rows} or others`]
      : []),
    ...(known === undefined ? [] : reconciled.contradictions),
  ];
  if (said.length > 0) findings.push(coverageFinding(said));
  const bars = barsOf(sound);
  const mends = findings.length > 0 || unsorted > 0;
  return {
    rows,
    findings,
    repair: mends
      ? { content: { bars: storedBarsOf(sound), knowledge: reconciled.knowledge }, removed: faulty }
      : undefined,
    fingerprint: fingerprintOf(bars) ?? undefined,
    stretches: stretchesOf(bars, dayOf),
  };
}

function moved(rows: number, finding: Finding): BarsExam {
  return { rows, findings: [finding], repair: 'move', fingerprint: undefined, stretches: [] };
}

/** What an entry knows, even if of other rows than there are; undefined if it is malformed. */
function knowledgeIn(
  partition: Partition,
  { footer }: RawBars,
  entry: OwnEntry | undefined,
): Knowledge | undefined {
  if (entry === undefined) return undefined;
  const { rows, firstTs, lastTs } = entry.json as Record<'rows' | 'firstTs' | 'lastTs', number>;
  const judged = judgeKnowledge(partition, { ...footer, rows, firstTs, lastTs, seal: NO_SEAL });
  return 'known' in judged ? judged.known : undefined;
}

/** Whether an entry was written with as many rows of the same extent. */
function isOf(entry: Json, bars: readonly Bar[]): boolean {
  return (
    entry['rows'] === bars.length &&
    entry['firstTs'] === (bars[0]?.ts ?? null) &&
    entry['lastTs'] === (bars.at(-1)?.ts ?? null)
  );
}

/**
 * Whether the digest of an entry says that the rows were others: as they are or put in order, or, under a whole seal, without
 * what cannot stay. Without such a seal an entry of another number of rows says nothing of these.
 */
function isRotten(entry: OwnEntry, bars: readonly Bar[], { sound, faulty }: JudgedRows): boolean {
  const asItIs = bars.toSorted((a, b) => a.ts - b.ts);
  const isSealed = entry.seal === 'whole';
  const candidates = faulty.length === 0 || isSealed ? [sound, asItIs] : [asItIs];
  const meant = isSealed ? candidates : candidates.filter((candidate) => isOf(entry.json, candidate));
  const stated = digestIn(entry, () => meant.length > 0);
  const body = bodyIn(entry.json['body']);
  return (
    stated !== undefined && meant.every((candidate) => digestOfRows(storedBarsOf(candidate), body) !== stated)
  );
}

/** Also takes the sessions whose prices are already, or not yet, adjusted for a split. */
function withoutAdjusted(
  judged: JudgedRows,
  { series }: Partition,
  calendar: Calendar,
  splits: readonly Split[],
): JudgedRows {
  if (splits.length === 0) return judged;
  const dayOf = sessionDateOf(series.interval, calendar);
  const closes: SessionClose[] = [];
  for (const { ts, close } of judged.sound) {
    const day = dayOf(ts);
    if (closes.at(-1)?.day === day) closes.pop();
    closes.push({ day, close });
  }
  const stretches = adjustedStretches(closes, splits);
  if (stretches.length === 0) return judged;
  const isAdjusted = ({ ts }: Bar): boolean => contains(stretches, dayOf(ts));
  const reason = 'the price level changes by the ratio of a split, and not at its ex-date';
  const taken = judged.sound
    .filter(isAdjusted)
    .map((bar): FaultyRow => ({ bar, kind: 'mixed-basis', reason }));
  return {
    ...judged,
    sound: judged.sound.filter((bar) => !isAdjusted(bar)),
    faulty: [...judged.faulty, ...taken],
  };
}

/** Whether the rows were held against a digest. */
function isProven(entry: OwnEntry | undefined): boolean {
  return digestIn(entry, () => true) !== undefined;
}

function knowledgeFinding(entry: OwnEntry | undefined, createdBy: string): Finding {
  const mend = 'rebuilds knowledge from the rows';
  if (entry?.seal === 'broken') return editedFinding(mend);
  const what = entry === undefined ? 'it says nothing of itself' : 'what it says of itself is malformed';
  const by = createdBy === CREATED_BY ? '' : `: it was written by ${oneLine(createdBy)}`;
  return { kind: 'knowledge-missing', what: `${what}${by}`, mend, mendable: true };
}

function coverageFinding(said: readonly string[]): Finding {
  const mend = 'puts knowledge right; the sessions concerned are asked for again';
  return { kind: 'coverage-mismatch', what: said.join('; '), mend, mendable: true };
}

function basisText(basis: unknown): string {
  return typeof basis === 'string'
    ? `its prices are stamped ${quoted(basis)}, not raw`
    : 'its prices are not stamped raw';
}
