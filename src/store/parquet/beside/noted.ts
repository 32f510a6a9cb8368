import { periodRange } from '../../../core/bars/partition.ts';
import { calendarById } from '../../../core/calendar/calendars.ts';
import { knownSpan } from '../../../core/coverage/coverage.ts';
import { stateRuns } from '../../../core/coverage/state-runs.ts';
import { sessionRuns } from '../../../core/plan/gaps.ts';
import { type Day, type DayRange, formatDay, parseDay } from '../../../core/session/day.ts';
import { intersect, span, subtract, union } from '../../../core/session/ranges.ts';
import type { Scan, SetAside } from '../../scan.ts';
import type { ScanOptions } from '../../store.ts';
import type { Blobs } from '../files/blobs.ts';
import { type DataFile, ownerOf } from '../files/data-paths.ts';
import { barsPath, dailyOf, type Partition, revisionsPath } from '../files/layout.ts';
import type { DamageNotes, GoneNote, LossNote } from '../partition/damage-notes.ts';
import type { Knowledge } from '../partition/knowledge.ts';
import type { HeldDays } from './held-days.ts';
import { inspectAll, type Place } from './inspect.ts';
import { missingUntilRerun } from './quarantine.ts';
import { assertWholeRevisions } from './revisions.ts';

/**
 * Files of revisions that are damaged, of those that a reading found so: a scan looks at no other. They go to quarantine
 * if `mayMove`.
 */
export async function damagedRevisionsIn(
  blobs: Blobs,
  notes: DamageNotes,
  options: ScanOptions,
  mayMove: boolean,
): Promise<SetAside[]> {
  const noted = new Map<string, Partition>();
  for (const file of notes.found)
    if (file.is === 'revisions' && isAsked(options, file)) noted.set(file.path, file.partition);
  const placeOf = (partition: Partition): Place<true> => revisionsPlace(partition, notes);
  const { aside } = await inspectAll(blobs, [...noted.values()], placeOf, mayMove);
  return aside.map((file) => ({ ...file, isRevisions: true }));
}

function revisionsPlace(partition: Partition, notes: DamageNotes): Place<true> {
  const path = revisionsPath(partition);
  return {
    path,
    of: partition.series,
    read: async (file) => {
      await assertWholeRevisions(partition, file);
      notes.noteSound(path);
      return true;
    },
  };
}

/** What a scan found in the places of files that were set aside. */
interface InPlace {
  /** By path. */
  readonly knowledge: ReadonlyMap<string, Knowledge>;
  /** By ticker: the ex-dates that are answered for. */
  readonly answered: Scan['actions'];
}

/** What `Scan` has of files of bars and corporate actions that were set aside before or are gone, and of what these held. */
export async function lostFiles(
  notes: DamageNotes,
  options: ScanOptions,
  {
    unread,
    told,
    vanished,
    knowledge,
    answered,
  }: Pick<InPlace, 'answered'> & {
    readonly knowledge: () => InPlace['knowledge'];
    /** Files that could not be read. */
    readonly unread: readonly SetAside[];
    /** What they held, by path. */
    readonly told: HeldDays['told'];
    /** Files that were found gone a moment ago. */
    readonly vanished: readonly GoneNote[];
  },
): Promise<Required<Pick<Scan, 'lost' | 'held'>>> {
  const held = new Map<string, readonly DayRange[]>();
  const add = (path: string, days: readonly DayRange[] | undefined): void => {
    if (days !== undefined) held.set(path, union(held.get(path) ?? [], days));
  };
  for (const [path, days] of told) add(path, days);
  const losses = [...(await notes.losses()), ...vanished];
  if (losses.length === 0) return { lost: [], held };
  const inPlace = { knowledge: knowledge(), answered };
  const damaged = new Set(unread.map(({ path }) => path));
  const lost = new Map<string, DataFile>();
  const unknown = new Set<string>();
  const copies = new Map<string, string>();
  const gone = new Set<string>();
  for (const note of losses) {
    const { file } = note;
    if (!isAsked(options, file)) continue;
    // What is in its place is as bad, and told: nothing of it is back.
    const lacking = damaged.has(file.path) ? note.held : lackingOf(note, inPlace);
    if (lacking === 'nothing') notes.noteBack(note);
    else {
      add(file.path, lacking);
      if (!damaged.has(file.path)) lost.set(file.path, file);
      if ('gone' in note) gone.add(file.path);
      if (lacking === undefined) {
        unknown.add(file.path);
        const word = await notes.strangeWord(note);
        if (word !== undefined) copies.set(file.path, word);
      }
    }
  }
  const lostFile = (file: DataFile): SetAside => {
    const days = unknown.has(file.path) ? undefined : held.get(file.path);
    const copy = days === undefined ? copies.get(file.path) : undefined;
    const reason =
      copy === undefined ? lossOf(file, days, gone.has(file.path)) : copyText(copy, ownerOf(file).ticker);
    return { path: file.path, reason, ...ownerOf(file) };
  };
  return { lost: [...lost.values()].map(lostFile), held };
}

function lossOf(file: DataFile, held: readonly DayRange[] | undefined, isGone: boolean): string {
  const days = held && span(held);
  const from = days === undefined ? '' : ` from ${formatDay(days.from)} to ${formatDay(days.to - 1)}`;
  const what = file.is === 'actions' ? 'splits and dividends' : 'sessions';
  const until =
    held === undefined
      ? `which ${what} it held nobody knows: run backfill from the first day that you had on, or give them up by`
      : `${missingUntilRerun(`${what}${from}`)}, or given up by`;
  const how = isGone ? 'gone, and no command of ours took it away' : 'damaged, and in quarantine';
  return `${how}; ${until} backfill forget ${ownerOf(file).ticker}`;
}

/** Of a file that was another ticker's: nothing tells that there ever was one of this ticker. */
function copyText(word: string, ticker: string): string {
  return (
    `a copy (${word}), and in quarantine; whether ${ticker} had anything there nobody knows: if it had, run backfill from ` +
    `the first day of it on; if not, backfill forget ${ticker}; until then it counts as lost`
  );
}

/** What is still lost of a file; undefined where nobody knows. */
function lackingOf(note: LossNote, inPlace: InPlace): readonly DayRange[] | 'nothing' | undefined {
  const { file, held } = note;
  return file.is === 'actions'
    ? lackingActions(file.ticker, held, inPlace)
    : lackingBars(note, file.partition, inPlace.knowledge.get(file.path));
}

function lackingBars(
  { held, ...how }: LossNote,
  { period }: Partition,
  known: Knowledge | undefined,
): readonly DayRange[] | 'nothing' | undefined {
  if (known === undefined) return held;
  const range = held ?? ('aside' in how ? unknownHeld(period, how.aside, known) : undefined);
  if (range === undefined) return undefined;
  const calendar = calendarById(known.calendar);
  const missing = range
    .flatMap((days) => stateRuns(known.coverage, days, calendar))
    .filter(({ state }) => state === 'missing')
    .map(({ first, last }) => ({ from: first, to: last + 1 }));
  if (missing.length === 0) return 'nothing';
  return held && sessionRuns(missing, calendar);
}

/**
 * All that a file of a period can have held: from its first day or that of the listing on, or from before the first bar
 * that there is, until it was last written. Undefined where nobody knows when the bars begin.
 */
function unknownHeld(
  period: string,
  aside: string,
  { coverage, identity }: Knowledge,
): DayRange[] | undefined {
  const { from, to } = periodRange(period);
  const known = knownSpan(coverage)?.from;
  const isBefore = known !== undefined && known < (coverage.present[0]?.from ?? known);
  const begin = isBefore ? known : identity.firstTrade;
  const first = Number.isFinite(from) ? Math.max(from, begin ?? from) : begin;
  const written = writtenDay(aside);
  if (first === null || written === undefined) return undefined;
  return intersect([{ from: first, to: written + 1 }], [{ from, to }]);
}

/** The UTC day in the name of a file in quarantine; undefined where it is none that anybody lives to see. */
function writtenDay(aside: string): Day | undefined {
  const [, year, month, date] = /\.(\d{4})(\d{2})(\d{2})T\d{6}Z-\d+$/.exec(aside) ?? [];
  return year === undefined ? undefined : parseDay(`${year}-${month}-${date}`);
}

/** Of corporate actions only those count without which stored daily bars cannot be read. */
function lackingActions(
  ticker: string,
  held: readonly DayRange[] | undefined,
  { knowledge, answered: all }: InPlace,
): readonly DayRange[] | 'nothing' | undefined {
  const answered = all.get(ticker);
  if (answered === undefined) return held;
  const daily = knowledge.get(barsPath(dailyOf(ticker)));
  if (daily === undefined) return 'nothing';
  const { present } = daily.coverage;
  const needed = subtract(held === undefined ? present : intersect(present, held), answered);
  const lacking = sessionRuns(needed, calendarById(daily.calendar));
  return lacking.length === 0 ? 'nothing' : lacking;
}

export function isAsked({ tickers, intervals }: ScanOptions, file: DataFile): boolean {
  const { ticker, interval } = ownerOf(file);
  return (
    tickers?.includes(ticker) !== false && (interval === null || intervals?.includes(interval) !== false)
  );
}
