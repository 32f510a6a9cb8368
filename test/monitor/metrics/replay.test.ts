import { describe, expect, it } from 'vitest';
import { calendarById, CALENDAR_ZONES } from '../../../src/core/calendar/calendars.ts';
import { type Unstored, overdueAt } from '../../../src/core/coverage/overdue.ts';
import { type Day, formatDay, parseDay } from '../../../src/core/session/day.ts';
import { capabilitiesOf } from '../../../src/providers/registry.ts';
import { YEARS, daysOf } from '../../core/calendar/expected-years.ts';
import { sampled } from '../../needs.ts';
import { alertRule, watchBy } from './alert-rules.ts';

const MINUTE = 60_000;
const SECOND = 1000;
/** Ten years, day by day. */
const [FIRST_YEAR, LAST_YEAR] = [2016, 2025];
const SETTLE_DELAY_MS = capabilitiesOf({ id: 'yahoo' }).intervals['1d']?.settleDelayMs ?? Number.NaN;
/** What a page may take once a session has settled. */
const PAGE_WITHIN_MS = 5 * MINUTE;
/** What a top-up takes that begins when a session settles. */
const TOP_UP_MS = MINUTE;
const SESSIONS_OVERDUE = 'backfill_sessions_overdue';

/** A session as an exchange held it. */
interface Held {
  readonly day: Day;
  /** When it settles, ms since the epoch. */
  readonly due: number;
}

const years = Array.from({ length: LAST_YEAR - FIRST_YEAR + 1 }, (_, i) => FIRST_YEAR + i);

/** The clocks of zones so far: one takes longer to be made than a day to be asked for. */
const clocks = new Map<string, Intl.DateTimeFormat>();
function clockOf(zone: string): Intl.DateTimeFormat {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  clocks.set(zone, clock);
  return clock;
}

/** The instant of a local time of a day, by the platform's own zones. */
function instantOf(day: Day, time: string, zone: string): number {
  const clock = clockOf(zone);
  const wanted = Date.parse(`${formatDay(day)}T${time}:00Z`);
  let at = wanted;
  for (let tries = 0; tries < 3; tries++) at += wanted - Date.parse(`${clock.format(at).replace(' ', 'T')}Z`);
  return at;
}

/** The sessions of a calendar, by another hand than the calendar's. */
function heldBy(id: string, zone: string): readonly Held[] {
  const ofDays = (isHeld: (weekday: number) => boolean): Held[] =>
    years.flatMap(daysOf).flatMap((day) => {
      const closes = instantOf(day + 1, '00:00', zone);
      return isHeld(new Date(day * 86_400_000).getUTCDay()) ? [{ day, due: closes + SETTLE_DELAY_MS }] : [];
    });
  if (id === '24-7') return ofDays(() => true);
  if (id === '24-5-FX') return ofDays((weekday) => weekday > 0 && weekday < 6);
  const told = YEARS.filter((one) => one.id === id && one.year >= FIRST_YEAR && one.year <= LAST_YEAR);
  const held = told.flatMap(({ sessions }) =>
    [...sessions].map(([date, hours]) => {
      const close = /(\d\d:\d\d)$/.exec(hours)?.[1] ?? '';
      return { day: parseDay(date), due: instantOf(parseDay(date), close, zone) + SETTLE_DELAY_MS };
    }),
  );
  return held.toSorted((a, b) => a.day - b.day);
}

/** A store whose series have every session before a day, and no later one. */
function storedBefore(calendar: string, day: Day): readonly Unstored[] {
  const from = day;
  return [
    {
      ...{ calendar, settleDelayMs: SETTLE_DELAY_MS },
      days: [{ from, to: Number.POSITIVE_INFINITY }],
      behind: [{ from, series: 1 }],
    },
  ];
}

function overdue(unstored: readonly Unstored[], at: number): number {
  return overdueAt(unstored, at)[0]?.sessions ?? Number.NaN;
}

// Aliases are another's name.
const CALENDARS = CALENDAR_ZONES.filter(([id]) => calendarById(id).id === id && !calendarById(id).advisory);
const isExchange = ([id]: (typeof CALENDARS)[number]): boolean => YEARS.some((year) => year.id === id);
const TRIED = [
  ...sampled(CALENDARS.filter(isExchange), 3, 'sessions of ten years'),
  ...CALENDARS.filter((one) => !isExchange(one)),
];

describe('ten years of a store that is topped up as soon as a session settles', () => {
  it('are of every calendar that is no guess', () => {
    expect(CALENDARS.map(([id]) => id).toSorted()).toEqual(
      [...new Set(YEARS.map(({ id }) => id)), '24-7', '24-5-FX'].toSorted(),
    );
    expect(SETTLE_DELAY_MS).toBeGreaterThan(0);
  });

  it.each(TRIED)('%s pages on no closed and on no half day', (id, zone) => {
    const page = watchBy(alertRule('BackfillSessionsOverdue'), SESSIONS_OVERDUE);
    const held = heldBy(id, zone);
    expect(held.length).toBeGreaterThan(2300);
    const pages: string[] = [];
    const evaluate = (unstored: readonly Unstored[], at: number): void => {
      if (page.fires(at, overdue(unstored, at))) pages.push(new Date(at).toISOString());
    };
    for (const [i, { due }] of held.entries()) {
      const before = held[i - 1];
      if (before === undefined) continue;
      const unstored = storedBefore(id, before.day + 1);
      // Every other hour, and each minute around the end.
      for (let at = before.due + TOP_UP_MS; at < due - 3 * MINUTE; at += 120 * MINUTE) evaluate(unstored, at);
      for (let at = due - 3 * MINUTE; at < due + TOP_UP_MS; at += MINUTE) evaluate(unstored, at);
    }
    expect(pages).toEqual([]);
  });

  it.each(TRIED)('%s pages for each session that does not come, within five minutes', (id, zone) => {
    const rule = alertRule('BackfillSessionsOverdue');
    const held = heldBy(id, zone);
    const late: string[] = [];
    for (const [i, { day, due }] of held.entries()) {
      const before = held[i - 1];
      if (before === undefined) continue;
      const unstored = storedBefore(id, before.day + 1);
      const page = watchBy(rule, SESSIONS_OVERDUE);
      let paged: number | undefined;
      // As unlucky as it may be: scraped a second before it is due, and evaluated a second before it is scraped.
      let scraped = 0;
      for (
        let at = due - 3 * MINUTE - 2 * SECOND;
        paged === undefined && at < due + 10 * MINUTE;
        at += MINUTE
      ) {
        if (page.fires(at, scraped)) paged = at;
        scraped = overdue(unstored, at + SECOND);
      }
      const isInTime = paged !== undefined && paged >= due && paged <= due + PAGE_WITHIN_MS;
      if (!isInTime) late.push(`${formatDay(day)}: ${paged === undefined ? 'never' : (paged - due) / 1000}`);
    }
    expect(late).toEqual([]);
  });
});

describe('a session in the middle', () => {
  it('pages until it is there, whatever comes after it', () => {
    const page = watchBy(alertRule('BackfillSessionsOverdue'), SESSIONS_OVERDUE);
    const lacked = parseDay('2025-03-12');
    const unstored: readonly Unstored[] = [
      {
        ...{ calendar: 'XNYS', settleDelayMs: SETTLE_DELAY_MS },
        days: [
          { from: lacked, to: lacked + 1 },
          { from: parseDay('2025-03-18'), to: Number.POSITIVE_INFINITY },
        ],
        behind: [{ from: lacked, series: 1 }],
      },
    ];
    const begin = Date.parse('2025-03-17T21:00:00Z');
    const fired = Array.from({ length: 4 }, (_, i) => begin + i * MINUTE).map((at) =>
      page.fires(at, overdue(unstored, at)),
    );
    expect(fired).toEqual([false, false, true, true]);
  });
});

describe('a store of which nothing is heard after its last run', () => {
  const stale = alertRule('BackfillStoreStale');
  const last = parseDay('2025-11-26');
  const [{ dueAt } = { dueAt: null }] = overdueAt(
    storedBefore('XNYS', last + 1),
    Date.parse('2025-11-27T06:00:00Z'),
  );

  it('pages a day after the half day that it lacks has settled, and not for the holiday before it', () => {
    const page = watchBy(stale, 'backfill_session_due_timestamp_seconds');
    // The day after Thanksgiving, when New York closes at 13:00.
    const due = Date.parse('2025-11-28T18:00:00Z') + SETTLE_DELAY_MS;
    let at = Date.parse('2025-11-27T06:00:00Z');
    while (!page.fires(at, (dueAt ?? Number.NaN) / 1000)) at += MINUTE;
    expect(at).toBeGreaterThan(due + 24 * 60 * MINUTE);
    expect(at).toBeLessThanOrEqual(due + 24 * 60 * MINUTE + PAGE_WITHIN_MS);
  });
});
