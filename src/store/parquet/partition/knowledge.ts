import { type Identity, UNKNOWN_IDENTITY } from '../../../core/bars/bars.ts';
import type { Calendar } from '../../../core/calendar/calendar.ts';
import { calendarById, calendarFor } from '../../../core/calendar/calendars.ts';
import { type Coverage, learn, NOTHING_KNOWN, within } from '../../../core/coverage/coverage.ts';
import { type DayRange, formatDay } from '../../../core/session/day.ts';
import { sessionRuns } from '../../../core/plan/gaps.ts';
import type { MonthMarks } from '../../../core/bars/month-marks.ts';
import { periodRange, sessionDateOf } from '../../../core/bars/partition.ts';
import { normalize } from '../../../core/session/ranges.ts';
import type { TopUps } from '../../scan.ts';
import { bodyIn, type BodyWord } from '../codec/body.ts';
import { CHANGED_END, NO_SEAL } from '../codec/byte-seal.ts';
import type { Footer } from '../codec/decode.ts';
import { dayOrNull, fields, instant, type Json, malformed, text, textOrNull } from '../codec/json.ts';
import type { Partition } from '../files/layout.ts';
import { byOwnCalendar, mayBeOf } from './other-calendar.ts';
import { BROKEN_SEAL, digestIn, type OwnEntry, ownEntry, sealed, VERSION } from '../codec/own-entry.ts';
import { coverageOf, encodeCoverage } from './coverage-json.ts';
import { encodeMarks, marksIn } from './marks.ts';
import { encodeTold, type Told, toldOf } from './told.ts';
import { encodeTopUps, topUpsIn } from './top-ups.ts';

/** What is known of one partition besides its rows. */
export interface Knowledge {
  readonly calendar: string;
  readonly coverage: Coverage;
  readonly identity: Identity;
  /** Last time an answer was committed, ms since the epoch; null if rebuilt from rows. */
  readonly fetchedAt: number | null;
  readonly topUps?: TopUps;
  /** Of daily bars only. */
  readonly told?: Told;
  /** Of its bars, as far as they were written by a version that knows them. Default: none. */
  readonly marks?: MonthMarks | undefined;
}

/** The rows that knowledge is written with: their number, their extent, and the digest of what they say. */
export type Extent = Pick<Footer, 'rows' | 'firstTs' | 'lastTs'> & Partial<Stated>;

/** What a store says of a partition beside its rows. */
type Said = Pick<Footer, 'rows' | 'firstTs' | 'lastTs' | 'metadata' | 'seal'>;

/** How rows are told from others. */
export interface Stated {
  /** See `digestOfRows`. */
  readonly digest: string;
  /** Default: there is none. */
  readonly body?: BodyWord | undefined;
  /** Of a store in tables: see `RowSum`. Default: there is none. */
  readonly sum?: string | undefined;
}

/** Knowledge as the sealed JSON that lies in the file, with the extent of the rows that it belongs to. */
export function encodeKnowledge({ series, period }: Partition, knowledge: Knowledge, extent: Extent): string {
  const { identity, coverage } = knowledge;
  return sealed({
    version: VERSION,
    ticker: series.ticker,
    interval: series.interval,
    period,
    calendar: knowledge.calendar,
    basis: 'raw',
    identity: identityJson(identity),
    ...encodeCoverage(coverage),
    rows: extent.rows,
    firstTs: extent.firstTs,
    lastTs: extent.lastTs,
    digest: extent.digest,
    ...(extent.body && { body: extent.body }),
    ...(extent.sum !== undefined && { sum: extent.sum }),
    fetchedAt: knowledge.fetchedAt === null ? null : new Date(knowledge.fetchedAt).toISOString(),
    ...encodeTopUps(knowledge.topUps),
    ...encodeTold(knowledge.told),
    ...encodeMarks(knowledge.marks),
  });
}

/**
 * The knowledge in a footer, or why it is not believed: it is missing, malformed, of another version, was changed after it
 * was written, or belongs to other rows than the file has. What it says of days outside the partition's period is left
 * out. Throws `store-corrupt` if it is another partition's, because then the rows are too.
 */
export function judgeKnowledge(
  partition: Partition,
  footer: Footer,
): { readonly known: Knowledge } | { readonly doubt: string } {
  const word = trustedWord(partition, footer);
  if ('doubt' in word) return word;
  try {
    return { known: knowledgeOf(partition, word.json) };
  } catch {
    // Whatever another hand wrote here is worth as much as nothing: the rows are the truth.
    return { doubt: MALFORMED };
  }
}

/** What a footer says, unread, or why it is not believed however it reads. Throws like `judgeKnowledge`. */
export function trustedWord(
  partition: Partition,
  footer: Said,
): { readonly json: Json } | { readonly doubt: string } {
  const entry = ownEntry(footer.metadata, placeOf(partition));
  const doubt = doubtOf(entry, footer);
  return entry === undefined || doubt !== undefined ? { doubt: doubt ?? NOTHING_SAID } : { json: entry.json };
}

const NOTHING_SAID = 'it says nothing of itself';
const MALFORMED = 'what it says of itself is malformed';

function doubtOf(entry: OwnEntry | undefined, footer: Said): string | undefined {
  if (entry === undefined) return NOTHING_SAID;
  if (entry.seal === 'broken') return BROKEN_SEAL;
  if (footer.seal.is === 'broken') return CHANGED_END;
  if (entry.json['basis'] !== 'raw') return MALFORMED;
  return isAbout(footer, entry.json) ? undefined : 'what it says of itself is of other rows';
}

/**
 * What the rows of a file must be, however little the rest of its knowledge is worth; undefined if it states nothing.
 * Throws like `judgeKnowledge`.
 */
export function statedRows(partition: Partition, footer: Footer): Stated | undefined {
  const entry = ownEntry(footer.metadata, placeOf(partition));
  const digest = digestIn(entry, (json) => isAbout(footer, json));
  return digest === undefined ? undefined : { digest, body: bodyIn(entry?.json['body']) };
}

/**
 * What is known of a partition whose rows were read: their stamps, ascending. `doubt` says why its own word does not count,
 * where it does not and the rows alone tell. Throws like `judgeKnowledge`.
 */
export function knowledgeByRows(
  partition: Partition,
  footer: Footer,
  times: Float64Array,
  calendarId?: string,
): { readonly knowledge: Knowledge; readonly doubt?: string } {
  // Another tool may have left the extent out of the footer; what has a seal of its own is of rows that have its digest.
  const extent = { rows: times.length, firstTs: times.at(0) ?? null, lastTs: times.at(-1) ?? null };
  const judged = judgeKnowledge(partition, { ...footer, ...extent, seal: NO_SEAL });
  if ('known' in judged)
    return { knowledge: judged.known, ...(footer.seal.is === 'broken' && { doubt: CHANGED_END }) };
  return { knowledge: rebuiltKnowledge(partition, times, calendarId), doubt: judged.doubt };
}

/**
 * What the rows alone prove: their sessions are present, nothing is absent. Whether the bars of a session are all that it
 * had they cannot say: it is asked for again.
 */
export function rebuiltKnowledge(partition: Partition, times: Float64Array, calendarId?: string): Knowledge {
  const { series, period } = partition;
  const calendar = calendarId === undefined ? calendarFor(series.ticker) : calendarById(calendarId);
  const dayOf = sessionDateOf(series.interval, calendar);
  const present = normalize(Array.from(times, (ts) => ({ from: dayOf(ts), to: dayOf(ts) + 1 })));
  const provisional = series.interval === '1d' ? [] : present;
  const coverage = compact(
    within({ ...NOTHING_KNOWN, present, provisional }, [periodRange(period)]),
    calendar,
  );
  return { calendar: calendar.id, coverage, identity: UNKNOWN_IDENTITY, fetchedAt: null };
}

/** The same coverage in as few ranges as the calendar allows: present runs with no session between them are one. */
export function compact(coverage: Coverage, calendar: Calendar): Coverage {
  const present = joinRuns(coverage.present, calendar);
  // What is left of a run that became final may be a week-end, which nothing would ever make final.
  const provisional = sessionRuns(coverage.provisional, calendar);
  // `learn` takes out of the absences what lies between the joined runs.
  const { absent, unconfirmed, lacking, unknown, hadElsewhere } = coverage;
  const known = {
    ...{ present, provisional, absent: [] },
    ...(unconfirmed && { unconfirmed }),
    ...(lacking && { lacking }),
    ...(unknown && { unknown }),
    ...(hadElsewhere && { hadElsewhere }),
  };
  return learn({ ...NOTHING_KNOWN, absent }, known, []);
}

/** Joins the runs that have no session between them. */
export function joinRuns(runs: readonly DayRange[], calendar: Calendar): DayRange[] {
  const joined: DayRange[] = [];
  for (const range of runs) {
    const last = joined.at(-1);
    if (last && calendar.sessionOnOrAfter(last.to) >= range.from) {
      joined[joined.length - 1] = { from: last.from, to: range.to };
    } else joined.push(range);
  }
  return joined;
}

export function placeOf({ series, period }: Partition): Record<'ticker' | 'interval' | 'period', string> {
  return { ticker: series.ticker, interval: series.interval, period };
}

function isAbout(footer: Said, json: Json): boolean {
  return (
    json['rows'] === footer.rows && json['firstTs'] === footer.firstTs && json['lastTs'] === footer.lastTs
  );
}

function knowledgeOf(partition: Partition, json: Json): Knowledge {
  return {
    ...coverageIn(partition, json),
    identity: identityIn(json['identity']),
    fetchedAt: json['fetchedAt'] === null ? null : instant(json['fetchedAt']),
    ...topUpsIn(json['topUps']),
    ...(json['told'] !== undefined && { told: toldOf(json['told']) }),
    ...marksIn(json['marks']),
  };
}

/** The sessions that a footer speaks of, by the ticker's own calendar. Throws for what is malformed. */
export function coverageIn(partition: Partition, json: Json): Pick<Knowledge, 'calendar' | 'coverage'> {
  const id = text(json['calendar']);
  const [calendar, own] = [calendarById(id), calendarFor(partition.series.ticker)];
  // A ticker names its exchange: knowledge of sessions in another part of the world is somebody else's.
  if (!mayBeOf(own, calendar)) throw malformed(id);
  const coverage = byOwnCalendar(learn(NOTHING_KNOWN, coverageOf(json), []), calendar, own);
  return {
    calendar: calendar === own ? id : own.id,
    coverage: within(coverage, [periodRange(partition.period)]),
  };
}

export function identityJson({ firstTrade, ...identity }: Identity): object {
  return { ...identity, firstTrade: firstTrade === null ? null : formatDay(firstTrade) };
}

/** Throws for what is malformed. */
export function identityIn(value: unknown): Identity {
  const { currency, exchange, type, firstTrade } = fields(value);
  return {
    currency: textOrNull(currency),
    exchange: textOrNull(exchange),
    type: textOrNull(type),
    firstTrade: dayOrNull(firstTrade),
  };
}
