import { readFileSync } from 'node:fs';
import { strFromU8, unzipSync } from 'fflate';
import { beforeAll, expect, it } from 'vitest';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import { isComplete } from '../../../src/market/market.ts';
import { REAL_DATA, describeWith } from '../../needs.ts';
import { realData } from '../../realdata.ts';
import { findOddities, rejectOffLevels } from '../rows.ts';
import { type Grid, gridOf, intraday } from './intraday-bars.ts';

const HOUR_MS = 3_600_000;
const MOST = { from: parseDay('1990-01-01'), to: parseDay('2030-01-01') };

interface Series extends Grid {
  readonly rows: readonly Ohlcv[];
}

/** Lines of the one file of a zip. */
function linesOf(path: string): string[][] {
  const [file = new Uint8Array()] = Object.values(unzipSync(readFileSync(realData(path))));
  return strFromU8(file)
    .trim()
    .split('\n')
    .map((line) => line.trim().split(','));
}

function rowOf(ts: number, cells: readonly string[], units = 1): Ohlcv {
  const [open = 0, high = 0, low = 0, close = 0, volume = 0] = cells.map(Number);
  const prices = { open: open / units, high: high / units, low: low / units, close: close / units };
  return { ts, ...prices, volume, vwap: null, trades: null };
}

/** Hours from 1998 to 2021, by the clock of New York: the first one of a session begins with it. */
function hoursOfApple(): Series {
  const grid = gridOf('XNYS', '1h');
  const rows = linesOf('intraday-raw/hour/aapl.zip').flatMap(([stamp = '', ...cells]): Ohlcv[] => {
    const day = parseDay(`${stamp.slice(0, 4)}-${stamp.slice(4, 6)}-${stamp.slice(6, 8)}`);
    if (!grid.calendar.isSession(day)) return [];
    const { open, close } = grid.calendar.session(day);
    const ts = Math.max(open, open + (Number(stamp.slice(9, 11)) - 9.5) * HOUR_MS);
    return ts < close ? [rowOf(ts, cells, 10_000)] : [];
  });
  return { ...grid, rows };
}

function minutesOfBitcoin(): Series {
  const midnight = Date.UTC(2022, 11, 13);
  const lines = linesOf('crypto/lean-binance-btcbusd-1m-20221213.zip');
  return {
    ...gridOf('24-7', '1m'),
    rows: lines.map(([ms, ...cells]) => rowOf(midnight + Number(ms), cells)),
  };
}

function ofFolder(folder: string): Series[] {
  const market = csvFolderMarket(realData(folder));
  return market.tickers().flatMap((ticker) =>
    market
      .intervals(ticker)
      .filter((interval) => interval !== '1d')
      .map((interval) => {
        const rows = market.rows(ticker, interval, MOST).filter(isComplete);
        return { calendar: calendarFor(ticker), interval, rows };
      }),
  );
}

function ofBinance(file: string): Series {
  const recorded = JSON.parse(readFileSync(realData(`http/binance/${file}`), 'utf8')) as
    | Klines
    | { body: Klines };
  const klines = 'body' in recorded ? recorded.body : recorded;
  const rows = klines.map(([ts, ...cells]) => rowOf(Number(ts), cells.map(String)));
  return { ...gridOf('24-7', '1h'), rows };
}

type Klines = (string | number)[][];

describeWith(REAL_DATA)('of all real intraday bars', () => {
  let all: readonly Series[];
  beforeAll(() => {
    all = [
      hoursOfApple(),
      minutesOfBitcoin(),
      ...['intraday-raw/minute', 'crypto'].flatMap(ofFolder),
      ...['BTCUSDT-1h-page1', 'BTCUSDT-1h-page2', 'LTCBTC-1h-with-headers'].map((name) =>
        ofBinance(`klines-${name}.json`),
      ),
    ];
  }, 60_000);

  it('none is rejected for its level', () => {
    expect(all.reduce((sum, { rows }) => sum + rows.length, 0)).toBe(50_320);
    for (const { rows, ...grid } of all) {
      const { rejected } = rejectOffLevels({ accepted: rows, rejected: [] }, intraday(grid));
      expect(rejected).toEqual([]);
    }
  }, 60_000);

  it('none stands still, and eight sessions have odd levels inside, a crash and prints that nobody else has', () => {
    const odd = all.flatMap(({ rows, ...grid }) => findOddities(rows, intraday(grid)));
    expect(odd.filter(({ kind }) => kind === 'repeat' || kind === 'idle')).toEqual([]);
    const inside = odd.filter(({ note }) => note.startsWith('the bar of'));
    expect(inside.map(({ kind, session }) => `${kind} ${formatDay(session)}`)).toEqual([
      'spike 1999-05-26', // lows of 36 and 36.50 between closes of 44
      'spike 2000-11-01', // a low of 15.63 between closes of 20.75
      'spike 2001-04-05', // highs of 27 and 26 between closes of 21
      'spike 2001-05-03', // a high of 29.93 between closes of 25
      'spike 2009-09-21', // a low of 10.59 at 183
      'spike 2010-05-06', // the crash of that day: down to 199.25 and back to 243 within the hour
      'spike 2010-08-31', // a low of 25.30 at 242
      'spike 2011-01-03', // a low of 32.65 at 330
    ]);
  }, 60_000);
});
