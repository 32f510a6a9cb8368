import type { Day } from '../core/session/day.ts';
import type { Member } from '../core/universe/member.ts';

/** What was active on a day, with the end that came to it since: the first one of its ticker. */
export function livesOn(active: readonly Member[], delisted: readonly Member[], day: Day): Member[] {
  const ends = new Map<string, Day>();
  for (const { ticker, delisted: end } of delisted)
    if (end !== null && end >= day) ends.set(ticker, Math.min(end, ends.get(ticker) ?? end));
  return active.map((member) => withEnd(member, ends.get(member.ticker) ?? null));
}

/** A member that was delisted on a day. One that was listed only after it was listed at another time, which is not told. */
export function withEnd(member: Member, delisted: Day | null): Member {
  const isBackwards = member.listed !== null && delisted !== null && member.listed > delisted;
  return { ...member, listed: isBackwards ? null : member.listed, delisted };
}
