import type { BackfillEvent } from '../backfill/run/events.ts';
import { plural } from './table.ts';

/** `40 tickers as acme listed them at 2026-11-27 14:02 UTC; asked again after 2026-12-17 14:02 UTC, or without PATH` */
export function listedLine(list: Extract<BackfillEvent, { type: 'listed' }>): string {
  const { provider, tickers, listedAt, staleAt, path } = list;
  const told = `${plural(tickers, 'ticker')} as ${provider} listed them at ${utcMinute(listedAt)}`;
  return `${told}; it is asked again after ${utcMinute(staleAt)}, or once ${path} is removed`;
}

/** `2026-11-27 14:02 UTC` */
export function utcMinute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
