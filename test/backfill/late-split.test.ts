import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../src/core/day.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { fillFrom, serveSeries, stopSeries } from './yahoo-series.ts';

const XNYS = calendarById('XNYS');
const SESSIONS = XNYS.sessions({ from: parseDay('2017-09-01'), to: parseDay('2018-02-28') });
const EX = SESSIONS.indexOf(parseDay('2017-12-15'));
const START = formatDay(SESSIONS[0] ?? 0);
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
});
afterEach(async () => {
  await folder.remove();
  await stopSeries();
});

/** As traded: about 100, about 50 from the ex-date on. */
const traded = (i: number): number => (100 + ((i * 7) % 11)) / (i < EX ? 1 : 2);

/** What the vendor answers in the evening of a session: adjusted prices, the split only from some session on. */
async function vendor(evening: () => number, listedFrom: number): Promise<string> {
  return serveSeries(() => {
    const last = evening();
    const rows = SESSIONS.slice(0, last + 1).map((day, i) => {
      const close = i < EX ? traded(i) / 2 : traded(i);
      const stamp = XNYS.session(day).open / 1000;
      return [stamp, close, close + 1, close - 1, close, 1_000_000 + i];
    });
    const date = XNYS.session(SESSIONS[EX] ?? 0).open / 1000;
    const splits = last < listedFrom ? [] : [{ date, numerator: 2, denominator: 1, splitRatio: '2:1' }];
    const meta = {
      regularMarketTime: rows.at(-1)?.[0] ?? 0,
      currency: 'USD',
      exchangeTimezoneName: XNYS.zone,
    };
    return { meta: { ...meta, exchangeName: 'NMS', gmtoffset: -18_000, timezone: 'EST' }, rows, splits };
  });
}

describe('a split that the vendor lists some sessions after its ex-date, though its prices have it', () => {
  it.each([
    ...[0, 1, 2, 3, 4].map((late) => [late, 0] as const),
    // A top-up does not reach the ex-date any more: the oldest sessions tell, at the 21st one at the latest.
    ...[5, 9].map((late) => [late, 21] as const),
  ])('is undone in all that was stored: %i sessions after, within %i top-ups', async (late, more) => {
    let evening = EX;
    const url = await vendor(() => evening, EX + late);
    for (; evening <= EX + late + more; evening++) {
      const now = `${formatDay((SESSIONS[evening] ?? 0) + 1)}T12:00:00Z`;
      const summary = await fillFrom(url, store, now, { tickers: ['MSFT'], start: START });
      expect([evening, summary.failures]).toEqual([evening, []]);
    }
    const bars = await store.readBars({ ticker: 'MSFT', interval: '1d' });
    expect(bars.map(({ close }) => close)).toEqual(
      SESSIONS.slice(0, EX + late + more + 1).map((_, i) => traded(i)),
    );
  });
});
