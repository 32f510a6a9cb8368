import type { Calendar } from '../../core/calendar/calendar.ts';
import { placeOf } from '../../core/bars/columns.ts';
import { isSameAt } from '../../core/bars/compare.ts';
import { type Absence, type Coverage, type Unconfirmed, unlearn } from '../../core/coverage/coverage.ts';
import type { Day, DayRange } from '../../core/session/day.ts';
import { type AbsenceReason, firstClaim, leadingClaim } from '../../core/coverage/evidence.ts';
import { sessionDateOf, sessionDays } from '../../core/bars/partition.ts';
import { joinBars } from '../../core/bars/merge-bars.ts';
import { staleTails } from '../../core/checks/copies.ts';
import { intervalMs } from '../../core/session/interval.ts';
import { barStart, isTradingTime } from '../../core/bars/session-grid.ts';
import { contains, intersect, normalize, subtract, union } from '../../core/session/ranges.ts';
import { sessionsInPart } from '../../core/checks/partial-bars.ts';
import { shortSessions } from '../../core/checks/short-sessions.ts';
import type { BarAnswer, UnusableRow } from '../../providers/provider.ts';
import { provenDays } from '../../providers/proven-days.ts';
import type { CheckedAnswer } from './checked-answer.ts';
import { isThinlyTraded } from './thin-trading.ts';

/** What an answer says of the sessions that were wanted and are over; the three counts add up to all of them. */
export interface Learned {
  readonly learned: Coverage;
  readonly present: number;
  readonly absent: Partial<Record<AbsenceReason, number>>;
  readonly missing: number;
  /** Wanted sessions that are not final yet and have a bar for now. */
  readonly provisional: number;
  /** Wanted sessions that are over, and have far fewer bars than is usual or may not be whole: they wait to be confirmed. */
  readonly waiting: number;
}

/** Rows of an answer that have values, but wrong ones. */
export function wrongRows({ unusable }: Pick<BarAnswer, 'unusable'>): readonly UnusableRow[] {
  return unusable.filter(({ reason }) => reason !== 'empty');
}

/** A session this young may simply not be out yet: two days. */
const FRESH_MS = 2 * 86_400_000;

/**
 * The state of every wanted session after an answer. Without a bar it is absent only where the answer speaks of it; a
 * session outside the answer's proven span stays missing. Of a session that is not final yet nothing is learned but
 * that it has a bar, which will be fetched again.
 */
export function learnFrom(checked: CheckedAnswer): Learned {
  const { want, calendar, answer, accepted, lastSettled } = checked;
  const sessionOf = sessionDateOf(want.series.interval, calendar);
  const days = sessionDays(accepted, sessionOf);
  const explain = explainer(checked);
  const absences: Absence[] = [];
  const absent: Partial<Record<AbsenceReason, number>> = {};
  let missing = 0;
  for (const session of sessionsWithout(days, want.gaps, calendar)) {
    if (session > lastSettled) break;
    const evidence = explain(session);
    if (evidence === null) missing++;
    else {
      absent[evidence.reason] = (absent[evidence.reason] ?? 0) + 1;
      appendAbsence(absences, session, evidence, checked);
    }
  }
  const known = joinSessions(days, calendar);
  const unsettled = intersect(known, [{ from: lastSettled + 1, to: Number.POSITIVE_INFINITY }]);
  // Of a session beyond the proof only some bars may have come: it is asked for again.
  const beyond = beyondProof(checked, known);
  // A file says no more until it is another one: that with which it ends waits like any with too few bars.
  const unproven = answer.edition === undefined ? beyond : [];
  const open = union(normalize(unsettled), unproven);
  const unconfirmed = unconfirmedOf(checked, known).flatMap(({ from, to, ...run }) =>
    subtract([{ from, to }], open).map((left) => ({ ...left, ...run })),
  );
  const learned = {
    present: known,
    provisional: union(open, normalize(unconfirmed)),
    absent: absences,
    ...(unconfirmed.length > 0 && { unconfirmed }),
    ...lackingOf(checked, known),
  };
  const provisional = days.filter((session) => session > lastSettled).length;
  const waiting = calendar.count(union(normalize(unconfirmed), subtract(unproven, unsettled)));
  return { learned, present: days.length - provisional, absent, missing, provisional, waiting };
}

/**
 * What of that is told as absent: a session of which a bar is stored keeps it, so that nothing of its absence is recorded.
 */
export function newlyAbsent(
  { learned, absent }: Pick<Learned, 'learned' | 'absent'>,
  { present }: Pick<Coverage, 'present'>,
  calendar: Calendar,
): Pick<Learned, 'learned' | 'absent'> {
  const kept = { ...learned, absent: unlearn(learned, present).absent };
  const counts: Partial<Record<AbsenceReason, number>> = {};
  for (const { by, ...days } of kept.absent) {
    const { reason } = leadingClaim(by);
    // A reason that is not counted is `doubted`, which is missing.
    if (absent[reason] !== undefined) counts[reason] = (counts[reason] ?? 0) + calendar.count([days]);
  }
  return { learned: kept, absent: counts };
}

/** Stored sessions that wait to be confirmed: those that may have been cut or that a file ends within, and others with too few bars. */
function unconfirmedOf(checked: CheckedAnswer, known: readonly DayRange[]): Unconfirmed[] {
  const { now: since } = checked;
  const { edition, mayBeCut = [] } = checked.answer;
  const grown = grownDays(checked);
  const few = normalize([...shortOf(checked, grown), ...inPartOf(checked)]);
  if (edition === undefined) return few.map((run) => ({ ...run, since }));
  const cut = intersect(known, normalize(mayBeCut));
  const ended = subtract(intersect(beyondProof(checked, known), normalize(grown.map(asRange))), cut);
  return [
    ...subtract(few, union(cut, ended)).map((run) => ({ ...run, since })),
    ...ended.map((run) => ({ ...run, since, endOf: edition })),
    ...cut.map((run) => ({ ...run, since, edition })),
  ];
}

/** Sessions with bars of which an answer does not say that these are all. */
function beyondProof({ want, answer }: CheckedAnswer, withBars: readonly DayRange[]): DayRange[] {
  return want.series.interval === '1d' ? [] : normalize(subtract(withBars, provenDays(answer)));
}

/** Sessions of which this is the first that is heard, or of which more came than was stored; ascending. */
function grownDays({ want, calendar, accepted, known }: CheckedAnswer): Day[] {
  const sessionOf = sessionDateOf(want.series.interval, calendar);
  const grown = new Set<Day>();
  for (const ts of accepted.ts) if (placeOf(known, ts) === -1) grown.add(sessionOf(ts));
  return [...grown];
}

function asRange(day: Day): DayRange {
  return { from: day, to: day + 1 };
}

/**
 * Of days that have grown those with far fewer bars than is usual, or that end with bars that stand still: a part of them may
 * be on its way. What an earlier answer said too is so.
 */
function shortOf({ want, calendar, accepted, known }: CheckedAnswer, grown: readonly Day[]): DayRange[] {
  const { interval } = want.series;
  if (interval === '1d') return [];
  const context = { interval, calendar, known, actions: [] };
  const stale = staleTails(joinBars(known, accepted), context);
  const short = new Set([...shortSessions(accepted, context), ...stale]);
  return grown.filter((day) => short.has(day)).map(asRange);
}

/**
 * Sessions with bars of which not all rows came, unlike what is usual, and which the store does not have just so: what an
 * earlier answer said too is so.
 */
function inPartOf({ want, calendar, accepted, known, partial = [] }: CheckedAnswer): DayRange[] {
  const { interval } = want.series;
  const sessionOf = sessionDateOf(interval, calendar);
  const news = new Set<Day>();
  for (const { ts } of partial) {
    const [at, stored] = [placeOf(accepted, ts), placeOf(known, ts)];
    if (at !== -1 && (stored === -1 || !isSameAt(known, stored, accepted, at, 0))) news.add(sessionOf(ts));
  }
  const inPart = sessionsInPart(accepted, partial, { interval, calendar });
  return inPart.filter((day) => news.has(day)).map(asRange);
}

/**
 * Final sessions that have bars now, and lack others: rows of them came and were rejected, and no bar of those times is
 * stored.
 */
function lackingOf(checked: CheckedAnswer, known: readonly DayRange[]): Pick<Coverage, 'lacking'> {
  const { want, calendar, answer, accepted, rejected, lastSettled } = checked;
  const { interval } = want.series;
  const refused = [
    ...rejected.map(({ bar: { ts }, reason }) => ({ ts, reason })),
    ...wrongRows(answer).map(({ ts, reason }) => ({ ts, reason })),
  ];
  if (interval === '1d' || refused.length === 0) return {};
  const sessionOf = sessionDateOf(interval, calendar);
  const faults = new Map<Day, string>();
  for (const { ts, reason } of refused) {
    const day = sessionOf(ts);
    if (faults.has(day) || day > lastSettled || !contains(known, day) || !calendar.isSession(day)) continue;
    const session = calendar.session(day);
    if (session.reliable && !isTradingTime(session, ts)) continue;
    // A row may be a part of a bar.
    const start = session.reliable ? barStart(session, ts, intervalMs(interval)) : ts;
    if (placeOf(accepted, start) === -1 && placeOf(checked.known, start) === -1) faults.set(day, reason);
  }
  const lacking: Absence[] = [];
  for (const [session, note] of [...faults].toSorted(([a], [b]) => a - b))
    appendAbsence(lacking, session, { reason: 'rejected', note }, checked);
  return lacking.length === 0 ? {} : { lacking };
}

interface Evidence {
  readonly reason: AbsenceReason;
  readonly note?: string;
}

/** Why a session has no bar; null where the answer does not say. */
function explainer(checked: CheckedAnswer): (session: Day) => Evidence | null {
  const { answer, calendar, now, rejected, fillers, lostOn } = checked;
  const sessionOf = sessionDateOf(checked.want.series.interval, calendar);
  // The first fault of a session says more than what followed from it.
  const wrong = wrongRows(answer).map(({ ts, reason }) => [sessionOf(ts), reason] as const);
  const refused = rejected.map(({ bar, reason }) => [sessionOf(bar.ts), reason] as const);
  const faults = new Map([...refused, ...wrong].toReversed());
  const invented = new Map(fillers.map(({ bar, reason }) => [sessionOf(bar.ts), reason]));
  const empty = new Set(answer.unusable.map(({ ts }) => sessionOf(ts)));
  const lost = new Set(lostOn);
  const thin = isThinlyTraded(checked);
  const spokenOf = provenDays(answer);
  return (session) => {
    const fault = faults.get(session);
    if (fault !== undefined) return { reason: 'rejected', note: fault };
    const filler = invented.get(session);
    // Of what usually trades, invented rows are the vendor's fault: it may have better ones tomorrow.
    if (filler !== undefined) return { reason: thin(session) ? 'no-trades' : 'vendor-empty', note: filler };
    const { firstTrade } = answer.identity;
    if (firstTrade !== null && session < firstTrade) return { reason: 'pre-listing' };
    if (answer.delistedOn !== null && session >= answer.delistedOn) return { reason: 'delisted' };
    const said = answer.explained.find(({ from, to }) => from <= session && session < to);
    if (said !== undefined)
      return { reason: said.reason, ...(said.note !== undefined && { note: said.note }) };
    // A failure makes nothing absent.
    if (lost.has(session)) return null;
    const reason = thin(session) ? 'no-trades' : 'vendor-empty';
    if (empty.has(session)) return { reason, note: 'a row without prices' };
    if (!contains(spokenOf, session)) return null;
    const isFresh = calendar.session(session).close > now - FRESH_MS;
    const note = answer.note === undefined ? {} : { note: answer.note };
    return { reason: isFresh && reason === 'vendor-empty' ? 'not-yet-published' : reason, ...note };
  };
}

/** Adds a session to the last run if it is the next session with the same evidence, else starts a run. */
function appendAbsence(runs: Absence[], session: Day, evidence: Evidence, checked: CheckedAnswer): void {
  const { answer, calendar, source, now } = checked;
  const last = runs.at(-1);
  const continues =
    last !== undefined &&
    leadingClaim(last.by).reason === evidence.reason &&
    leadingClaim(last.by).note === evidence.note &&
    calendar.nextSession(last.to - 1) === session;
  if (continues) {
    runs[runs.length - 1] = { ...last, to: session + 1 };
    return;
  }
  const { reason, ...note } = evidence;
  const more = { ...note, ...(answer.edition !== undefined && { edition: answer.edition }) };
  runs.push({ from: session, to: session + 1, by: [firstClaim(reason, source, now, more)] });
}

/** Days with a bar as runs. Days that are no sessions (outside a calendar's reliable range) stand alone. */
function joinSessions(days: readonly Day[], calendar: Calendar): DayRange[] {
  const runs: { from: Day; to: Day }[] = [];
  for (const day of days) {
    const last = runs.at(-1);
    const continues = last !== undefined && (last.to === day || calendar.nextSession(last.to - 1) >= day);
    if (continues) last.to = day + 1;
    else runs.push({ from: day, to: day + 1 });
  }
  return runs;
}

/** The sessions of some ranges that are not among days; all ascending. */
function sessionsWithout(days: readonly Day[], ranges: readonly DayRange[], calendar: Calendar): Day[] {
  let at = 0;
  return ranges.flatMap((range) =>
    calendar.sessions(range).filter((session) => {
      while (at < days.length && (days[at] as Day) < session) at++;
      return days[at] !== session;
    }),
  );
}
