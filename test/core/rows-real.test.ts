import { expect, it } from 'vitest';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { typeOf } from '../../src/core/instrument/instrument-type.ts';
import { isOutsideRange } from '../../src/core/checks/outside-range.ts';
import { csvFolderMarket } from '../../src/market/csv-folder.ts';
import { isComplete } from '../../src/market/market.ts';
import { realData } from '../realdata.ts';
import { LONG_RUNS, REAL_DATA, describeWith, sampled } from '../needs.ts';
import {
  type RowContext,
  checkBars,
  dropFillers,
  rejectClosedDays,
  rejectStandstill,
  rejectStraightLines,
  rejectUnitFlips,
} from './rows.ts';

const ALL = { from: parseDay('1990-01-01'), to: parseDay('2030-01-01') };

interface Judged {
  readonly rows: number;
  readonly fillers: number;
  readonly outside: number;
  /** `TICKER interval reason`, the reason without its numbers, with how often it was given. */
  readonly rejected: Record<string, number>;
}

/** Every row of a folder, of all its tickers or of some, through all checks on content. */
function judge(folder: string, some = (all: readonly string[]) => all): Judged {
  const market = csvFolderMarket(realData(folder));
  const rejected: Record<string, number> = {};
  let [rows, fillers, outside] = [0, 0, 0];
  for (const ticker of some(market.tickers())) {
    for (const interval of market.intervals(ticker)) {
      const type = typeOf(ticker, null);
      const calendar = calendarFor(ticker);
      const context: RowContext = { interval, calendar, actions: [], known: [], type };
      const bars = market.rows(ticker, interval, ALL).filter(isComplete);
      const checked = checkBars(bars, type);
      const { kept, dropped } = dropFillers(checked.accepted, context);
      const open = rejectClosedDays({ accepted: kept, rejected: checked.rejected }, context);
      const bent = rejectStraightLines(rejectUnitFlips(open, context), context);
      const judged = rejectStandstill(bent, context);
      rows += bars.length;
      fillers += dropped.length;
      outside += judged.accepted.filter(isOutsideRange).length;
      for (const { reason } of judged.rejected) {
        const key = `${ticker} ${interval} ${reason.replaceAll(/\b\d[\d.-]*(?=\s|$)/g, '#')}`;
        rejected[key] = (rejected[key] ?? 0) + 1;
      }
    }
  }
  return { rows, fillers, outside, rejected };
}

describeWith(REAL_DATA)('of all rows of', () => {
  it('499 tickers of the S&P 500, a third of them in the short form, two are rejected, bad ticks both', () => {
    const bad = ['AOS', 'CHD'];
    const some = (all: readonly string[]) => [
      ...bad,
      ...sampled(
        all.filter((ticker) => !bad.includes(ticker)),
        3,
        'rows of the S&P 500',
      ),
    ];
    expect(judge('daily-sp500-2013-2018', some)).toEqual({
      ...(LONG_RUNS ? { rows: 611_522, outside: 6 } : { rows: 204_983, outside: 3 }),
      fillers: 0,
      rejected: { 'CHD 1d open # is below low #': 1, 'AOS 1d high # is below low #': 1 },
    });
  }, 120_000);

  it('88 Yahoo downloads, none is rejected', () => {
    expect(judge('daily-yahoo-2012-2017')).toMatchObject({ fillers: 7, outside: 0, rejected: {} });
  }, 120_000);

  it('crypto by the day, the hour and the minute, none is rejected or a filler', () => {
    expect(judge('crypto')).toMatchObject({ fillers: 0, rejected: {} });
  }, 120_000);

  it('four currencies, only those of Sundays are rejected', () => {
    const { rejected, fillers } = judge('fx-daily');
    expect(fillers).toBe(0);
    expect(rejected).toEqual(
      Object.fromEntries(
        ['EURGBP', 'EURUSD', 'GBPUSD', 'NZDUSD'].map((pair) => [
          `${pair}=X 1d # is no session of 24-5-FX`,
          620,
        ]),
      ),
    );
  }, 120_000);

  it('minutes of SPY and IBM, none is rejected or a filler', () => {
    expect(judge('intraday-raw/minute')).toMatchObject({ fillers: 0, outside: 0, rejected: {} });
  }, 120_000);
});
