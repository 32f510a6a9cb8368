import type { NewlyLost } from '../backfill/settle/newly-lost.ts';
import { formatDay, utcDayOf } from '../core/session/day.ts';
import type { AbsenceReason } from '../core/coverage/evidence.ts';
import type { Unavailable } from '../core/coverage/unavailable.ts';
import { grouped } from '../core/grouped.ts';
import { quoted } from '../core/quoted.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Interval } from '../core/session/interval.ts';
import { named } from './named.ts';
import { capitalized, formatCount, plural } from './table.ts';

/** Tickers that are named. */
const NAMED = 5;

/** `Unknown to yahoo: 1,060 (ABCD, EFGH, …; next asked 2026-12-04)`; of several providers `Unknown to polygon and yahoo: …` */
export function unavailableLine(group: Unavailable): string {
  const { reason, tickers, nextRetryAt } = group;
  const first = tickers.slice(0, NAMED).join(', ');
  const more = tickers.length > NAMED ? ', …' : '';
  return `${titleOf(group)}: ${formatCount(tickers.length)} (${first}${more}; ${nextText(reason, nextRetryAt)})`;
}

/** `binance has no AAPL, MSFT: it serves crypto pairs (BTC-USDT); leave them out, or ask another --provider for them` */
export function notServedLines({ notServed = [] }: Pick<Plan, 'notServed'>): string[] {
  return notServed.map(({ provider, tickers, intervals, rows, areFiles, why }) => {
    if (areFiles === true)
      return `${provider}: ${plural(tickers.length, 'file')} not read, ${named(tickers.map((path) => quoted(path)))}: ${why}`;
    if (rows !== undefined)
      return `${provider}: ${plural(rows, 'row')} of ${named(tickers.map((name) => quoted(name)))} not read: ${why}; write tickers there (BRK-B, AIR.PA), or take the rows out`;
    const them = tickers.length === 1 && intervals === undefined ? 'it' : 'them';
    return `${provider} has no ${lackingText(tickers, intervals)}: ${why}; leave ${them} out, or ask another --provider for ${them}`;
  });
}

/** `AAPL, MSFT`, or of intervals `1m, 5m bars of EURUSD=X`. */
function lackingText(tickers: readonly string[], intervals?: readonly Interval[]): string {
  return intervals === undefined ? named(tickers) : `${intervals.join(', ')} bars of ${named(tickers)}`;
}

/** `Newly lost: 8 sessions of 2 tickers (ABCD, EFGH): rows came that could not be stored`; none where none was. */
export function newlyLostLines({ sessions, tickers }: NewlyLost): string[] {
  if (sessions === 0) return [];
  const whose = `${plural(sessions, 'session')} of ${plural(tickers.length, 'ticker')} (${named(tickers)})`;
  return [`Newly lost: ${whose}: rows came that could not be stored`];
}

/** Those who say the same are named together. */
function titleOf({ also = [], ...leading }: Unavailable): string {
  const byReason = grouped([leading, ...also], ({ reason }) => reason);
  const parts = [...byReason].map(([reason, said]) =>
    reasonText(reason, said.map(({ provider }) => provider).join(' and ')),
  );
  return capitalized(parts.join(', '));
}

function reasonText(reason: AbsenceReason, providers: string): string {
  if (reason === 'unknown-ticker') return `unknown to ${providers}`;
  if (reason === 'plan-limited') return `beyond the reach of ${providers}`;
  return `no bars, or few, from ${providers} (${reason})`;
}

function nextText(reason: AbsenceReason, nextRetryAt: number | null): string {
  if (reason === 'plan-limited') return 'asked once it reaches further';
  return nextRetryAt === null ? 'not asked again' : `next asked ${formatDay(utcDayOf(nextRetryAt))}`;
}
