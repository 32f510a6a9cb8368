import type { ActionBook, ActionDoubt, PastAction } from '../../../core/actions/action-book.ts';
import { type CorporateAction, actionValue } from '../../../core/bars/bars.ts';
import { formatDay, parseDay } from '../../../core/session/day.ts';
import { isInterval } from '../../../core/session/interval.ts';
import { normalize } from '../../../core/session/ranges.ts';
import { CHANGED_END } from '../codec/byte-seal.ts';
import type { ActionsFooter } from '../codec/decode.ts';
import { currencyOf } from '../codec/encode.ts';
import { fields, instant, type Json, list, malformed, pairOf, rangeOf, text } from '../codec/json.ts';
import { ownListsOf } from '../partition/said.ts';
import { BROKEN_SEAL, digestIn, ownEntry, sealed, VERSION } from '../codec/own-entry.ts';

/** What a file of corporate actions knows besides its rows. */
type Knowledge = Omit<ActionBook, 'entries'>;

const NOTHING: Knowledge = { past: [], doubts: [], covered: [] };

/**
 * What is known of a ticker's corporate actions besides those in force, as the JSON that lies in the file: the ex-dates
 * that a provider answered for, which is what tells "no splits" from "nobody asked", those that are in force no more, and
 * those that their source leaves out. The last two are there only where there are any.
 */
export function encodeBook(
  ticker: string,
  { entries, past, doubts, covered, ownList }: ActionBook,
  digest: string,
): string {
  return sealed({
    version: VERSION,
    ticker,
    covered: covered.map(pairOf),
    rows: entries.length,
    digest,
    ...(past.length > 0 && { past: past.map(pastJson) }),
    ...(doubts.length > 0 && { doubts: doubts.map(doubtJson) }),
    ...(ownList !== undefined && { ownList }),
  });
}

/** The digest that the content of a file must have; undefined if it states none. Throws like `trustedBook`. */
export function statedActionsDigest(ticker: string, { rows, metadata }: ActionsFooter): string | undefined {
  return digestIn(ownEntry(metadata, { ticker }), (json) => json['rows'] === rows);
}

/**
 * What a file says besides its rows; nothing, and why (`doubt`), if its knowledge is missing, malformed, of another
 * version, or belongs to other rows than the file has. Of knowledge that was changed after it was written only what the
 * digest vouches for counts: what is in force no more. Throws `store-corrupt` if it is another ticker's.
 */
export function trustedBook(
  ticker: string,
  { rows, metadata, seal: bytes }: ActionsFooter,
): Knowledge & { readonly doubt?: string } {
  const entry = ownEntry(metadata, { ticker });
  if (entry === undefined) return { ...NOTHING, doubt: 'it says nothing of itself' };
  const { json, seal } = entry;
  if (json['rows'] !== rows) return { ...NOTHING, doubt: 'what it says of itself is of other rows' };
  try {
    const past = list(json['past'] ?? []).map(pastOf);
    if (seal === 'broken') return { ...NOTHING, past, doubt: BROKEN_SEAL };
    if (bytes.is === 'broken') return { ...NOTHING, past, doubt: CHANGED_END };
    return {
      covered: normalize(list(json['covered']).map(rangeOf)),
      past,
      doubts: list(json['doubts'] ?? []).map(doubtOf),
      ...(json['ownList'] !== undefined && { ownList: ownListsOf(json['ownList']) }),
    };
  } catch {
    return { ...NOTHING, doubt: 'what it says of itself is malformed' };
  }
}

function pastJson({ action, source, fetchedAt, how, until, by, settled }: PastAction): Json {
  const currency = currencyOf(action);
  return {
    kind: action.kind,
    exDate: formatDay(action.exDay),
    value: actionValue(action),
    ...(currency !== undefined && { currency }),
    source,
    fetchedAt: new Date(fetchedAt).toISOString(),
    how,
    until: new Date(until).toISOString(),
    by,
    settled,
  };
}

function pastOf(value: unknown): PastAction {
  const json = fields(value);
  const how = text(json['how']);
  if (how !== 'withdrawn' && how !== 'replaced') throw malformed(how);
  return {
    action: actionOf(json),
    source: text(json['source']),
    fetchedAt: instant(json['fetchedAt']),
    how,
    until: instant(json['until']),
    by: text(json['by']),
    settled: list(json['settled']).map(text).filter(isInterval),
  };
}

function actionOf(json: Json): CorporateAction {
  const { kind, value, currency } = json;
  const exDay = parseDay(text(json['exDate']));
  if (typeof value !== 'number') throw malformed(value);
  if (kind === 'split') return { kind, exDay, ratio: value };
  if (kind !== 'dividend') throw malformed(kind);
  return { kind, exDay, amount: value, ...(typeof currency === 'string' && { currency }) };
}

function doubtJson({ kind, exDay, days }: ActionDoubt): Json {
  return { kind, exDate: formatDay(exDay), days: days.map(formatDay) };
}

function doubtOf(value: unknown): ActionDoubt {
  const { kind, exDate, days } = fields(value);
  if (kind !== 'split' && kind !== 'dividend') throw malformed(kind);
  return { kind, exDay: parseDay(text(exDate)), days: list(days).map((day) => parseDay(text(day))) };
}
