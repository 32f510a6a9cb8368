import { type Bars, barAt, placeOf } from '../../core/bars/columns.ts';
import { type Comparison, type Pairs, isSameBar, pairsWhere } from '../../core/bars/compare.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { givenBy } from '../../core/bars/vendor.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import { grouped } from '../../core/grouped.ts';
import { formatDay } from '../../core/session/day.ts';
import { ANSWERS_BELIEVED } from './doubt.ts';
import type { InPart, Received } from './received.ts';

/** What is to be made of partial bars of which the store has more from the same source. */
export interface WeighedParts {
  /** Those of which the final bar stays until more answers say just the same. */
  readonly doubted: readonly InPart[];
  /** Stamps of the final bars that they would replace, be it done or not. */
  readonly weighed: ReadonlySet<number>;
  /** Stamps of the stored bars that stay; of sessions that are not final too, which are asked for again anyway. */
  readonly stay: ReadonlySet<number>;
  /** One a session, whether its bars stay or not. */
  readonly oddities: readonly Oddity[];
}

const NOTHING: WeighedParts = { doubted: [], weighed: new Set(), stay: new Set(), oddities: [] };

/**
 * Weighs the partial bars of an answer (`accepted`) that have less volume than what the store has of them from its own source:
 * rows that came before are missing now. Nothing is weighed of a restated series, whose volumes change too.
 */
export function weighParts(received: Received, { differing }: Comparison, accepted: Bars): WeighedParts {
  const { want, answer, stored, source, inPart = [], believedAfter = ANSWERS_BELIEVED } = received;
  if (want.replaces === true || answer.partial === undefined) return NOTHING;
  const partial = new Set(answer.partial.map(({ ts }) => ts));
  const final = pairsWhere(
    differing,
    (i) =>
      partial.has(differing.stored.ts[i] as number) &&
      hasMore(differing.stored.volume[i], differing.answered.volume[i]),
  );
  const heard = Array.from({ length: final.length }, (_, i): InPart => {
    const bar = barAt(final.answered, i);
    const before = inPart.find((one) => one.bar.ts === bar.ts && isSameBar(one.bar, bar, 0));
    return { bar, answers: 1 + (before?.answers ?? 0) };
  });
  const doubted = heard.filter(({ answers }) => answers < believedAfter);
  const weighed = new Set(final.stored.ts);
  const isOwn = givenBy(stored.bars, source);
  const isLess = (ts: number): boolean => {
    const [at, before] = [placeOf(accepted, ts), placeOf(stored.bars, ts)];
    if (at === -1 || before === -1 || !isOwn(before)) return false;
    return hasMore(stored.bars.volume[before], accepted.volume[at]);
  };
  const young = [...partial].filter((ts) => !weighed.has(ts) && isLess(ts));
  const staying = new Set(doubted.map(({ bar }) => bar.ts));
  return {
    ...{ doubted, weighed, stay: new Set([...young, ...staying]) },
    oddities: oddities(received, final, staying),
  };
}

/** What is not known is not more or less: it is another bar. */
function hasMore(stored: number | undefined, answered: number | undefined): boolean {
  return !((answered as number) >= (stored as number));
}

function oddities({ want: { series }, calendar }: Received, final: Pairs, staying: Set<number>): Oddity[] {
  const { ticker, interval } = series;
  const sessionOf = sessionDateOf(interval, calendar);
  const places = Array.from({ length: final.length }, (_, i) => i);
  const sessions = grouped(places, (i) => sessionOf(final.stored.ts[i] as number));
  return [...sessions].map(([session, own]): Oddity => {
    const stays = (i: number): boolean => staying.has(final.stored.ts[i] as number);
    const first = own.find(stays) ?? own[0] ?? 0;
    const [before, now] = [final.stored, final.answered].map(({ volume }) => volume[first]);
    const others = own.length === 1 ? '' : `, and ${own.length - 1} more of the session`;
    const day = formatDay(session);
    const note = stays(first)
      ? `final volume ${before} stays${others}: an answer that lacks rows of the bar has ${now}; ` +
        `to take that: backfill ${ticker} --interval ${interval} --start ${day} --end ${day} --no-gaps`
      : `final volume ${before} became ${now}${others}: the rows that are gone were gone each time they ` +
        'were asked for, and the old bar is kept as a revision';
    return { kind: 'correction', session, ts: final.stored.ts[first] as number, note };
  });
}
