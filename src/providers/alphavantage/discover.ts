import { inCategories } from '../../core/universe/category.ts';
import { type Day, formatDay, parseDay, utcDayOf } from '../../core/session/day.ts';
import type { Member } from '../../core/universe/member.ts';
import type { DiscoverRequest } from '../discovery.ts';
import type { ChainSteps } from '../http/steps.ts';
import { livesOn } from '../lives.ts';
import { membersIn } from './listing.ts';
import { type Access, worded } from './request.ts';

/** Listings are told as of any day after this one. Source: its documentation of LISTING_STATUS. */
const NOTHING_UNTIL = parseDay('2010-01-01');

/** The active listings, where they have been heard. */
export interface Active {
  readonly active: readonly Member[];
}

/**
 * Two requests: what is active, as of the day that is asked about where there is one, and what has been delisted by now,
 * which says of the first how long they lived.
 */
export function discoverSteps(access: Access): ChainSteps<DiscoverRequest, Active, Member> {
  return {
    request: (asked, heard, secrets) => {
      const day = dayOf(asked);
      const of =
        heard !== undefined
          ? { state: 'delisted' }
          : { state: 'active', ...(day !== null && { date: formatDay(day) }) };
      return worded({ parameters: { function: 'LISTING_STATUS', ...of }, mostRows: null }, access, secrets);
    },
    parse: (answer, asked, heard) => {
      if (heard === undefined) {
        const active = membersIn(answer, 'active');
        return { parts: [], state: { active }, hasMore: true };
      }
      const delisted = membersIn(answer, 'delisted');
      const day = dayOf(asked);
      const members = day === null ? [...heard.active, ...delisted] : livesOn(heard.active, delisted, day);
      return { parts: inCategories(members, asked.categories), state: heard, hasMore: false };
    },
    end: () => [],
  };
}

/** The day that it is asked to travel back to; null: to none. */
function dayOf({ asOf, now }: DiscoverRequest): Day | null {
  return asOf !== null && asOf > NOTHING_UNTIL && asOf < utcDayOf(now) ? asOf : null;
}
