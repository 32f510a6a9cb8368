import { askAgain } from '../backfill/want/ask-again.ts';
import { DERIVED_FROM, derivedCapabilities } from '../backfill/want/derived.ts';
import { staleDerived } from '../backfill/want/stale-derived.ts';
import type { Series } from '../core/bars/bars.ts';
import type { StoredBars } from '../core/bars/columns.ts';
import type { Oddity } from '../core/checks/oddity.ts';
import type { StaleSession } from '../core/checks/stale-bars.ts';
import { type DayRange, formatDay } from '../core/session/day.ts';
import type { BarStore } from '../store/store.ts';

/** What of stored bars of days was derived of minutes that have changed since, one a session; `now`: ms since the epoch. */
export async function staleOddities(
  store: BarStore,
  { ticker, interval }: Series,
  stored: StoredBars,
  days: readonly DayRange[],
  now: number,
): Promise<Oddity[]> {
  const [stale = []] = await staleDerived(store, ticker, [{ interval, stored }], days, now);
  return stale.map((one) => ({
    kind: 'stale',
    session: one.session,
    ts: one.ts,
    note: `by its ${DERIVED_FROM} bars of now ${whatText(one)}; ${mending({ ticker, interval }, one)}`,
  }));
}

function whatText({ what, bars }: StaleSession): string {
  return bars === 1 ? what : `${what}, and ${bars - 1} more of the session`;
}

function mending(series: Series, { session, isMendable }: StaleSession): string {
  const day = formatDay(session);
  const deriving = askAgain(series, session, session, derivedCapabilities.id);
  // No answer takes a bar away.
  const { ticker, interval } = series;
  return isMendable
    ? deriving
    : `run backfill forget ${ticker} --interval ${interval} --start ${day} --end ${day}, then ${deriving}`;
}
