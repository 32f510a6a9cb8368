import { describe, expect, it } from 'vitest';
import { countLost, newlyLost } from '../../src/backfill/settle/newly-lost.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import type { Claim } from '../../src/core/coverage/evidence.ts';
import type { SeriesState } from '../../src/store/scan.ts';
import { AAPL, absence, coverage, days, WEEK_DAYS } from '../store/fixtures.ts';
import { state } from '../report/october.ts';

/** When the last run that told ended. */
const TOLD = Date.UTC(2026, 2, 1);

/** What a run of `second`, asked after `first`, counts of a session that it did not ask for, by who rejected its rows when. */
function lostBy(claims: readonly (readonly [provider: string, at: number])[]): number {
  const [day] = [days('2026-02-24', '2026-02-25')];
  const by = claims.flatMap(
    ([provider, checkedAt]): readonly Claim[] => absence(day, { provider, checkedAt, reason: 'rejected' }).by,
  );
  const known: SeriesState = state('AAPL', coverage({ absent: [{ ...day, by }] }));
  const found = newlyLost(
    { lost: new Map() },
    {
      scan: { series: new Map([['AAPL 1d', known]]) },
      ...{ provider: 'second', before: ['first'], tasks: [], toldUntil: TOLD },
      wanted: [{ series: AAPL, calendar: calendarById('XNYS'), range: WEEK_DAYS }],
    },
  );
  return countLost(found).sessions;
}

describe('a session that a killed run of the second of a chain lost', () => {
  it('is news, whenever that was, if it was after the last run that told', () => {
    expect(lostBy([['second', TOLD + 1]])).toBe(1);
    expect(lostBy([['second', TOLD]])).toBe(0);
  });

  it('is none where the loss by the first had been told before the kill', () => {
    expect(
      lostBy([
        ['first', TOLD - 1],
        ['second', TOLD + 1],
      ]),
    ).toBe(0);
  });

  it('is news where the first lost it in the run that was killed too', () => {
    expect(
      lostBy([
        ['first', TOLD + 1],
        ['second', TOLD + 2],
      ]),
    ).toBe(1);
  });

  it('is no news of its own where only the first lost it, or somebody outside the chain', () => {
    expect(lostBy([['first', TOLD + 1]])).toBe(0);
    expect(
      lostBy([
        ['other', TOLD - 1],
        ['second', TOLD + 1],
      ]),
    ).toBe(1);
  });
});
