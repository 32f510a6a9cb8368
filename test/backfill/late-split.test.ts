import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { fillFrom, serveSeries, stopSeries } from './yahoo-series.ts';
import { rowsIn } from '../store/rows.ts';

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

/** New shares for so many old ones. */
type Ratio = readonly [numerator: number, denominator: number];

/** As traded: about 100, less by the ratio from the ex-date on; on the grid of cents. */
const traded = (i: number, [above, below]: Ratio = [2, 1]): number =>
  Math.round(((100 + ((i * 7) % 11)) / (i < EX ? 1 : above / below)) * 100) / 100;

interface Vendor {
  readonly evening: () => number;
  /** Session from which on the split is listed, and from which on the prices before it are adjusted. */
  readonly listedFrom: number;
  readonly appliedFrom: number;
  readonly ratio?: Ratio;
}

/** What a vendor answers in the evening of a session. */
async function vendor({ evening, listedFrom, appliedFrom, ratio = [2, 1] }: Vendor): Promise<string> {
  const [numerator, denominator] = ratio;
  return serveSeries(() => {
    const last = evening();
    const rows = SESSIONS.slice(0, last + 1).map((day, i) => {
      const isAdjusted = i < EX && last >= appliedFrom;
      const close = traded(i, ratio) / (isAdjusted ? numerator / denominator : 1);
      const stamp = XNYS.session(day).open / 1000;
      return [stamp, close, close + 1, close - 1, close, 1_000_000 + i];
    });
    const date = XNYS.session(SESSIONS[EX] ?? 0).open / 1000;
    const splits =
      last < listedFrom ? [] : [{ date, numerator, denominator, splitRatio: `${numerator}:${denominator}` }];
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
    const url = await vendor({ evening: () => evening, listedFrom: EX + late, appliedFrom: EX });
    for (; evening <= EX + late + more; evening++) {
      const now = `${formatDay((SESSIONS[evening] ?? 0) + 1)}T12:00:00Z`;
      const summary = await fillFrom(url, store, now, { tickers: ['MSFT'], start: START });
      expect([evening, summary.failures]).toEqual([evening, []]);
    }
    const bars = await rowsIn(store, { ticker: 'MSFT', interval: '1d' });
    expect(bars.map(({ close }) => close)).toEqual(
      SESSIONS.slice(0, EX + late + more + 1).map((_, i) => traded(i)),
    );
  });
});

describe('a split that the vendor lists before its prices have it', () => {
  it.each([
    ...(
      [
        [5, 4],
        [4, 3],
        [21, 20],
        [2, 1],
        [1, 20],
      ] as const
    ).map((ratio) => [ratio, 3] as const),
    [[5, 4], 1] as const,
  ])('%j, for %i sessions, never bends what is stored', async (ratio, late) => {
    let evening = EX - 5;
    const url = await vendor({ evening: () => evening, listedFrom: EX, appliedFrom: EX + late, ratio });
    for (; evening <= EX + late + 2; evening++) {
      const now = `${formatDay((SESSIONS[evening] ?? 0) + 1)}T12:00:00Z`;
      await fillFrom(url, store, now, { tickers: ['MSFT'], days: 40 });
      const bars = await rowsIn(store, { ticker: 'MSFT', interval: '1d' });
      for (const { ts, close } of bars) {
        const i = SESSIONS.indexOf(ts / 86_400_000);
        expect([evening - EX, i - EX, close / traded(i, ratio)]).toEqual([
          evening - EX,
          i - EX,
          expect.closeTo(1, 5),
        ]);
      }
    }
    const stored = await rowsIn(store, { ticker: 'MSFT', interval: '1d' });
    expect(stored.at(-1)?.ts).toBe((SESSIONS[EX + late + 2] ?? 0) * 86_400_000);
  });
});
