import type { Warning } from '../backfill/summary.ts';
import { formatCount } from './table.ts';

/** Warnings under one heading. */
export interface WarningGroup {
  /** `AAPL 1d 2025-06-02 jump`, or `211 series 1d 2014-08-04 repeat`. */
  readonly title: string;
  /** Of several series, what is odd about the first, and which ones they are. */
  readonly note: string;
}

/** More series than this with the same oddity in the same session are one event. */
const FEW = 3;

/** Tickers of an event that are named. */
const NAMED = 5;

/** What is graver comes first. */
const GRAVITY: readonly Warning['kind'][] = [
  'identity',
  'end-stamps',
  'bad-action',
  'action-changed',
  'dividend-currency',
  'dividend-size',
  'basis-flip',
  'jump',
  'sources-differ',
  'spike',
  'line',
  'thin',
  'repeat',
  'outside-range',
];

/**
 * Warnings by gravity. What many series have in common becomes one, in the place of the first: it is the vendor's day, not
 * theirs.
 */
export function groupWarnings(warnings: readonly Warning[]): WarningGroup[] {
  const byEvent = new Map<string, Warning[]>();
  const gravest = warnings.toSorted((a, b) => GRAVITY.indexOf(a.kind) - GRAVITY.indexOf(b.kind));
  for (const warning of gravest) {
    const event = `${warning.interval} ${warning.session} ${warning.kind}`;
    byEvent.set(event, [...(byEvent.get(event) ?? []), warning]);
  }
  return [...byEvent].flatMap(([event, group]) => {
    if (group.length <= FEW)
      return group.map(({ ticker, note }): WarningGroup => ({ title: `${ticker} ${event}`, note }));
    const names = group.slice(0, NAMED).map(({ ticker }) => ticker);
    const more = group.length > NAMED ? ` and ${group.length - NAMED} more` : '';
    const note = `${group[0]?.note ?? ''} (${names.join(', ')}${more})`;
    return [{ title: `${formatCount(group.length)} series ${event}`, note }];
  });
}
