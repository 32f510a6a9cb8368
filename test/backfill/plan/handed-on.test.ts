import { describe, expect, it } from 'vitest';
import type { Earlier } from '../../../src/backfill/plan/cannot-give.ts';
import { handedOn } from '../../../src/backfill/plan/handed-on.ts';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import type { Coverage } from '../../../src/core/coverage/coverage.ts';
import { type AbsenceReason, firstClaim } from '../../../src/core/coverage/evidence.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import { type DayRange, formatDay, parseDay } from '../../../src/core/session/day.ts';
import { UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { daily } from '../../store/fixtures.ts';
import { yahooCapabilities } from '../../../src/providers/yahoo/capabilities.ts';

const NOW = Date.parse('2026-03-02T23:00:00Z');
const calendar = calendarFor('ALFA');
const series = { ticker: 'ALFA', interval: '1d' } as const;
const RANGE = days('2026-02-02', '2026-02-13');

function days(first: string, last: string): DayRange {
  return { from: parseDay(first), to: parseDay(last) + 1 };
}

/** Who says why there is none on some days. */
function said(
  reason: AbsenceReason,
  provider: string,
  first: string,
  last = first,
): Coverage['absent'][number] {
  return { ...days(first, last), by: [firstClaim(reason, provider, NOW - 86_400_000)] };
}

function before(
  id: string,
  more: Partial<Earlier['capabilities']> = {},
  closed: Partial<Earlier['closed']> = {},
): Earlier {
  return {
    capabilities: { ...yahooCapabilities, id, ...more },
    closed: { all: false, intervals: new Set(), series: new Set(), endsAt: new Map(), ...closed },
  };
}

const store = {
  readBars: (): never => {
    throw new BackfillError('store-corrupt', 'no bar is read here');
  },
};

/** First and last day of each run of days that is handed on of the range; of nothing known but that. */
const handed = (known: Partial<Coverage>, ...earlier: readonly Earlier[]): Promise<string[]> =>
  handedFrom(store, known, earlier);

async function handedFrom(
  kept: Pick<BarStore, 'readBars'>,
  known: Partial<Coverage>,
  earlier: readonly Earlier[],
): Promise<string[]> {
  const coverage = { present: [], provisional: [], absent: [], ...known };
  const state = { series, calendar: 'XNYS', coverage, identity: UNKNOWN_IDENTITY, rows: 1, fetchedAt: NOW };
  const scan = { series: new Map([['ALFA 1d', state]]) };
  const wanted = await handedOn([{ series, calendar, range: RANGE }], earlier, {
    scan,
    store: kept,
    provider: 'last',
    now: NOW,
  });
  return wanted
    .flatMap(({ range, lived = [range] }) => lived)
    .map(({ from, to }) => `${formatDay(from)}..${formatDay(to - 1)}`);
}

const WHOLE = ['2026-02-02..2026-02-13'];

describe('what is handed on to the next provider', () => {
  it('is nothing of which the one before has said nothing', async () => {
    expect(await handed({}, before('first'))).toEqual([]);
  });

  it('is what the one before is on record not to have, and not what is in doubt or another says', async () => {
    const absent = [
      said('vendor-empty', 'first', '2026-02-03', '2026-02-04'),
      said('doubted', 'first', '2026-02-05'),
      said('vendor-empty', 'other', '2026-02-06'),
      said('rejected', 'first', '2026-02-09'),
    ];
    expect(await handed({ absent }, before('first'))).toEqual([
      '2026-02-03..2026-02-04',
      '2026-02-09..2026-02-09',
    ]);
  });

  it('is what it gave itself, by whatever endpoint, and that is not final yet', async () => {
    const dates = ['2026-02-03', '2026-02-04', '2026-02-05', '2026-02-06'];
    const sources = ['last', 'last/flat', 'first', 'lasting'];
    const bars = storedBarsOf(dates.map((date, i) => daily(date, { source: sources[i] ?? '' })));
    const present = [days('2026-02-03', '2026-02-06')];
    const given = { readBars: () => Promise.resolve(bars) };
    expect(await handedFrom(given, { present, provisional: present }, [before('first')])).toEqual([
      '2026-02-03..2026-02-04',
    ]);
  });

  it('is all of a ticker that the one before does not know, but what has a bar', async () => {
    const absent = [said('unknown-ticker', 'first', '2026-02-13')];
    expect(await handed({ absent, present: [days('2026-02-02', '2026-02-06')] }, before('first'))).toEqual([
      '2026-02-07..2026-02-13',
    ]);
  });

  it('is what each of several cannot give', async () => {
    const absent = [
      {
        ...days('2026-02-03', '2026-02-04'),
        by: [firstClaim('vendor-empty', 'a', NOW), firstClaim('vendor-empty', 'b', NOW)],
      },
      said('vendor-empty', 'a', '2026-02-06'),
    ];
    expect(await handed({ absent }, before('a'), before('b'))).toEqual(['2026-02-03..2026-02-04']);
  });

  it.each([
    ['does not serve the ticker', before('first', { serves: ['crypto'] })],
    ['does not offer the interval', before('first', { intervals: {} })],
    ['is closed', before('first', {}, { all: true })],
    ['is closed for the interval', before('first', {}, { intervals: new Set(['1d' as const]) })],
    ['is closed for the series', before('first', {}, { series: new Set(['ALFA 1d']) })],
  ])('is all where the one before %s', async (_, earlier) => {
    expect(await handed({}, earlier)).toEqual(WHOLE);
  });

  it('is what lies before its look-back', async () => {
    const limits = { maxSpanDays: null, lookBackDays: 22, requestsPerSpan: 1, settleDelayMs: 0 };
    expect(await handed({}, before('first', { intervals: { '1d': limits } }))).toEqual([
      '2026-02-02..2026-02-08',
    ]);
  });
});
