import type { Absence, Coverage, Unconfirmed } from '../../../core/coverage/coverage.ts';
import {
  ABSENCE_REASONS,
  type AbsenceReason,
  type Claim,
  joinClaims,
} from '../../../core/coverage/evidence.ts';
import { formatDay } from '../../../core/session/day.ts';
import { fields, instant, type Json, list, malformed, pairOf, rangeOf, text } from '../codec/json.ts';

const REASONS: ReadonlySet<string> = new Set(ABSENCE_REASONS);

/** Coverage as it lies in a file. */
export function encodeCoverage({
  present,
  provisional,
  unconfirmed,
  absent,
  lacking,
  unknown,
  hadElsewhere,
}: Coverage): object {
  return {
    present: present.map(pairOf),
    provisional: provisional.map(pairOf),
    ...(unconfirmed && { unconfirmed: unconfirmed.map(encodeUnconfirmed) }),
    absent: absent.map(encodeAbsence),
    ...(lacking && { lacking: lacking.map(encodeAbsence) }),
    ...(unknown && { unknown: unknown.map(encodeClaim) }),
    ...(hadElsewhere && { hadElsewhere: hadElsewhere.map(encodeAbsence) }),
  };
}

/** The same read again. Throws for what is malformed. */
export function coverageOf(json: Json): Coverage {
  return {
    present: list(json['present']).map(rangeOf),
    provisional: list(json['provisional']).map(rangeOf),
    absent: list(json['absent']).map(absenceOf),
    ...(json['unconfirmed'] !== undefined && { unconfirmed: list(json['unconfirmed']).map(unconfirmedOf) }),
    ...(json['lacking'] !== undefined && { lacking: list(json['lacking']).map(absenceOf) }),
    ...(json['unknown'] !== undefined && {
      unknown: joinClaims([], list(json['unknown']).map(fields).map(claimOf)),
    }),
    ...(json['hadElsewhere'] !== undefined && { hadElsewhere: list(json['hadElsewhere']).map(absenceOf) }),
  };
}

function encodeAbsence({ from, to, by }: Absence): object {
  return { from: formatDay(from), to: formatDay(to), by: by.map(encodeClaim) };
}

function encodeClaim(claim: Claim): object {
  return {
    ...claim,
    checkedAt: new Date(claim.checkedAt).toISOString(),
    ...(claim.since !== undefined && { since: new Date(claim.since).toISOString() }),
    nextRetryAt: claim.nextRetryAt === null ? null : new Date(claim.nextRetryAt).toISOString(),
  };
}

function absenceOf(value: unknown): Absence {
  const json = fields(value);
  // Version 1 had the claim of one provider beside the days.
  const claims = json['by'] === undefined ? [json] : list(json['by']).map(fields);
  if (claims.length === 0) throw malformed(json['by']);
  return { ...rangeOf([json['from'], json['to']]), by: joinClaims([], claims.map(claimOf)) };
}

function claimOf(json: Json): Claim {
  const { reason, since, attempts, note, reachDays, edition } = json;
  if (typeof reason !== 'string' || !REASONS.has(reason)) throw malformed(reason);
  if (typeof attempts !== 'number' || attempts < 1) throw malformed(attempts);
  if (reachDays !== undefined && typeof reachDays !== 'number') throw malformed(reachDays);
  return {
    provider: text(json['provider']),
    reason: reason as AbsenceReason,
    checkedAt: instant(json['checkedAt']),
    ...(since !== undefined && { since: instant(since) }),
    attempts,
    nextRetryAt: json['nextRetryAt'] === null ? null : instant(json['nextRetryAt']),
    ...(reachDays !== undefined && { reachDays }),
    ...(note !== undefined && { note: text(note) }),
    ...(edition !== undefined && { edition: text(edition) }),
  };
}

function unconfirmedOf(value: unknown): Unconfirmed {
  const [from, to, since, edition, endOf] = list(value);
  const run = { ...rangeOf([from, to]), since: instant(since) };
  if (endOf !== undefined) return { ...run, endOf: text(endOf) };
  return edition === undefined ? run : { ...run, edition: text(edition) };
}

function encodeUnconfirmed({ since, edition, endOf, ...run }: Unconfirmed): (string | null)[] {
  const editions = endOf !== undefined ? [null, endOf] : edition === undefined ? [] : [edition];
  return [...pairOf(run), new Date(since).toISOString(), ...editions];
}
