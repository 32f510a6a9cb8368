import {
  type Comparison,
  type Pairs,
  type PriceField,
  PRICES,
  changeOf,
  pairsWhere,
} from '../../core/bars/compare.ts';
import { grouped } from '../../core/grouped.ts';
import { formatDay } from '../../core/session/day.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { beyondRounding } from '../../core/checks/restatement.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import type { Received } from './received.ts';

/** What vendors correct in a final price is hardly ever more than this part of it. */
const LARGE = 0.05;

/** What is to be made of final prices that an answer changes by more than vendors correct, and by more than rounding does. */
export interface WeighedCorrections {
  /** Stamps of the stored bars that stay until more answers say so. */
  readonly doubted: ReadonlySet<number>;
  /** One a session, whether they stay or not. */
  readonly oddities: readonly Oddity[];
}

/** Weighs what an answer makes of the final bars that came from its own source; nothing is doubted of a restated series. */
export function weighCorrections(received: Received, { compared }: Comparison): WeighedCorrections {
  if (received.want.replaces === true) return { doubted: new Set(), oddities: [] };
  const hasMoved = beyondRounding(compared);
  const large = pairsWhere(compared, (i) =>
    PRICES.some((field) => changeOf(compared, field, i) > LARGE && hasMoved(i, field)),
  );
  const isTaken = received.mayCorrect ?? received.isLast === true;
  return { doubted: new Set(isTaken ? [] : large.stored.ts), oddities: oddities(received, large, isTaken) };
}

function oddities({ want: { series }, calendar }: Received, large: Pairs, isTaken: boolean): Oddity[] {
  const { ticker, interval } = series;
  const sessionOf = sessionDateOf(interval, calendar);
  const places = Array.from({ length: large.length }, (_, i) => i);
  const sessions = grouped(places, (i) => sessionOf(large.stored.ts[i] as number));
  return [...sessions].map(([session, [first = 0, ...more]]): Oddity => {
    const isLarge = (one: PriceField): boolean => changeOf(large, one, first) > LARGE;
    const field = isLarge('close') ? 'close' : (PRICES.find(isLarge) ?? 'close');
    const [before, now] = [large.stored, large.answered].map((bars) => bars[field][first] as number);
    const others = more.length === 0 ? '' : `, and ${more.length} more of the session`;
    const day = formatDay(session);
    const note = isTaken
      ? `final ${field} ${before} became ${now}${others}: the old bar is kept as a revision`
      : `final ${field} ${before} stays${others}, though one answer has ${now}; ` +
        `to take that: backfill ${ticker} --interval ${interval} --start ${day} --end ${day} --no-gaps`;
    return { kind: 'correction', session, ts: large.stored.ts[first] as number, note };
  });
}
