import type { Warning } from '../backfill/settle/warnings.ts';
import { grouped } from '../core/grouped.ts';
import { named } from './named.ts';
import { formatCount } from './table.ts';

/** Warnings under one heading. */
export interface WarningGroup {
  /** `AAPL 1d 2025-06-02 jump`, or `211 series 1d 2014-08-04 repeat`. */
  readonly title: string;
  /** Of several series, what is odd about the first, and which ones they are. */
  readonly note: string;
  readonly warnings: number;
}

/** More series than this with the same oddity in the same session are one event. */
const FEW = 3;

/** What is graver comes first. */
const GRAVITY: readonly Warning['kind'][] = [
  'identity',
  'closed-day',
  'end-stamps',
  'bad-action',
  'action-changed',
  'dividend-currency',
  'dividend-size',
  'basis-flip',
  'jump',
  'restated',
  'stale',
  'correction',
  'sources-differ',
  'spike',
  'line',
  'thin',
  'repeat',
  'idle',
  'outside-range',
  'side-value',
];

/**
 * Warnings by gravity. What many series have in common becomes one, in the place of the first: it is the vendor's day, not
 * theirs.
 */
export function groupWarnings(warnings: readonly Warning[]): WarningGroup[] {
  return [...grouped(byGravity(warnings), eventOf)].flatMap(([event, group]) => {
    const tickers = [...new Set(group.map(({ ticker }) => ticker))];
    if (tickers.length <= FEW) return group.map(alone);
    const note = `${group[0]?.note ?? ''} (${named(tickers)})`;
    return [{ title: `${formatCount(tickers.length)} series ${event}`, note, warnings: group.length }];
  });
}

/** Warnings by gravity, each by itself. */
export function eachWarning(warnings: readonly Warning[]): WarningGroup[] {
  return byGravity(warnings).map(alone);
}

function byGravity(warnings: readonly Warning[]): Warning[] {
  return warnings.toSorted((a, b) => GRAVITY.indexOf(a.kind) - GRAVITY.indexOf(b.kind));
}

function alone(warning: Warning): WarningGroup {
  return { title: `${warning.ticker} ${eventOf(warning)}`, note: warning.note, warnings: 1 };
}

function eventOf({ interval, session, kind }: Warning): string {
  return `${interval} ${session} ${kind}`;
}
