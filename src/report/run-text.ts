import { ABSENCE_REASONS } from '../core/coverage/evidence.ts';
import type { Failure } from '../backfill/failure.ts';
import type { Refusal } from '../backfill/run/stops.ts';
import type { StopReason } from '../backfill/stop.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import { opinionLines, providerLines, unheardLines } from './chain-text.ts';
import { lostLine } from './distrusted-text.ts';
import { failureLines, failureMessages } from './failures-text.ts';
import { named } from './named.ts';
import { opensText } from './opens-text.ts';
import { notReadLines, warningLines } from './odd-text.ts';
import { type Page, printable, totalLine, UNBOUNDED, wrapped } from './page.ts';
import { counted, waitText } from './standing-text.ts';
import { trafficTexts } from './traffic-text.ts';
import { newlyLostLines, notServedLines, unavailableLine } from './unavailable-text.ts';
import { capitalized, formatCount, formatDuration, fittedTable, plural } from './table.ts';

/** What a run was for, as its last lines call it. */
export type RunPurpose = 'Backfill' | 'Verification' | `Batch ${string}` | `Batches ${string}`;

/** The last lines of a run: what is to be listed, then the totals. */
export function summaryText(
  summary: RunSummary,
  page = UNBOUNDED,
  purpose: RunPurpose = 'Backfill',
): string[] {
  const lists = [
    ...notReadLines(summary, page),
    ...warningLines(summary, page),
    ...opinionLines(summary.secondOpinions ?? [], page),
    ...failureLines({ ...summary, failures: notOfRefusals(summary, page) }, page),
  ].slice(1);
  // In one order, whichever series was over first.
  const absent = ABSENCE_REASONS.flatMap((reason) => {
    const sessions = summary.absent[reason] ?? 0;
    return sessions > 0 ? [`${formatCount(sessions)} ${reason}`] : [];
  });
  const totals = [
    headline(summary, purpose),
    countsLine(summary),
    ...(summary.unrecorded === true ? [UNRECORDED] : []),
    ...summary.cannotBeHad.map((group) => unavailableLine(group)),
    ...notServedLines(summary),
    ...newlyLostLines(summary.newlyLost),
    barsLine(summary),
    ...(summary.rejected > 0 ? ['check-data --issues tells which rows were rejected, and why'] : []),
    ...stayedLines(summary),
    ...leftOutLines(summary),
    ...(summary.byProvider === undefined ? trafficTexts(summary) : providerLines(summary.byProvider)),
    ...(absent.length > 0 ? [`Sessions recorded as absent: ${absent.join(', ')}`] : []),
    ...(summary.provisional > 0
      ? [`Provisional: ${plural(summary.provisional, 'session')}, to be fetched again once final`]
      : []),
    ...refusedLines(summary, page),
    ...[summary.renamesUnread ?? []].flat(),
    ...(summary.lost ?? []).map(lostLine),
    ...driftLines(summary),
  ];
  return [...lists, ...(lists.length > 0 ? [''] : []), ...totals.flatMap((line) => totalLine(line, page))];
}

const UNRECORDED = 'This run is not on record: its record could not be kept in the store.';

/** How a run ended, in two lines. */
export function endLines(summary: RunSummary, purpose: RunPurpose): string[] {
  return [headline(summary, purpose), countsLine(summary)];
}

function countsLine(summary: RunSummary): string {
  const { fetched, failed, complete, withHoles, waiting, unavailable, notRun, withoutSession = 0 } = summary;
  const skipped = complete - withoutSession + withHoles;
  return (
    `Fetched: ${formatCount(fetched)}  Errors: ${formatCount(failed)}  Skipped: ${formatCount(skipped)}  ` +
    counted('No session in the range', withoutSession) +
    counted('With holes', withHoles) +
    counted('Waiting', waiting) +
    counted('Unavailable', unavailable) +
    counted('Not run', notRun)
  ).trimEnd();
}

/**
 * The errors of a run alone, a line each: whatever makes its exit code. With `strict` what cannot be had is one every time,
 * and so are sessions without a bar.
 */
export function errorText(summary: RunSummary, { strict = false } = {}, page = UNBOUNDED): string[] {
  const { stopped, newlyUnavailable, newlyLost, cannotBeHad, lost = [] } = summary;
  const lines = [
    ...(stopped === null || stopped.reason === 'interrupted' ? [] : [headline(summary)]),
    ...refusedLines(summary, page),
    ...[summary.renamesUnread ?? []].flat(),
    ...lost.map(lostLine),
    ...failureMessages(notOfRefusals(summary, page), page),
    ...notServedLines(summary),
    ...(newlyUnavailable || strict ? cannotBeHad.map((group) => unavailableLine(group)) : []),
    ...newlyLostLines(newlyLost),
    ...unheardLines(summary),
    ...(strict && summary.holes > 0 ? [`Without a bar: ${holesText(summary)}`] : []),
  ];
  return lines.flatMap((line) => wrapped(printable(line), page.columns, { hang: 2 }));
}

function barsLine({ bars, inserted, changed, revised, rejected, offSession = 0 }: RunSummary): string {
  const some = offSession < rejected ? `${formatCount(offSession)} ` : '';
  const ofNone = offSession === 0 ? '' : ` (${some}of no session)`;
  return (
    `Bars: ${formatCount(bars)} (${formatCount(inserted)} new, ${formatCount(changed)} changed)` +
    `  Rejected: ${formatCount(rejected)}${ofNone}${revised === 0 ? '' : `  Revised: ${formatCount(revised)}`}`
  );
}

function stayedLines({ stayed }: RunSummary): string[] {
  if (stayed === 0) return [];
  return [
    `Stayed: ${plural(stayed, 'final bar')} of which an answer had other values (check-data --revisions)`,
  ];
}

/** Rows that came and are no bars, a line for each reason. */
function leftOutLines({ dropped, unfinished, fillers }: RunSummary): string[] {
  const strays = dropped - unfinished;
  return [
    ...(unfinished > 0 ? [`Dropped: ${plural(unfinished, 'row')} of a session that is not final yet`] : []),
    ...(strays > 0 ? [`Dropped: ${plural(strays, 'row')} outside trading hours or off their grid`] : []),
    ...(fillers > 0 ? [`Fillers: ${plural(fillers, 'row')} that nobody traded, not stored`] : []),
  ];
}

/** What became of final bars that were answered again, where any changed. */
function driftLines({ drift }: RunSummary): string[] {
  return Object.entries(drift)
    .filter(([, { changed, gone }]) => changed + gone > 0)
    .map(
      ([source, { compared, changed, gone, worst }]) =>
        `Asked again: ${plural(compared, 'final bar')} from ${source}; ` +
        `${changed} changed (${worstText(worst)} at most)${gone > 0 ? `, ${gone} gone (kept)` : ''}`,
    );
}

/** A relative difference in percent. */
function worstText(worst: number): string {
  const percent = 100 * worst;
  return percent > 0 && percent < 0.001 ? '<0.001%' : `${Number(percent.toPrecision(2))}%`;
}

/** What a verification found, for a terminal: a line a provider. */
export function driftText({ drift, bars }: RunSummary, page = UNBOUNDED): string[] {
  const rows = Object.entries(drift);
  if (rows.length === 0) return ['No stored bar was answered again.'];
  const { head, rows: lines } = fittedTable(
    [
      { title: 'PROVIDER', text: ([source]) => source },
      { title: 'COMPARED', text: ([, { compared }]) => formatCount(compared), right: true },
      { title: 'CHANGED', text: ([, { changed }]) => formatCount(changed), right: true },
      { title: 'GONE', text: ([, { gone }]) => formatCount(gone), right: true },
      { title: 'WORST', text: ([, { worst }]) => worstText(worst), right: true },
    ],
    rows,
    page.columns,
  );
  const compared = rows.reduce((sum, [, one]) => sum + one.compared, 0);
  const besides = `Compared is all that the answers hold: ${plural(bars, 'bar')} of the sample, and ${formatCount(compared - bars)} beside them.`;
  return [head, ...lines.flat(), ...(compared > bars ? wrapped(besides, page.columns) : [])];
}

/** How the run ended. */
function headline(summary: RunSummary, purpose: RunPurpose = 'Backfill'): string {
  const { stopped, fetchedTickers } = summary;
  if (stopped === null) return endLine(summary, purpose);
  const after = `Stopped after ${plural(fetchedTickers, 'ticker')}`;
  const lines: Readonly<Record<StopReason, string>> = {
    interrupted: `Interrupted after ${plural(fetchedTickers, 'ticker')}. Progress saved. Run the same command to continue.`,
    drained: `${after}: ${stopped.message}. Progress saved. Run the same command to continue.`,
    'quota-exhausted': usedUpLine(summary),
    unreachable: `${capitalized(stopped.message)} ${after}. Progress saved. Run the same command again.`,
    'provider-down': `${after}: the provider is down (${stopped.message}). Progress saved.`,
    refused: `${after}: the provider does not accept the key (${stopped.message}). Progress saved. Mend the key and run the same command.`,
    'store-failed': `${after}: ${stopped.message}. What was stored before is safe. Run the same command once that is mended.`,
    failed: `${after}: ${stopped.message}. Progress saved.`,
  };
  return lines[stopped.reason];
}

/** What opens sooner is open for whoever reads it. */
const SHORTEST_WAIT_MS = 1000;

/**
 * A quota of a day tells of how many days; any tells when it opens again. Of one that only the provider counts, which is
 * another than that of the plan that was named, nobody here knows.
 */
function usedUpLine({ fetched, failed, unavailable, notRun, restDays, opens, stopped }: RunSummary): string {
  const why = opens === null && stopped !== null ? ` (${stopped.message})` : '';
  const toFill = fetched + failed + unavailable + notRun;
  const done = `Quota used up${why}: done ${formatCount(fetched)} of ${formatCount(toFill)}`;
  const rest = restDays === null ? '' : `; the rest needs ${plural(restDays, 'day')} on this plan`;
  const then =
    opens === null
      ? 'Run the same command later.'
      : opens.inMs < SHORTEST_WAIT_MS
        ? 'It is open again: run the same command.'
        : `It opens again ${opensText(opens)}: run the same command then.`;
  return opens?.isTomorrow === true ? `${done} today${rest}. ${then}` : `${done}. ${then}`;
}

/** How a run ended that was not stopped: complete is said only of what is. */
function endLine(summary: RunSummary, purpose: RunPurpose): string {
  const { failed, unavailable, cannotBeHad, startedAt, endedAt, holes, newlyLost } = summary;
  const time = formatDuration(endedAt - startedAt);
  const lacking = lackingIn(summary);
  if (lacking.length === 0 && holes === 0) return `${purpose} complete in ${time}`;
  const isAllNews = newlyLost.sessions > 0 && lacking.length === 1;
  const isInFull = lacking.length === 0 || isAllNews;
  const isToldOf = unavailable + failed === 0 && cannotBeHad.length > 0;
  const all = isInFull ? lacking : [...lacking, ...holesInShort(summary, isToldOf)];
  return [
    `${purpose} ended in ${time}${all.length > 0 ? `, not complete: ${all.join(', ')}` : ''}`,
    ...(holes > 0 && isInFull ? [holesText(summary)] : []),
  ].join('; ');
}

/** Why a run that was not stopped is not complete, holes aside: `3 failed`, `2 sessions newly lost`. */
export function lackingIn(summary: RunSummary): string[] {
  const { failed, notRun, unavailable, waiting, cannotBeHad, newlyLost, lost = [] } = summary;
  const unheard = unheardLines(summary).length;
  return [
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(notRun > 0 ? [`${formatCount(notRun)} not run`] : []),
    ...(unavailable > 0 ? [`${formatCount(unavailable)} cannot be had`] : []),
    ...(unavailable + failed === 0 && cannotBeHad.length > 0 ? ['some sessions cannot be had'] : []),
    ...(waiting > 0 ? [waitText(waiting)] : []),
    ...(newlyLost.sessions > 0 ? [`${plural(newlyLost.sessions, 'session')} newly lost`] : []),
    ...(lost.length > 0 ? [`${plural(lost.length, 'damaged file')} not whole again`] : []),
    ...(summary.renamesUnread === undefined ? [] : ['without its list of renames']),
    ...(unheard > 0 ? [`${plural(unheard, 'second opinion')} did not come`] : []),
  ];
}

/** The same in a few words, beside what else is lacking: less those newly lost, and less what is told of otherwise. */
function holesInShort({ holes, holesRejected, newlyLost }: RunSummary, isToldOf: boolean): string[] {
  const rejected = Math.max(0, holesRejected - newlyLost.sessions);
  const newlyOther = Math.max(0, newlyLost.sessions - holesRejected);
  const without = isToldOf ? 0 : holes - holesRejected - newlyOther;
  return [
    ...(without > 0 ? [`${plural(without, 'session')} without a bar`] : []),
    ...(rejected > 0 ? [rejectedText(rejected)] : []),
  ];
}

function rejectedText(sessions: number): string {
  return `${plural(sessions, 'session')} of which rows were rejected`;
}

/** Sessions that have no bar, or too few, though nobody says why, by where they lie. */
function holesText({ holes, holesAround, holesRejected }: RunSummary): string {
  const between = holes - holesAround - holesRejected;
  const parts = [
    ...(between > 0
      ? [`${plural(between, 'session')} between stored bars without one, which nobody explains`]
      : []),
    ...(holesAround > 0
      ? [`${plural(holesAround, 'session')} before the first or after the last bar of a series`]
      : []),
    ...(holesRejected > 0 ? [rejectedText(holesRejected)] : []),
  ];
  return parts.join('; ');
}

/**
 * A line an interval that is not open to the key, however many series that is: on a short page those that it was said of are
 * among its tickers, and on one that wants each entry told as failures.
 */
function refusedLines({ refused, failures }: RunSummary, { isWhole }: Page): string[] {
  return refused.map((refusal) => {
    const { interval, message, tickers: left } = refusal;
    const line = `${interval} is not open to this key (${message})`;
    if (isWhole) return left.length === 0 ? line : `${line}; left: ${left.join(', ')}`;
    const first = failures.filter((one) => isOf(refusal, one)).map(({ ticker }) => ticker);
    const all = [...new Set([...first, ...left])];
    return `${line}; ${plural(all.length, 'ticker')}: ${named(all)}`;
  });
}

/** The failures that are told one by one, or by what they have in common: those that no line of an interval tells of. */
function notOfRefusals({ refused, failures }: RunSummary, { isWhole }: Page): readonly Failure[] {
  if (isWhole || refused.length === 0) return failures;
  return failures.filter((failure) => !refused.some((refusal) => isOf(refusal, failure)));
}

function isOf({ interval, code, message }: Refusal, failure: Failure): boolean {
  return failure.interval === interval && failure.code === code && failure.message === message;
}
