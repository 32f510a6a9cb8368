import type { AbsenceReason } from '../core/evidence.ts';
import { formatCount } from './table.ts';

/** What of some tickers cannot be had from a provider. */
export interface Unavailable {
  readonly provider: string;
  readonly reason: AbsenceReason;
  readonly tickers: readonly string[];
  /** ISO instant; null: it is not asked for again by itself. */
  readonly nextRetryAt: string | null;
}

/** Tickers that are named. */
const NAMED = 5;

/** `Unknown to yahoo: 1,060 (ABCD, EFGH, …; next asked 2026-12-04)` */
export function unavailableLine({ provider, reason, tickers, nextRetryAt }: Unavailable): string {
  const named = tickers.slice(0, NAMED).join(', ');
  const more = tickers.length > NAMED ? ', …' : '';
  return `${titleOf(reason, provider)}: ${formatCount(tickers.length)} (${named}${more}; ${nextText(reason, nextRetryAt)})`;
}

function titleOf(reason: AbsenceReason, provider: string): string {
  if (reason === 'unknown-ticker') return `Unknown to ${provider}`;
  if (reason === 'plan-limited') return `Beyond the reach of ${provider}`;
  return `Nothing from ${provider}, ${reason}`;
}

function nextText(reason: AbsenceReason, nextRetryAt: string | null): string {
  if (reason === 'plan-limited') return 'asked once it reaches further';
  return nextRetryAt === null ? 'not asked again' : `next asked ${nextRetryAt.slice(0, 10)}`;
}
